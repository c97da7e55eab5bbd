"""Every key that the manifest takes has a row in docs/manifest.md."""

import re
from pathlib import Path

from eventpact.contract import manifest

PAGE = Path(__file__).parents[2] / "docs" / "manifest.md"


def test_every_key_is_documented() -> None:
    source = Path(manifest.__file__).read_text()
    keys = set(re.findall(r'\.(?:text|texts|optional_text|integer|choice|table|value)\("(\w+)"', source))
    keys |= set(re.findall(r'_topic\(table\.table\("topic"\), "(\w+)"\)', source))
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE))

    assert keys == rows
