"""A process that registers schemas in a file without end, and says what was acknowledged. Made to be killed.

python -m tests.registry.writing FILE    # one line "<number> <id>" for each acknowledged registration
"""

import itertools
import json
import sys

from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.registry.sqlite_store import SqliteStore
from eventpact.schema import Level

__all__ = ["schema"]


def schema(number: int) -> SchemaText:
    """The schema with this number; the number's last digit is its subject's."""
    return SchemaText(json.dumps({"type": "record", "name": f"demo.E{number}", "fields": []}))


def main(path: str) -> None:
    registry = MemoryRegistry(store=SqliteStore(path))
    registry.set_level(Level.NONE)
    done = sum(len(registry.versions(subject)) for subject in registry.subjects())
    for number in itertools.count(done + 1):
        schema_id = registry.register(f"s{number % 10}", schema(number))
        sys.stdout.write(f"{number} {schema_id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
