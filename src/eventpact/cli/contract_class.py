"""From a contract's name to the contract and its event class."""

from pathlib import Path
from typing import Any

from eventpact.cli.event_class import event_class
from eventpact.contract import Contract, load_manifest

__all__ = ["contract_class"]


def contract_class(manifest: Path, name: str) -> tuple[Contract, type[Any]]:
    """The contract called `name` in the manifest, or whose topic or event is called so, and its generated class.

    Raises:
        ManifestError: there is no such contract, or its package is not generated yet.
    """
    loaded = load_manifest(manifest)
    contract = loaded.contract(name)
    return contract, event_class(loaded, contract.event)
