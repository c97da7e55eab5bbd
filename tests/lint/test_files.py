"""Files that use each other's types, and files that are named one by one."""

from pathlib import Path

from eventpact.contract import Contract, Topic
from eventpact.schema import Level
from eventpact_compat.lint import Job, lint_files
from tests.zoo.animals import SHOP

COLOUR = '{"type": "enum", "name": "Colour", "namespace": "shop", "doc": "It.", "symbols": ["NONE"], "default": "NONE"}'
CAR = (
    '{"type": "record", "name": "Car", "namespace": "shop", "doc": "It.", "fields": '
    '[{"name": "colour", "type": "Colour", "doc": "It."}, {"name": "at", "type": "string"}]}'
)


def found(texts: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(f.file, f.rule, f.path) for f in lint_files(texts)]


def test_types_come_from_the_other_files() -> None:
    assert found({"car.avsc": CAR, "colour.avsc": COLOUR}) == [("car.avsc", "MISSING_DOC", "Car.at")]


def test_a_referenced_type_is_linted_in_its_own_file_only() -> None:
    undocumented = COLOUR.replace('"doc": "It.", ', "")

    assert found({"car.avsc": CAR, "colour.avsc": undocumented}) == [
        ("car.avsc", "MISSING_DOC", "Car.at"),
        ("colour.avsc", "MISSING_DOC", "Colour"),
    ]


def test_a_broken_file_does_not_hide_what_is_wrong_in_others() -> None:
    findings = found({"bad.avsc": "{", "car.avsc": CAR, "colour.avsc": COLOUR})

    assert findings == [("bad.avsc", "INVALID_SCHEMA", ""), ("car.avsc", "MISSING_DOC", "Car.at")]


def test_a_file_that_uses_a_broken_one_is_passed_over() -> None:
    broken = COLOUR.replace('"symbols"', '"symbol"')

    assert found({"car.avsc": CAR, "colour.avsc": broken}) == [("colour.avsc", "INVALID_SCHEMA", "")]


def test_a_whole_shop_of_files_is_read_in_the_right_order() -> None:
    texts = {file.name: file.read_text("utf-8") for file in sorted(SHOP.glob("*.avsc"))}

    assert len(texts) > 3
    assert "INVALID_SCHEMA" not in {rule for _, rule, _ in found(texts)}


def test_named_files_are_reported_and_the_manifests_lend_them_types(tmp_path: Path) -> None:
    (tmp_path / "colour.avsc").write_text(COLOUR)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "car.avsc").write_text(CAR)
    manifest = tmp_path / "contracts.toml"
    manifest.write_text('[packages.shop]\nout = "src"\nschemas = ["colour.avsc"]\n')

    job = Job.of(manifest, [tmp_path / "new"])

    assert [(f.rule, f.file) for f in job.findings()] == [("MISSING_DOC", str(tmp_path / "new" / "car.avsc"))]


def test_a_broken_file_that_lends_its_types_is_reported(tmp_path: Path) -> None:
    texts = {"car.avsc": CAR, "colour.avsc": COLOUR.replace('"symbols"', '"symbol"'), "other.avsc": "{"}

    findings = lint_files(texts, only=frozenset({"car.avsc"}))

    assert [(f.rule, f.file) for f in findings] == [("INVALID_SCHEMA", "colour.avsc")]


def test_what_two_contracts_on_one_file_have_in_common_is_said_once() -> None:
    contracts = [
        Contract(name, "car.avsc", "shop.Car", Topic(name, 6), key, Level.FULL)
        for name, key in (("cars", "at"), ("repainted-cars", "colour"))
    ]

    findings = lint_files({"car.avsc": CAR, "colour.avsc": COLOUR}, contracts=contracts)

    assert [(f.rule, f.contract) for f in findings] == [("KEY_FIELD", "repainted-cars"), ("MISSING_DOC", "cars")]


def test_files_need_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "colour.avsc").write_text(COLOUR)

    job = Job.of(tmp_path / "none.toml", [tmp_path / "colour.avsc"])

    assert job.findings() == ()


def test_a_file_of_the_manifest_is_known_by_any_path_to_it(tmp_path: Path) -> None:
    (tmp_path / "colour.avsc").write_text(COLOUR)
    manifest = tmp_path / "contracts.toml"
    manifest.write_text('[packages.shop]\nout = "src"\nschemas = ["colour.avsc"]\n')
    detour = tmp_path / "." / "x" / ".." / "colour.avsc"
    (tmp_path / "x").mkdir()

    assert Job.of(manifest, [detour]).chosen == (str(tmp_path / "colour.avsc"),)
