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
    from eventpact.registry.mode import Mode
    from eventpact.registry.presets import client_config, deserializer_config, serializer_config
    from eventpact.registry.publish import Registration, register_contracts
    from eventpact.registry.registering import Entry
    from eventpact.registry.sqlite_store import SqliteStore
    from eventpact.registry.store import MemoryStore, Store

__all__ = [
    "MAX_ID",
    "Compatibility",
    "Entry",
    "KnownSchemas",
    "MemoryRegistry",
    "MemoryStore",
    "Mode",
    "Reference",
    "Registered",
    "Registration",
    "Registry",
    "RegistryClient",
    "RegistrySettings",
    "SchemaText",
    "SqliteStore",
    "Store",
    "VersionChoice",
    "client_config",
    "deserializer_config",
    "register_contracts",
    "serializer_config",
]

__getattr__, __dir__ = late_door(
    __name__,
    {
        "Entry": "registering",
        "KnownSchemas": "known",
        "MemoryRegistry": "memory",
        "MemoryStore": "store",
        "Mode": "mode",
        "Registration": "publish",
        "RegistryClient": "client",
        "SqliteStore": "sqlite_store",
        "Store": "store",
        "client_config": "presets",
        "deserializer_config": "presets",
        "register_contracts": "publish",
        "serializer_config": "presets",
    },
)
