"""HTTP basic authentication: one user, who may do everything."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from eventpact.dev.registry.call import Answer, refused
from eventpact.secret import Secret

__all__ = ["Credentials", "stranger"]

UNAUTHORIZED = 40101


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who may come in."""

    username: str
    password: Secret

    def __post_init__(self) -> None:
        if not self.username or ":" in self.username:
            raise ValueError("a user name has a character at least, and no ':'")

    def admit(self, authorization: str | None) -> bool:
        """Does the header ``Authorization`` name this user and password? Compared in constant time."""
        scheme, _, encoded = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(given, f"{self.username}:{self.password.reveal()}".encode())


def stranger() -> Answer:
    """The answer to who is not admitted."""
    return refused(UNAUTHORIZED, "Unauthorized")
