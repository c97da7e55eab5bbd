"""How a client proves who it is and whom it talks to. Nothing falls back to plain text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eventpact.errors import SettingsError
from eventpact.secret import Secret

if TYPE_CHECKING:
    from eventpact.kafka.environment import Environment

__all__ = ["Security", "SecurityProtocol"]

MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


class SecurityProtocol(StrEnum):
    """Kafka's names: with or without TLS, with or without SASL."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"

    @property
    def sasl(self) -> bool:
        return self.startswith("SASL")

    @property
    def tls(self) -> bool:
        return self.endswith("SSL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """Protocol, credentials and files, checked against each other.

    Attributes:
        protocol: plain text by default; then no other attribute may be set.
        mechanism, username, password: all three with SASL, none without.
        ca_location: certificates of those we trust, a PEM file or a directory; the system's when absent.
        certificate_location, key_location, key_password: our own certificate, PEM files; both or neither.

    Raises SettingsError that names the variable; no value is part of its text.
    """

    protocol: SecurityProtocol = SecurityProtocol.PLAINTEXT
    mechanism: str | None = None
    username: str | None = None
    password: Secret | None = None
    ca_location: Path | None = None
    certificate_location: Path | None = None
    key_location: Path | None = None
    key_password: Secret | None = None

    def __post_init__(self) -> None:
        self._check_sasl()
        self._check_tls()

    def _check_sasl(self) -> None:
        given = {
            "KAFKA_SASL_MECHANISM": self.mechanism,
            "KAFKA_SASL_USERNAME": self.username,
            "KAFKA_SASL_PASSWORD": self.password,
        }
        for variable, value in given.items():
            if self.protocol.sasl and not value:
                raise SettingsError(variable, f"not set, but KAFKA_SECURITY_PROTOCOL {self.protocol} needs it")
            if value is not None and not self.protocol.sasl:
                raise SettingsError(
                    variable, "is set, but KAFKA_SECURITY_PROTOCOL is neither SASL_SSL nor SASL_PLAINTEXT"
                )
        if self.protocol.sasl and self.mechanism not in MECHANISMS:
            raise SettingsError("KAFKA_SASL_MECHANISM", f"expected {' or '.join(MECHANISMS)}")

    def _check_tls(self) -> None:
        files = {
            "KAFKA_SSL_CA_LOCATION": self.ca_location,
            "KAFKA_SSL_CERTIFICATE_LOCATION": self.certificate_location,
            "KAFKA_SSL_KEY_LOCATION": self.key_location,
        }
        for variable, value in {**files, "KAFKA_SSL_KEY_PASSWORD": self.key_password}.items():
            if value is not None and not self.protocol.tls:
                raise SettingsError(variable, "is set, but KAFKA_SECURITY_PROTOCOL is neither SSL nor SASL_SSL")
        for variable, path in files.items():
            if path is not None and not readable(path, folder_too=variable == "KAFKA_SSL_CA_LOCATION"):
                raise SettingsError(variable, "expected the path of a readable PEM file")
        if self.certificate_location is not None and self.key_location is None:
            raise SettingsError("KAFKA_SSL_KEY_LOCATION", "not set, but KAFKA_SSL_CERTIFICATE_LOCATION needs it")
        if self.key_location is not None and self.certificate_location is None:
            raise SettingsError("KAFKA_SSL_CERTIFICATE_LOCATION", "not set, but KAFKA_SSL_KEY_LOCATION needs it")
        if self.key_password is not None and self.key_location is None:
            raise SettingsError("KAFKA_SSL_KEY_LOCATION", "not set, but KAFKA_SSL_KEY_PASSWORD needs it")

    @classmethod
    def from_environment(cls, environment: Environment) -> Security:
        """Read the KAFKA_SECURITY_, KAFKA_SASL_ and KAFKA_SSL_ variables."""
        return cls(
            protocol=read_protocol(environment.get("KAFKA_SECURITY_PROTOCOL")),
            mechanism=environment.get("KAFKA_SASL_MECHANISM"),
            username=environment.get("KAFKA_SASL_USERNAME"),
            password=environment.secret("KAFKA_SASL_PASSWORD"),
            ca_location=environment.path("KAFKA_SSL_CA_LOCATION"),
            certificate_location=environment.path("KAFKA_SSL_CERTIFICATE_LOCATION"),
            key_location=environment.path("KAFKA_SSL_KEY_LOCATION"),
            key_password=environment.secret("KAFKA_SSL_KEY_PASSWORD"),
        )


def read_protocol(written: str | None) -> SecurityProtocol:
    """Plain text only where nothing else was asked for."""
    if written is None:
        return SecurityProtocol.PLAINTEXT
    try:
        return SecurityProtocol(written.upper())
    except ValueError:
        raise SettingsError("KAFKA_SECURITY_PROTOCOL", f"expected {' or '.join(SecurityProtocol)}") from None


def readable(path: Path, *, folder_too: bool) -> bool:
    """True for a file that opens, and for a directory where one may be given."""
    if folder_too and path.is_dir():
        return True
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False
