"""`eventpact schema check`: the report of the library, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eventpact.cli.app import run
from eventpact.schema import check, findings_text, parse

OLD = '{"type":"record","name":"R","fields":[]}'
NEW = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, text in (("old.avsc", OLD), ("new.avsc", NEW)):
        (tmp_path / name).write_text(text, "utf-8")
    return str(tmp_path / "new.avsc"), str(tmp_path / "old.avsc")


def test_people_read_the_library_s_report(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    codes = run(["schema", "check", *files]), run(["schema", "check", *reversed(files)])
    said = capsys.readouterr().out

    assert codes == (1, 0)
    assert said == findings_text(check(parse(NEW), parse(OLD))) + findings_text([])


def test_machines_read_one_json_document(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["schema", "check", *files, "--format", "json"])
    document = json.loads(capsys.readouterr().out)

    assert code == 1
    assert document["compatible"] is False
    assert [finding["kind"] for finding in document["findings"]] == ["READER_FIELD_MISSING_DEFAULT_VALUE"]
