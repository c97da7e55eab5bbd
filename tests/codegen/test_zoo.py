"""Every animal of the zoo gets its verdict, and what is generated for it satisfies every checker."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventpact.errors import ExpressionError, SchemaError
from eventpact_codegen import findings, generate, write
from tests.zoo.animals import ANIMALS, SHOP, ZOO, Animal

HERE = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
SHOP_TEXTS = {path.name: path.read_text() for path in SHOP.glob("*.avsc")}


def verdict(animal: Animal) -> str:
    """What the generator says, in the words of the table."""
    schemas = {animal.file: animal.text}
    try:
        generate(schemas, package="zoo")
    except SchemaError:
        return "invalid"
    except ExpressionError:
        return "inexpressible"
    return "unwise" if findings(schemas, package="zoo") else "fine"


@pytest.fixture(scope="module")
def cages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every expressible animal in a package of its own."""
    root = tmp_path_factory.mktemp("cages")
    for animal in ANIMALS:
        if animal.expressible:
            write(generate({animal.file: animal.text}, package=f"zoo_{animal.name}"), root)
    write(generate(SHOP_TEXTS, package="shop"), root)
    return root


def run(cages: Path, *command: str) -> str:
    """The output of a tool that is content, or a failed test."""
    done = subprocess.run(
        [str(HERE / command[0]), *command[1:]], cwd=cages, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("animal", ANIMALS, ids=lambda animal: animal.name)
def test_every_animal_gets_its_verdict(animal: Animal) -> None:
    assert verdict(animal) == animal.verdict


def test_the_table_lists_every_file() -> None:
    assert sorted(animal.file for animal in ANIMALS) == sorted(path.name for path in ZOO.glob("*.avsc"))


def test_every_refusal_helps() -> None:
    """What is refused as inexpressible names the file and says what to change."""
    for animal in ANIMALS:
        if animal.verdict == "inexpressible":
            with pytest.raises(ExpressionError) as caught:
                generate({animal.file: animal.text}, package="zoo")

            assert caught.value.source == animal.file
            assert caught.value.hint


@pytest.mark.parametrize("width", [88, 120])
def test_the_formatter_changes_nothing(cages: Path, width: int) -> None:
    run(cages, "ruff", "format", "--isolated", "--line-length", str(width), "--check", "--diff", ".")


def test_the_linter_has_nothing_to_say(cages: Path) -> None:
    run(cages, "ruff", "check", "--config", str(ROOT / "pyproject.toml"), ".")


def test_mypy_strict_has_nothing_to_say(cages: Path) -> None:
    config = cages / "mypy.ini"
    config.write_text(f"[mypy]\nstrict = True\npython_version = 3.11\nmypy_path = {ROOT / 'src'}\n")

    run(cages, "mypy", "--config-file", str(config), "--cache-dir", str(cages / ".mypy_cache"), ".")


def test_pyright_strict_has_nothing_to_say(cages: Path) -> None:
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": [str(ROOT / "src")]}
    (cages / "pyrightconfig.json").write_text(json.dumps(settings))

    run(cages, "pyright", "--pythonpath", sys.executable, ".")


def test_nothing_is_typed_as_anything(cages: Path) -> None:
    """``Any`` stands nowhere."""
    for path in cages.rglob("*.py"):
        assert not any(
            isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(ast.parse(path.read_text()))
        )


def test_every_module_imports(cages: Path) -> None:
    modules = sorted(".".join(path.relative_to(cages).with_suffix("").parts) for path in cages.rglob("*.py"))
    script = f"import importlib\nfor name in {modules!r}: importlib.import_module(name)\nprint({len(modules)})"

    assert run(cages, "python", "-W", "error", "-c", script) == f"{len(modules)}\n"


def test_output_depends_on_input_only() -> None:
    """Neither on the order of the files, nor on an earlier call."""
    first = generate(SHOP_TEXTS, package="shop")
    generate({"other.avsc": ANIMALS[0].text}, package="other")
    backwards = generate(dict(reversed(SHOP_TEXTS.items())), package="shop")

    assert list(first.items()) == list(backwards.items())


def test_output_does_not_depend_on_the_hash_seed() -> None:
    script = (
        "import hashlib, sys; from eventpact_codegen import generate; from tests.zoo.animals import ANIMALS, SHOP\n"
        "texts = [{a.file: a.text} for a in ANIMALS if a.expressible]\n"
        "texts.append({p.name: p.read_text() for p in SHOP.glob('*.avsc')})\n"
        "print(hashlib.sha256(repr([generate(t, package='z') for t in texts]).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(seen) == 1
