"""Who knows the schema ids: the port, its client with safe presets, its in-memory twin, and registration.

Only `RegistryClient` loads an HTTP client, when it is first used.
"""

from typing import TYPE_CHECKING

from eventpact.door import late_door
from eventpact.registry.port import MAX_ID, Compatibility, Reference, Registered, Registry, SchemaText, VersionChoice
from eventpact.registry.settings import RegistrySettings

if TYPE_CHECKING:
    from eventpact.registry.client import RegistryClient
    from eventpact.registry.known import KnownSchemas
    from eventpact.registry.memory import MemoryRegistry
    from eventpact.registry.presets import client_config, deserializer_config, serializer_config
    from eventpact.registry.publish import Registration, register_contracts

__all__ = [
    "MAX_ID",
    "Compatibility",
    "KnownSchemas",
    "MemoryRegistry",
    "Reference",
    "Registered",
    "Registration",
    "Registry",
    "RegistryClient",
    "RegistrySettings",
    "SchemaText",
    "VersionChoice",
    "client_config",
    "deserializer_config",
    "register_contracts",
    "serializer_config",
]

__getattr__, __dir__ = late_door(
    __name__,
    {
        "KnownSchemas": "known",
        "MemoryRegistry": "memory",
        "Registration": "publish",
        "RegistryClient": "client",
        "client_config": "presets",
        "deserializer_config": "presets",
        "register_contracts": "publish",
        "serializer_config": "presets",
    },
)
