"""`eventpact lint` and `eventpact format`, as they are typed."""

import json
from pathlib import Path

import pytest

from eventpact.cli.app import run

MISPLACED = (
    '{"type":"record","name":"Order","namespace":"shop","doc":"An order.","fields":['
    '{"name":"placed_at","type":"long","logicalType":"timestamp-millis","doc":"When."}]}'
)


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EVENTPACT_MANIFEST", raising=False)
    path = tmp_path / "order.avsc"
    path.write_bytes(MISPLACED.encode())
    return path


def test_an_error_exits_with_1_and_says_where(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "order.avsc"]) == 1
    assert capsys.readouterr().out.startswith("order.avsc:1:128: error LOGICAL_TYPE_ON_FIELD ")


def test_a_fix_is_written_and_then_there_is_nothing_left(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--fix", "order.avsc"]) == 0
    assert '{"type": "long", "logicalType": "timestamp-millis"}' in order.read_text()
    assert run(["format", "--check", "order.avsc"]) == 0


def test_the_json_form_has_a_version(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--format", "json", "order.avsc"]) == 1

    document = json.loads(capsys.readouterr().out)

    assert document["version"] == 1
    assert [f["location"] for f in document["findings"]] == ["/fields/0/logicalType"]


def test_github_gets_annotations(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--format", "github", "order.avsc"])

    assert capsys.readouterr().out.startswith("::error file=order.avsc,line=1,col=128,title=LOGICAL_TYPE_ON_FIELD::")


def test_warnings_fail_only_when_asked(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order.write_text('{"type": "fixed", "name": "Hash", "size": 32}')

    assert run(["lint", "order.avsc"]) == 0
    assert run(["lint", "--strict", "order.avsc"]) == 1


def test_no_manifest_and_no_file_is_a_usage_error_that_says_so(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint"]) in {1, 2}
    assert "schemas/contracts.toml" in capsys.readouterr().err


def test_check_writes_nothing(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["format", "--check", "order.avsc"]) == 1
    assert order.read_bytes() == MISPLACED.encode()
    assert capsys.readouterr().out == "would change order.avsc\n"


def test_format_writes_the_one_layout(order: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["format", "order.avsc"]) == 0
    assert order.read_bytes().startswith(b'{\n  "type": "record",\n')
    assert run(["format", "--check", "order.avsc"]) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"{", "order.avsc:1:2: not JSON"), (b"\xef\xbb\xbf{}", "order.avsc:1:1: not JSON: the text starts with a byte")],
)
def test_a_file_that_is_not_json_is_named_and_left_alone(
    text: bytes, said: str, order: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order.write_bytes(text)

    assert run(["format", "."]) == 1
    assert said in capsys.readouterr().err
    assert order.read_bytes() == text
