"""The embedded stack's command notes where it listens, for as long as that is true."""

from pathlib import Path

import pytest
import typer

from eventpact.cli.dev import noted
from eventpact.kafka import Settings

WHERE = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092", "KAFKA_CLIENT_ID": "a-b"}


def test_settings_read_the_file_while_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"

    with noted(WHERE, file):
        settings = Settings.from_env({}, dotenv=file)

    assert settings.bootstrap_servers == "127.0.0.1:9092"
    assert settings.client_id == "a-b"
    assert not file.exists()


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MINE=1\n")

    with pytest.raises(typer.BadParameter, match="is there already"), noted(WHERE, file):
        pass

    assert file.read_text() == "MINE=1\n"


def test_what_somebody_added_is_kept(tmp_path: Path) -> None:
    file = tmp_path / ".env"

    with noted(WHERE, file):
        file.write_text(file.read_text() + "MINE=1\n")

    assert "MINE=1" in file.read_text()


def test_without_a_file_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with noted(WHERE, None):
        assert list(tmp_path.iterdir()) == []
