"""docs/cli.md and docs/api.md are what the command line and the sources say. `make reference` writes them."""

import re
from pathlib import Path

import pytest

from tests.cli.commands import COMMANDS
from tests.docs.reference.commands import commands_page
from tests.docs.reference.interface import MODULES, interface_page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

# Packages that are no interface.
INSIDE = {
    "eventpact.cli": "docs/cli.md is its interface",
    "eventpact.dead_letter": "generated: docs/dead-letters.md tells of the envelope",
    "eventpact.demo": "the main job, for `eventpact demo` alone",
}


@pytest.mark.parametrize(("name", "render"), [("cli.md", commands_page), ("api.md", interface_page)])
def test_the_page_is_up_to_date(name: str, render: object) -> None:
    assert callable(render)
    assert (DOCS / name).read_text("utf-8") == render(), "run: make reference"


def test_every_command_and_option_is_on_the_page() -> None:
    page = commands_page()

    for found in COMMANDS:
        part = page.partition(f"### `eventpact {found.name}`\n")[2].partition("\n### ")[0]
        missing = [name for option in found.options for name in option.opts if f"`{name}`" not in part]

        assert part
        assert set(missing) <= {"--help", "-h"}, found.name


def test_every_public_package_is_told_or_listed_with_the_reason() -> None:
    packages = {
        ".".join(("eventpact", *door.parent.relative_to(ROOT / "src" / "eventpact").parts))
        for door in (ROOT / "src" / "eventpact").glob("*/__init__.py")
    }

    assert packages - MODULES.keys() == INSIDE.keys()


def test_every_name_of_the_door_is_described() -> None:
    import eventpact

    page = interface_page()
    door = page.partition("## `eventpact`\n")[2].partition("\n## `")[0]
    told = re.findall(r"^### `(\w+)`$", door, flags=re.MULTILINE)

    assert sorted(told) == sorted(eventpact.__all__)
    assert "Raises EncodeError when it cannot be written exactly" in door
