"""Generated text and the files on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventpact.contract import load_manifest
from eventpact.errors import ExpressionError, ForeignFileError, SchemaError
from eventpact_codegen import Drift, drift, folder_job, generate, manifest_jobs, write
from tests.codegen.loading import field, record

FILES = generate({"order.avsc": record("Order", field("id", "string"))}, package="a.b")


def test_paths_start_with_the_packages_folders() -> None:
    assert list(FILES) == ["a/b/__init__.py", "a/b/order.py", "a/b/strategies.py"]


def test_what_is_missing_is_written_and_then_nothing_is_left_to_do(tmp_path: Path) -> None:
    assert write(FILES, tmp_path) == dict.fromkeys(FILES, Drift.MISSING)
    assert drift(FILES, tmp_path) == {}
    assert write(FILES, tmp_path) == {}


def test_a_changed_file_is_put_right(tmp_path: Path) -> None:
    write(FILES, tmp_path)
    path = tmp_path / "a/b/order.py"
    path.write_text(path.read_text().replace("id: str", "id: int"))

    assert write(FILES, tmp_path) == {"a/b/order.py": Drift.CHANGED}
    assert path.read_text() == FILES["a/b/order.py"]


def test_other_line_ends_are_a_change(tmp_path: Path) -> None:
    write(FILES, tmp_path)
    path = tmp_path / "a/b/order.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert drift(FILES, tmp_path) == {"a/b/order.py": Drift.CHANGED}


def test_a_leftover_is_an_orphan_and_is_removed(tmp_path: Path) -> None:
    write(FILES, tmp_path)
    leftover = tmp_path / "a/b/old_order.py"
    leftover.write_text(FILES["a/b/order.py"])

    assert write(FILES, tmp_path) == {"a/b/old_order.py": Drift.ORPHAN}
    assert not leftover.exists()


def test_files_of_others_are_no_orphans(tmp_path: Path) -> None:
    write(FILES, tmp_path)
    (tmp_path / "a/b/by_hand.py").write_text("x = 1\n")
    (tmp_path / "a/b/binary.py").write_bytes(b"\xff")
    (tmp_path / "a/other.py").write_text(FILES["a/b/order.py"])

    assert drift(FILES, tmp_path) == {}


@pytest.mark.parametrize("content", [b"x = 1\n", b"\xff"])
def test_a_foreign_file_in_the_way_is_left_alone_and_nothing_is_written(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/strategies.py").write_bytes(content)

    with pytest.raises(ForeignFileError, match=r"strategies\.py is not a generated file"):
        write(FILES, tmp_path)

    assert (tmp_path / "a/b/strategies.py").read_bytes() == content
    assert not (tmp_path / "a/b/order.py").exists()


def test_a_folder_or_a_link_in_the_way_is_foreign(tmp_path: Path) -> None:
    (tmp_path / "a/b/order.py").mkdir(parents=True)
    with pytest.raises(ForeignFileError):
        drift(FILES, tmp_path)

    (tmp_path / "a/b/order.py").rmdir()
    (tmp_path / "a/b/order.py").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ForeignFileError):
        drift(FILES, tmp_path)


def test_an_empty_file_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/__init__.py").touch()

    assert write(FILES, tmp_path)["a/b/__init__.py"] is Drift.CHANGED


def test_a_folder_of_schemas_is_a_job(tmp_path: Path) -> None:
    """Another team's folder needs no manifest."""
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/deep/order.avsc").write_text(record("Order", field("line", "t.Line")))
    (tmp_path / "in/line.avsc").write_text(
        record("Line", field("state", {"type": "enum", "name": "S", "symbols": ["A"]}))
    )
    job = folder_job(tmp_path / "in", tmp_path / "out", "team.events")
    job.write()

    assert sorted(p.name for p in (tmp_path / "out/team/events").iterdir()) == [
        "__init__.py",
        "line.py",
        "order.py",
        "strategies.py",
    ]
    assert "# Generated from deep/order.avsc (sha256 " in job.files["team/events/order.py"]
    assert [finding.rule for finding in job.findings] == ["ENUM_DEFAULT"]


def test_a_folder_without_schemas_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"no \.avsc file"):
        folder_job(tmp_path, tmp_path, "p")


def test_a_broken_schema_of_a_folder_is_told_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/order.avsc").write_text("{")

    with pytest.raises(SchemaError) as caught:
        folder_job(tmp_path / "in", tmp_path / "out", "p")

    assert caught.value.source == (tmp_path / "in/order.avsc").as_posix()


def test_the_shipped_packages_are_up_to_date() -> None:
    """What `eventpact generate --check` says about this repository."""
    jobs = manifest_jobs(load_manifest("schemas/contracts.toml"))

    assert [(job.package, job.drift(), job.findings) for job in jobs] == [
        ("ingestion_events", {}, ()),
        ("eventpact.dead_letter", {}, ()),
    ]


def test_the_header_does_not_depend_on_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path("schemas/contracts.toml").absolute()
    here = manifest_jobs(load_manifest("schemas/contracts.toml"))
    monkeypatch.chdir(tmp_path)
    there = manifest_jobs(load_manifest(path))

    assert [job.files for job in here] == [job.files for job in there]
    assert (
        here[0]
        .files["ingestion_events/ingestion_event.py"]
        .startswith("# Generated from schemas/ingestion_event.avsc (sha256 ")
    )


def test_a_type_of_another_package_is_named_with_its_home(tmp_path: Path) -> None:
    """All files of a manifest are parsed together, but a package's modules import only each other."""
    (tmp_path / "money.avsc").write_text(record("Money", field("cents", "long"), namespace="shared"))
    (tmp_path / "order.avsc").write_text(record("Order", field("total", "shared.Money"), namespace="shop"))
    manifest = tmp_path / "contracts.toml"
    packages = '[packages.shop]\nout = "."\nschemas = ["order.avsc"]\n'
    manifest.write_text(f'version = 1\n[packages.shared]\nout = "."\nschemas = ["money.avsc"]\n{packages}')

    with pytest.raises(ExpressionError) as caught:
        manifest_jobs(load_manifest(manifest))

    assert str(caught.value) == (
        "order.avsc: it uses types of money.avsc, which the package shared generates; packages do not import each "
        "other; add money.avsc to the schemas of shop, or put both files into one package"
    )
