"""Safe configuration for confluent's own client and serializers, for code that uses them beside ours.

Their defaults wait for ever, register schemas from producers, and ask the registry one extra question per topic that
Redpanda answers with 404 and some proxies with an error that stops every produce.
"""

from __future__ import annotations

from eventpact.registry.settings import RegistrySettings

__all__ = ["client_config", "deserializer_config", "serializer_config"]

# "latest" moves when somebody registers; without a limit the client keeps its first answer for ever.
LATEST_TTL_S = 60


def client_config(settings: RegistrySettings) -> dict[str, object]:
    """For ``SchemaRegistryClient``. It holds the password in clear text: hand it over, do not keep or print it."""
    config: dict[str, object] = {
        "url": ",".join(settings.urls),
        "timeout": settings.timeout,
        "max.retries": settings.max_retries,
        "cache.latest.ttl.sec": LATEST_TTL_S,
    }
    if settings.username is not None and settings.password is not None:
        config["basic.auth.user.info"] = f"{settings.username}:{settings.password.reveal()}"
    locations = {
        "ssl.ca.location": settings.ca_location,
        "ssl.certificate.location": settings.certificate_location,
        "ssl.key.location": settings.key_location,
    }
    return config | {key: location for key, location in locations.items() if location is not None}


def serializer_config() -> dict[str, object]:
    """For ``AvroSerializer``: subjects are named ``<topic>-value``, and producers only look schemas up."""
    return {"subject.name.strategy.type": "TOPIC", "auto.register.schemas": False}


def deserializer_config() -> dict[str, object]:
    """For ``AvroDeserializer``: subjects are named ``<topic>-value``."""
    return {"subject.name.strategy.type": "TOPIC"}
