"""What was acknowledged is there after SIGKILL, however often and wherever it hits."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from eventpact.ids import SchemaId
from eventpact.registry import MemoryRegistry
from eventpact.registry.sqlite_store import SqliteStore
from tests.registry.writing import schema


def kill_while_writing(path: Path, dice: random.Random) -> dict[int, int]:
    """The id of each schema that was acknowledged before the process was killed."""
    command = [sys.executable, "-m", "tests.registry.writing", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = {}
        for _ in range(dice.randint(1, 60)):
            number, schema_id = process.stdout.readline().split()
            acknowledged[int(number)] = int(schema_id)
        process.kill()
        # What it could still say before it died was acknowledged as well; half a line was not.
        for line in process.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):
                number, schema_id = line.split()
                acknowledged[int(number)] = int(schema_id)
    return acknowledged


@pytest.mark.parametrize("kills", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_a_kill_loses_nothing_that_was_acknowledged(kills: int, tmp_path: Path) -> None:
    dice = random.Random(kills)
    acknowledged: dict[int, int] = {}
    for _ in range(kills):
        acknowledged |= kill_while_writing(tmp_path / "registry.db", dice)
        with MemoryRegistry(store=SqliteStore(tmp_path / "registry.db")) as registry:
            for number, schema_id in acknowledged.items():
                found = registry.lookup(f"s{number % 10}", schema(number))

                assert (found.id, registry.schema_by_id(SchemaId(schema_id))) == (schema_id, found.schema)

    assert len(set(acknowledged.values())) == len(acknowledged) >= kills
