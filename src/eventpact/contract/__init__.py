"""The manifest as values: which event travels on which topic, under which promises."""

from eventpact.contract.lookup import contract_of
from eventpact.contract.manifest import Manifest, Package, load_manifest
from eventpact.contract.model import Contract, DeadLetterTopic, Topic
from eventpact.contract.schemas import parse_all

__all__ = [
    "Contract",
    "DeadLetterTopic",
    "Manifest",
    "Package",
    "Topic",
    "contract_of",
    "load_manifest",
    "parse_all",
]
