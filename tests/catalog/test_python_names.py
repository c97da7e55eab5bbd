"""The import that a page shows is one that works."""

import importlib
import json
from pathlib import Path

from eventpact.catalog.python_names import python_names
from eventpact.contract import load_manifest

ROOT = Path(__file__).parents[2]
MANIFEST = """
[packages.made]
out = ".."
schemas = ["a.avsc", "b.avsc", "c.avsc"]
"""


def test_the_statements_of_this_repository_import_the_events() -> None:
    names = python_names(load_manifest(ROOT / "schemas" / "contracts.toml"))
    for event in ("com.car.platform.ingestion.IngestionEvent", "eventpact.DeadLetter"):
        _, module, _, name = names[event].split()

        imported = getattr(importlib.import_module(module), name)

        assert (imported.__name__, imported.AVRO_NAME) == (name, event)


def written(folder: Path, **schemas: object) -> Path:
    for name, schema in schemas.items():
        (folder / f"{name}.avsc").write_text(json.dumps(schema))
    (folder / "contracts.toml").write_text(MANIFEST)
    return folder / "contracts.toml"


def record(name: str, *fields: object) -> dict[str, object]:
    return {"type": "record", "name": name, "fields": [{"name": f"f{n}", "type": f} for n, f in enumerate(fields)]}


def test_a_name_that_the_door_hides_comes_from_its_module(tmp_path: Path) -> None:
    names = python_names(load_manifest(written(tmp_path, a=record("x.Line"), b=record("y.Line"), c=record("z.Order"))))

    assert names == {
        "x.Line": "from made.a import Line",
        "y.Line": "from made.b import Line",
        "z.Order": "from made import Order",
    }


def test_a_package_that_python_cannot_say_has_no_names(tmp_path: Path) -> None:
    clash = record(
        "C", {"type": "enum", "name": "s.E", "symbols": ["A"]}, {"type": "enum", "name": "t.E", "symbols": ["A"]}
    )

    assert python_names(load_manifest(written(tmp_path, a=record("A"), b=record("B"), c=clash))) == {}
