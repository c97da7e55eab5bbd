"""The manifest as values: which event travels on which topic, under which promises."""

from eventpact.contract.lint import LintSettings
from eventpact.contract.lookup import contract_of
from eventpact.contract.manifest import Manifest, Package, load_manifest, load_texts
from eventpact.contract.model import Contract, DeadLetterTopic, Topic
from eventpact.contract.schemas import parse_all, uses

__all__ = [
    "Contract",
    "DeadLetterTopic",
    "LintSettings",
    "Manifest",
    "Package",
    "Topic",
    "contract_of",
    "load_manifest",
    "load_texts",
    "parse_all",
    "uses",
]
