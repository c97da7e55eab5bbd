"""`eventpact docs`: writes, compares, touches nothing that is not its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eventpact.cli.app import run
from tests.catalog.repository import ORDER, Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "shop")


def docs(repository: Repository, *arguments: str) -> int:
    return run(["docs", "--manifest", str(repository.manifest), *arguments])


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_site_is_written_and_then_up_to_date(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, words = str(tmp_path / "site"), []
    for more in (["--check"], [], ["--check"], []):
        code = docs(repository, "--out", site, *more)
        words.append((code, {line.split()[0] for line in capsys.readouterr().out.splitlines()}))

    assert words == [(1, {"missing"}), (0, {"new"}), (0, set()), (0, set())]
    assert {"index.html", "contracts/orders.html", "asyncapi.json"} <= files(tmp_path / "site").keys()


def test_check_names_what_differs_and_writes_nothing(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs(repository, "--out", str(tmp_path / "site"))
    before = files(tmp_path / "site")
    repository.write(ORDER, level="FULL")
    capsys.readouterr()

    assert docs(repository, "--out", str(tmp_path / "site"), "--check") == 1
    said = capsys.readouterr()
    assert "contracts/orders.html" in said.out
    assert "run: eventpact docs" in said.err
    assert files(tmp_path / "site") == before


def test_a_page_of_a_contract_that_is_gone_is_removed(repository: Repository, tmp_path: Path) -> None:
    docs(repository, "--out", str(tmp_path / "site"))
    gone = tmp_path / "site" / "contracts" / "gone.html"
    gone.write_bytes((tmp_path / "site" / "contracts" / "orders.html").read_bytes())
    mine = tmp_path / "site" / "contracts" / "mine.html"
    mine.write_text("<p>by hand</p>")

    assert docs(repository, "--out", str(tmp_path / "site"), "--check") == 1
    assert docs(repository, "--out", str(tmp_path / "site")) == 0
    assert (gone.exists(), mine.exists()) == (False, True)


def test_a_page_of_somebody_else_is_left_as_it_is(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>by hand</p>")

    assert docs(repository, "--out", str(tmp_path / "site")) == 2
    assert "move it away" in capsys.readouterr().err
    assert list(files(tmp_path / "site")) == ["index.html"]


def test_the_asyncapi_document_alone(repository: Repository, tmp_path: Path) -> None:
    target = tmp_path / "asyncapi.json"

    assert docs(repository, "--asyncapi", str(target), "--server", "local=localhost:9092") == 0
    assert json.loads(target.read_text())["servers"] == {"local": {"host": "localhost:9092", "protocol": "kafka"}}
    assert docs(repository, "--asyncapi", str(target), "--check") == 1
    assert not (tmp_path / "site").exists()


def test_the_asyncapi_document_for_a_pipe(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs(repository, "--asyncapi", "-") == 0
    assert json.loads(capsys.readouterr().out)["asyncapi"] == "3.0.0"


def test_a_server_that_is_none_is_refused(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs(repository, "--asyncapi", "-", "--server", "localhost:9092") == 2
    assert "NAME=HOST:PORT" in capsys.readouterr().err


def test_without_the_extra_the_error_names_it(repository: Repository, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['jinja2'] = None; from eventpact.cli.app import run;"
        "sys.exit(run(['docs', '--manifest', sys.argv[1], '--out', sys.argv[2], *sys.argv[3:]]))"
    )
    command = [sys.executable, "-c", program, str(repository.manifest), str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert "pip install 'eventpact[docs]'" in done.stderr


def test_the_asyncapi_document_needs_no_extra(repository: Repository, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['jinja2'] = None; from eventpact.cli.app import run;"
        "sys.exit(run(['docs', '--manifest', sys.argv[1], '--asyncapi', sys.argv[2]]))"
    )
    command = [sys.executable, "-c", program, str(repository.manifest), str(tmp_path / "asyncapi.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
