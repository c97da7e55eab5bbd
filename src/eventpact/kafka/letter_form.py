"""How a dead letter is written: as an envelope, or raw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from eventpact.codec import Codec, prefix
from eventpact.contract import Contract
from eventpact.dead_letter import DeadLetter
from eventpact.errors import ManifestError
from eventpact.kafka.envelope import outer_headers
from eventpact.kafka.raw_letters import raw_headers
from eventpact.kafka.record import Headers
from eventpact.kafka.schema_lookup import registered_id
from eventpact.registry import Registry

__all__ = ["EnvelopeForm", "LetterForm", "RawForm", "letter_form"]


class LetterForm(Protocol):
    """What the record of a dead letter holds beside the original key."""

    def value(self, letter: DeadLetter) -> bytes | None:
        """Raises EncodeError."""
        ...

    def headers(self, letter: DeadLetter) -> Headers: ...


class EnvelopeForm:
    """The registered envelope, and headers for tools that read none."""

    def __init__(self, encode: Callable[[DeadLetter], bytes], client_id: str) -> None:
        self._encode = encode
        self._client_id = client_id

    def value(self, letter: DeadLetter) -> bytes:
        return self._encode(letter)

    def headers(self, letter: DeadLetter) -> Headers:
        return outer_headers(letter, self._client_id)


class RawForm:
    """The original value; needs no registry."""

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id

    def value(self, letter: DeadLetter) -> bytes | None:
        return letter.original_value

    def headers(self, letter: DeadLetter) -> Headers:
        return raw_headers(letter, self._client_id)


def letter_form(contract: Contract, registry: Registry, client_id: str) -> LetterForm:
    """The form that the contract's dead letters have.

    Raises:
        ManifestError: envelopes are wanted, and their schema is not named.
        NotRegisteredError: it is not registered under the dead-letter topic's subject.
        RegistryError: the registry did not say.
    """
    target, subject = contract.dead_letter, contract.dead_letter_subject
    if target is not None and target.format == "raw":
        return RawForm(client_id)
    if subject is None:
        raise ManifestError(
            'names no schema for the dead letter\'s envelope; add schema = "dead_letter.avsc", or format = "raw"',
            source=contract.name,
            key="dead_letter.schema",
        )
    codec = Codec(DeadLetter)
    return EnvelopeForm(codec.encoder(prefix(registered_id(registry, subject, codec.schema))), client_id)
