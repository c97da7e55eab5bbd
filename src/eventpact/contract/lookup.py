"""From an event class to its contract: the generated package carries both."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from eventpact.contract.model import Contract
from eventpact.errors import ManifestError

__all__ = ["contract_of"]


def contract_of(event_class: type) -> Contract:
    """The contract of a generated event class, from the module ``contracts`` beside it.

    Raises:
        ManifestError: the class is not generated, or no contract in the manifest names it.
    """
    name = getattr(event_class, "AVRO_NAME", None)
    package = event_class.__module__.rpartition(".")[0]
    if not isinstance(name, str) or not package:
        raise ManifestError(
            "has no contract of its own: it is not a generated event class; pass contract=",
            source=event_class.__qualname__,
        )
    module = f"{package}.contracts"
    try:
        contracts: Mapping[str, Contract] = import_module(module).CONTRACTS
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        contracts = {}
    if name not in contracts:
        raise ManifestError(
            f"no contract for {name} in {module}; add one to contracts.toml and run `eventpact generate`,"
            " or pass contract=",
            source=event_class.__qualname__,
        )
    return contracts[name]
