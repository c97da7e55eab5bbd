"""docs/examples.md says what the classes say."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from extraction_worker import failures
from extraction_worker.settings import ExtractionSettings
from extraction_worker.text import READERS
from upload_api.app import ACCEPTED
from upload_api.settings import UploadSettings

PAGE = (Path(__file__).parents[3] / "docs" / "examples.md").read_text("utf-8")


def test_every_failure_is_a_row_with_its_base() -> None:
    rows = re.findall(r"^\| [^|]+ \| `(\w+Error)` \| `(\w+)` \|", PAGE, re.MULTILINE)

    assert dict(rows) == {name: getattr(failures, name).__mro__[1].__name__ for name in failures.__all__}


@pytest.mark.parametrize(("prefix", "settings"), [("EXTRACTION_", ExtractionSettings), ("UPLOAD_", UploadSettings)])
def test_every_variable_is_a_row_with_its_default(prefix: str, settings: type) -> None:
    rows = dict(re.findall(rf"^\| `{prefix}(\w+)` \| ([^|]*?) ?\|", PAGE, re.MULTILINE))
    assert dataclasses.is_dataclass(settings)

    assert rows == {field.name.upper(): shown(field.default) for field in dataclasses.fields(settings)}


def shown(default: object) -> str:
    if default is dataclasses.MISSING:
        return "must be set"
    if default is None:
        return ""
    if isinstance(default, tuple):
        return f"`{','.join(default)}`"
    return f"`{int(default)}`" if isinstance(default, int | float) else f"`{default}`"


def test_the_endpoint_takes_what_the_worker_reads() -> None:
    assert set(ACCEPTED) == set(READERS)
    assert UploadSettings.max_bytes <= ExtractionSettings.max_bytes
