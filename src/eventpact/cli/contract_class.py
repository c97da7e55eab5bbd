"""From a contract's name to the contract and its event class."""

from pathlib import Path
from typing import Any

from eventpact.cli.event_class import event_class
from eventpact.contract import Contract, load_manifest
from eventpact.errors import ManifestError

__all__ = ["contract_class"]


def contract_class(manifest: Path, name: str) -> tuple[Contract, type[Any]]:
    """The contract called `name` in the manifest, or whose topic is called so, and its generated class.

    Raises:
        ManifestError: there is no such contract, or its package is not generated yet.
    """
    contracts = load_manifest(manifest).contracts
    for contract in contracts:
        if name in {contract.name, contract.topic.name}:
            return contract, event_class(manifest, contract.event)
    known = ", ".join(contract.name for contract in contracts) or "none"
    raise ManifestError(f"no contract is called {name!r} (there are: {known})", source=str(manifest))
