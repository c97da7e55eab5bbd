"""The main job does what its summary says, on the embedded stack."""

import os
from pathlib import Path

import pytest

from eventpact.demo.ledger import Ledger
from eventpact.demo.run import run
from eventpact.demo.walk import event_of, files_below, tenant_of
from eventpact.errors import EventpactError


class Silent:
    def stage(self, text: str) -> None:
        pass

    def advance(self, what: str, done: int, total: int) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a/one.txt", "a/two.pdf", "b/deep/three", "top.md", ".hidden/secret", "b/__pycache__/x.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    return tmp_path


def test_a_run_accounts_for_every_record(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)

    summary = run(folder, Silent())

    assert (summary.published, summary.handled, summary.dead_lettered, summary.replayed, summary.lost) == (
        5,
        3,
        2,
        1,
        0,
    )
    assert sum(summary.spread.values()) == 5
    assert sum(summary.workers.values()) == 3
    assert summary.tenants == 3
    assert sorted(letter.reason for letter in summary.dead_letters) == ["HANDLER", "UNDECODABLE"]
    assert [letter.replayed for letter in summary.dead_letters if letter.reason == "HANDLER"] == [True]


def test_a_folder_without_files_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(EventpactError, match="no files below"):
        run(tmp_path, Silent())


def test_hidden_folders_caches_and_links_are_left_out(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "top.md")

    assert [str(path.relative_to(folder)) for path in files_below(folder)] == [
        "top.md",
        "a/one.txt",
        "a/two.pdf",
        "b/deep/three",
    ]


def test_one_top_folder_is_one_tenant(folder: Path) -> None:
    tenants = {str(path.relative_to(folder)): tenant_of(path, folder) for path in files_below(folder)}

    assert tenants["a/one.txt"] == tenants["a/two.pdf"]
    assert len(set(tenants.values())) == 3


def test_an_event_tells_the_truth_about_its_file(folder: Path) -> None:
    event = event_of(folder / "a" / "two.pdf", folder, "run")

    # printf a/two.pdf | sha256sum
    assert event.file_hash == "0f89021ca0c5c0ac6dccfdc149616dbe1dcfd06684374d15aea0c8b65cd9f332"
    assert (event.mime_type, event.original_filename, event.source_path) == ("application/pdf", "two.pdf", "a")


def test_a_file_name_that_is_no_text_still_makes_an_event(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    try:
        path.write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    assert event_of(path, tmp_path, "run").original_filename == "caf\ufffd"


def test_the_ledger_gives_up_only_when_nothing_moves() -> None:
    ledger = Ledger()
    seen: list[int] = []

    def done(book: Ledger) -> bool:
        book.acknowledge((0, len(seen)))
        seen.append(1)
        return len(seen) == 5

    assert ledger.wait(done, patience=30.0)
    assert not ledger.wait(lambda _: False, patience=0.0)
