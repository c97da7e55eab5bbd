"""The environment, read once: wrong values name their variable, secrets show nowhere."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest

from eventpact.errors import SettingsError
from eventpact.kafka import ConsumerSettings, ProducerSettings, Security, SecurityProtocol, Settings
from eventpact.secret import Secret

CANARY = "canary-0xC0FFEE"
SERVERS = {"KAFKA_BOOTSTRAP_SERVERS": "localhost:9092"}
SASL = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
    "KAFKA_SASL_USERNAME": "ingestion",
    "KAFKA_SASL_PASSWORD": CANARY,
}
DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def read(**variables: str) -> Settings:
    return Settings.from_env({**SERVERS, **variables}, dotenv=None)


def test_all_that_must_be_set_is_where_the_broker_is() -> None:
    settings = Settings.from_env(SERVERS, dotenv=None)

    assert settings == Settings(bootstrap_servers="localhost:9092")
    assert (settings.registry, settings.topic, settings.subject) == (None, None, None)
    assert settings.security.protocol is SecurityProtocol.PLAINTEXT


def test_every_variable_arrives(tmp_path: Path) -> None:
    pem = tmp_path / "some.pem"
    pem.write_text("")
    settings = read(
        **SASL,
        INGESTION_TOPIC="elsewhere",
        KAFKA_CLIENT_ID="svc-1",
        KAFKA_PRODUCER_ACKS="all",
        KAFKA_PRODUCER_RETRIES="7",
        KAFKA_PRODUCER_LINGER_MS="20",
        KAFKA_CONSUMER_SESSION_TIMEOUT_MS="6000",
        KAFKA_CONSUMER_HEARTBEAT_INTERVAL_MS="2000",
        KAFKA_CONSUMER_GROUP_INSTANCE_ID="pod-3",
        KAFKA_SSL_CA_LOCATION=str(pem),
        KAFKA_SSL_CERTIFICATE_LOCATION=str(pem),
        KAFKA_SSL_KEY_LOCATION=str(pem),
        KAFKA_SSL_KEY_PASSWORD=CANARY,
        SCHEMA_REGISTRY_URL="https://registry:8081",
        SCHEMA_REGISTRY_SUBJECT="elsewhere-value",
        SCHEMA_REGISTRY_USERNAME="reader",
        SCHEMA_REGISTRY_PASSWORD=CANARY,
    )

    assert (settings.topic, settings.subject, settings.client_id) == ("elsewhere", "elsewhere-value", "svc-1")
    assert (settings.producer.acks, settings.producer.retries, settings.producer.linger_ms) == ("all", 7, 20)
    assert settings.consumer.group_instance_id == "pod-3"
    assert settings.security == Security(
        protocol=SecurityProtocol.SASL_SSL,
        mechanism="SCRAM-SHA-256",
        username="ingestion",
        password=Secret(CANARY),
        ca_location=pem,
        certificate_location=pem,
        key_location=pem,
        key_password=Secret(CANARY),
    )
    assert settings.registry is not None
    assert (settings.registry.url, settings.registry.password) == ("https://registry:8081", Secret(CANARY))


def test_the_environment_goes_over_the_file_and_neither_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "KAFKA_BOOTSTRAP_SERVERS=file:1\nINGESTION_TOPIC='from-file'\nKAFKA_CLIENT_ID=file\nexport SCHEMA_REGISTRY_URL=http://r\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", " environment:2 ")
    monkeypatch.setenv("KAFKA_CLIENT_ID", "")
    before = dict(os.environ)
    settings = Settings.from_env()

    assert (settings.bootstrap_servers, settings.topic) == ("environment:2", "from-file")
    assert settings.client_id == "eventpact"
    assert settings.registry is not None
    assert dict(os.environ) == before


def test_a_password_in_the_file_is_taken_as_written(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KAFKA_SASL_PASSWORD='a${HOME}$b#c'\n")
    without = {key: value for key, value in SASL.items() if key != "KAFKA_SASL_PASSWORD"}
    settings = Settings.from_env({**SERVERS, **without}, tmp_path / ".env")

    assert settings.security.password == Secret("a${HOME}$b#c")


def test_a_file_that_is_no_text_is_refused_without_its_content(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"KAFKA_SASL_PASSWORD=\xff" + CANARY.encode())

    with pytest.raises(SettingsError, match=r"^\.env: cannot be read") as raised:
        Settings.from_env(SERVERS, tmp_path / ".env")

    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


WRONG = [
    ("KAFKA_BOOTSTRAP_SERVERS", "localhost", "expected host:port"),
    ("KAFKA_BOOTSTRAP_SERVERS", "localhost:", "expected host:port"),
    ("KAFKA_BOOTSTRAP_SERVERS", "localhost:70000", "expected host:port"),
    ("KAFKA_BOOTSTRAP_SERVERS", "a:1,,b:2", "expected host:port"),
    ("KAFKA_BOOTSTRAP_SERVERS", "kafka://a:1", "expected host:port"),
    ("KAFKA_BOOTSTRAP_SERVERS", f"user:{CANARY}@a:1", "expected host:port"),
    ("KAFKA_BOOTSTRAP_SERVERS", "", "not set; expected host:port"),
    ("INGESTION_TOPIC", "a/b", "expected at most 249 letters"),
    ("INGESTION_TOPIC", "..", "expected at most 249 letters"),
    ("INGESTION_TOPIC", "x" * 250, "expected at most 249 letters"),
    ("KAFKA_CLIENT_ID", "a b", "expected at most 249 letters"),
    ("SCHEMA_REGISTRY_SUBJECT", ":.ctx:orders", "not starting with ':.'"),
    ("SCHEMA_REGISTRY_URL", "localhost:8081", "expected http"),
    ("KAFKA_PRODUCER_ACKS", "1", "expected all: with fewer acknowledgements a stored event can be lost"),
    ("KAFKA_PRODUCER_ACKS", "0", "expected all"),
    ("KAFKA_PRODUCER_RETRIES", "0", "expected a whole number from 1 to 2147483647"),
    ("KAFKA_PRODUCER_RETRIES", "2147483648", "expected a whole number from 1 to 2147483647"),
    ("KAFKA_PRODUCER_RETRIES", "many", "expected a whole number from 1 to 2147483647"),
    ("KAFKA_PRODUCER_RETRIES", "-1", "expected a whole number from 1 to 2147483647"),
    ("KAFKA_PRODUCER_RETRIES", "\u0665", "expected a whole number from 1 to 2147483647"),
    ("KAFKA_PRODUCER_LINGER_MS", "30000", "must be less than KAFKA_PRODUCER_MESSAGE_TIMEOUT_MS"),
    ("KAFKA_PRODUCER_COMPRESSION", "rar", "expected zstd or lz4 or gzip or snappy or none"),
    ("KAFKA_CONSUMER_AUTO_OFFSET_RESET", "latest", "latest skips records that nobody has handled"),
    ("KAFKA_CONSUMER_HEARTBEAT_INTERVAL_MS", "20000", "at most a third of KAFKA_CONSUMER_SESSION_TIMEOUT_MS"),
    ("KAFKA_CONSUMER_MAX_POLL_INTERVAL_MS", "40000", "at least KAFKA_CONSUMER_SESSION_TIMEOUT_MS"),
    ("KAFKA_CONSUMER_STATISTICS_INTERVAL_MS", "100", "expected 0 or at least 5000"),
    ("KAFKA_SECURITY_PROTOCOL", "TLS", "expected PLAINTEXT or SSL or SASL_PLAINTEXT or SASL_SSL"),
]


@pytest.mark.parametrize(("variable", "value", "expected"), WRONG)
def test_a_wrong_value_names_its_variable_and_what_was_expected(variable: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(**{variable: value})

    assert raised.value.variable == variable
    assert expected in str(raised.value)
    assert CANARY not in str(raised.value)


INCONSISTENT: list[tuple[dict[str, str], str]] = [
    ({**SASL, "KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}, "KAFKA_SASL_MECHANISM"),
    ({**SASL, "KAFKA_SECURITY_PROTOCOL": ""}, "KAFKA_SASL_MECHANISM"),
    ({**SASL, "KAFKA_SECURITY_PROTOCOL": "SSL"}, "KAFKA_SASL_MECHANISM"),
    ({**SASL, "KAFKA_SASL_USERNAME": ""}, "KAFKA_SASL_USERNAME"),
    ({**SASL, "KAFKA_SASL_PASSWORD": ""}, "KAFKA_SASL_PASSWORD"),
    ({**SASL, "KAFKA_SASL_MECHANISM": ""}, "KAFKA_SASL_MECHANISM"),
    ({**SASL, "KAFKA_SASL_MECHANISM": "GSSAPI"}, "KAFKA_SASL_MECHANISM"),
    ({"KAFKA_SSL_CA_LOCATION": __file__}, "KAFKA_SSL_CA_LOCATION"),
    ({"KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_SSL_KEY_PASSWORD": CANARY}, "KAFKA_SASL_MECHANISM"),
    ({"KAFKA_SSL_KEY_PASSWORD": CANARY}, "KAFKA_SSL_KEY_PASSWORD"),
    ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CA_LOCATION": "/no/such/file"}, "KAFKA_SSL_CA_LOCATION"),
    ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CERTIFICATE_LOCATION": __file__}, "KAFKA_SSL_KEY_LOCATION"),
    ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEY_LOCATION": __file__}, "KAFKA_SSL_CERTIFICATE_LOCATION"),
    ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEY_PASSWORD": CANARY}, "KAFKA_SSL_KEY_LOCATION"),
    ({"SCHEMA_REGISTRY_URL": "http://r", "SCHEMA_REGISTRY_USERNAME": "u"}, "SCHEMA_REGISTRY_PASSWORD"),
    ({"SCHEMA_REGISTRY_USERNAME": "u", "SCHEMA_REGISTRY_PASSWORD": CANARY}, "SCHEMA_REGISTRY_URL"),
]


@pytest.mark.parametrize(("variables", "named"), INCONSISTENT)
def test_settings_that_contradict_each_other_are_refused(variables: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(**variables)

    assert raised.value.variable == named
    assert CANARY not in str(raised.value)


def test_values_made_in_code_are_checked_as_well() -> None:
    with pytest.raises(SettingsError, match="KAFKA_PRODUCER_RETRIES"):
        ProducerSettings(retries=True)
    with pytest.raises(SettingsError, match="KAFKA_CONSUMER_GROUP_PROTOCOL"):
        ConsumerSettings(group_protocol="newest")


def test_a_secret_shows_in_no_text_of_the_settings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    settings = read(
        **SASL, SCHEMA_REGISTRY_URL="http://r", SCHEMA_REGISTRY_USERNAME="u", SCHEMA_REGISTRY_PASSWORD=CANARY
    )
    shown = f"{settings!r} {settings} {asdict(settings)} {vars_of(settings)} {caplog.text}"

    assert "***" in shown
    assert CANARY not in shown


def vars_of(settings: Settings) -> str:
    return repr([getattr(part, name) for part in (settings, settings.security) for name in part.__slots__])


class Recorder(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        known = {**SERVERS, "SCHEMA_REGISTRY_URL": "http://r"}
        return known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_the_documentation_lists_exactly_the_variables_that_are_read() -> None:
    environ = Recorder()
    Settings.from_env(environ, dotenv=None)
    listed = re.findall(r"^\| `([A-Z_]+)` \|", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert sorted(listed) == sorted(environ.asked)


@pytest.mark.parametrize(
    ("prefix", "settings"), [("KAFKA_PRODUCER_", ProducerSettings()), ("KAFKA_CONSUMER_", ConsumerSettings())]
)
def test_the_documentation_gives_the_defaults_that_apply(
    prefix: str, settings: ProducerSettings | ConsumerSettings
) -> None:
    documented = dict(
        re.findall(rf"^\| `{prefix}([A-Z_]+)` \| ([^|]*?) \|", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    actual = {name.upper(): "" if value is None else f"`{value}`" for name, value in asdict(settings).items()}

    assert documented == actual
