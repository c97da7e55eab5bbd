"""What a person does about an error, as far as the kind of error tells."""

from pathlib import Path
from typing import Final

from eventpact.errors import (
    BrokerUnavailableError,
    DeliveryError,
    IncompatibleError,
    NotRegisteredError,
    RegistryAccessError,
    SettingsError,
    TopicError,
    UnavailableError,
)

__all__ = ["next_step", "said"]

# The first row that fits counts. Errors without a row say it all in their text.
STEPS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (
        BrokerUnavailableError,
        "see that the broker runs and that KAFKA_BOOTSTRAP_SERVERS names it (`eventpact doctor` looks);"
        " without one: eventpact dev --env-file .env",
    ),
    (
        UnavailableError,
        "see that the registry runs and that SCHEMA_REGISTRY_URL names it (`eventpact doctor` looks);"
        " without one: eventpact dev --env-file .env",
    ),
    (
        SettingsError,
        "set it in the environment or in a file .env here; every variable: docs/settings.md;"
        " for a local broker and registry: eventpact dev --env-file .env",
    ),
    (TopicError, "`eventpact plan` shows what the topics lack, and `eventpact apply` does it"),
    (DeliveryError, "`eventpact doctor` looks at broker and topic"),
    (NotRegisteredError, "`eventpact register` puts the manifest's schemas into the registry"),
    (IncompatibleError, "`eventpact check --against registry` says which edit is accepted instead"),
    (RegistryAccessError, "set SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD to a user with the right"),
    (FileNotFoundError, "name a file that exists; relative names count from this folder"),
    (PermissionError, "name a place that you may read and write"),
)


def next_step(error: Exception) -> str | None:
    """The step, or ``None`` when the error's own text has it."""
    if isinstance(error, FileNotFoundError) and error.filename is not None and not Path(error.filename).parent.is_dir():
        return f"make the folder {Path(error.filename).parent}, or name another; relative names count from this folder"
    return next((step for kind, step in STEPS if isinstance(error, kind)), None)


def said(error: Exception) -> str:
    """The error's text; the operating system's with the file first and without its number."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror is not None:
        return f"{error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}"
    return str(error)
