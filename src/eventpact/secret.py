"""A text that must not be seen: a password in settings, reports, logs and tracebacks shows as stars."""

from __future__ import annotations

import hmac
from typing import Final, NoReturn, Self

__all__ = ["Secret"]

MASK: Final = "***"


class Secret:
    """A text that only `reveal` gives out.

    ``repr``, ``str``, ``format`` and ``dataclasses.asdict`` show stars or the Secret itself, and it does not pickle.
    Equality is that of the texts, compared in constant time.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            # The wrong value may be the secret in another form, so its type is all we say.
            raise TypeError(f"a Secret holds a str, not {type(text).__name__}")
        object.__setattr__(self, "_text", text)

    def reveal(self) -> str:
        """The text. Call it where the text is handed to a client library, and nowhere else."""
        text: str = object.__getattribute__(self, "_text")
        return text

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash((Secret, self.reveal()))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Secret does not change")

    # dataclasses.asdict and copy.deepcopy would otherwise go through the pickle protocol.
    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret does not pickle: read it from the environment again on the other side")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret does not pickle: read it from the environment again on the other side")
