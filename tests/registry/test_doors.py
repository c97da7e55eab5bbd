"""The registry room is cheap to enter: no HTTP or Kafka client is loaded before one is used."""

import subprocess
import sys

import pytest

CLIENTS = ("confluent_kafka", "httpx", "httpx2", "requests", "urllib3", "uvicorn", "starlette")


@pytest.mark.parametrize(
    "statement",
    [
        "import eventpact.registry",
        "from eventpact.registry import MemoryRegistry, KnownSchemas, SchemaText, RegistrySettings, register_contracts",
        "import eventpact.dev.registry_server, eventpact.dev.registry",
        "import eventpact.secret",
    ],
)
def test_no_client_is_loaded(statement: str) -> None:
    program = f"{statement}\nimport sys\nprint([name for name in {CLIENTS} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"


def test_the_door_lists_what_it_has() -> None:
    import eventpact.registry as door

    assert all(hasattr(door, name) for name in door.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = door.nothing
