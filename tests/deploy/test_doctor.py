"""What the doctor makes of registries that answer as the real ones do, of settings, and of a broker's own settings."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from pathlib import Path
from typing import Self

import pytest

from eventpact.contract import Manifest, load_manifest
from eventpact.deploy import doctor_broker
from eventpact.deploy.doctor import Line, examine
from eventpact.deploy.doctor_broker import broker_lines
from eventpact.deploy.doctor_registry import registry_lines
from eventpact.deploy.doctor_settings import settings_lines
from eventpact.deploy.service_kind import FEATURES, RegistryKind, registry_kind
from eventpact.dev import EmbeddedStack
from eventpact.errors import UnavailableError
from eventpact.kafka import AdminTopics, Settings
from eventpact.kafka.client_settings import ProducerSettings
from eventpact.kafka.topics import FoundTopic, topics_of
from eventpact.registry import MemoryRegistry, RegistryClient, RegistrySettings, SchemaText, register_contracts
from eventpact.registry.lock import registered_in, write_lock
from eventpact.secret import Secret
from tests.registry.canned import Canned, canned

MANIFEST = Path(__file__).parents[2] / "schemas" / "contracts.toml"
NOT_FOUND = {"message": "Not found", "code": 404}
CODED_NOT_FOUND = {"error_code": 404, "message": "HTTP 404 Not Found"}


@dataclass(frozen=True)
class Answers:
    """A registry as it shows itself: what `/subjects` says, other paths, and everything else."""

    kind: str
    version: str | None
    paths: dict[str, object] = field(default_factory=dict)
    others: object = field(default_factory=lambda: CODED_NOT_FOUND)
    server: str | None = None
    base: str = ""


ROWS = {
    "redpanda": Answers("Redpanda", None, {"/status/ready": b""}, NOT_FOUND, "Seastar httpd"),
    "redpanda behind a proxy": Answers("Redpanda behind a proxy", None, {"/status/ready": b""}, NOT_FOUND, "nginx"),
    "redpanda, no word of a server": Answers("Redpanda behind a proxy", None, {"/status/ready": b""}, NOT_FOUND),
    "confluent": Answers("Confluent", "7.9.0", {"/v1/metadata/version": {"version": "7.9.0", "commitId": "ef43652b"}}),
    "confluent, no version": Answers("Confluent", None, {"/v1/metadata/version": {}}),
    "apicurio 2": Answers(
        "Apicurio",
        "2.6.13.Final",
        {"/apis/registry/v2/system/info": {"name": "Apicurio Registry (In Memory)", "version": "2.6.13.Final"}},
        {"error_code": 0, "message": "RESTEASY003210"},
        base="/apis/ccompat/v7",
    ),
    "apicurio 3": Answers(
        "Apicurio", "3.1.7", {"/apis/registry/v3/system/info": {"version": "3.1.7"}}, base="/apis/ccompat/v7"
    ),
    "apicurio, silent": Answers("Apicurio", None, base="/apis/ccompat/v7"),
    "a stranger": Answers("unknown", None),
    "a stranger with a version": Answers("unknown", None, {"/": {"version": "1.0"}}),
    "a version that nobody may print": Answers("Confluent", None, {"/v1/metadata/version": {"version": "7\x1b[31m"}}),
    "a version without end": Answers("Confluent", None, {"/v1/metadata/version": {"version": "7" * 1000}}),
    "a version that is no text": Answers("Confluent", None, {"/v1/metadata/version": {"version": 7}}),
    "a list where a version belongs": Answers("Confluent", None, {"/v1/metadata/version": ["7"]}),
}


@pytest.fixture
def told() -> Iterator[Canned]:
    with canned() as server:
        yield server


def play(told: Canned, answers: Answers, **headers: str) -> RegistrySettings:
    if answers.server is not None:
        headers["Server"] = answers.server
    paths = {f"{answers.base}/subjects": [], **answers.paths}
    bodies = {path: body if isinstance(body, bytes) else json.dumps(body).encode() for path, body in paths.items()}
    told.paths = {path: (200, body, headers) for path, body in bodies.items()}
    told.say(404, answers.others, **headers)
    return RegistrySettings(told.url + answers.base, timeout=5)


@pytest.mark.parametrize("answers", ROWS.values(), ids=ROWS)
def test_each_kind_is_told_by_its_answers(told: Canned, answers: Answers) -> None:
    found = registry_kind(play(told, answers))

    assert (found.name, found.version, found.skew) == (answers.kind, answers.version, None)
    assert answers.kind in FEATURES
    assert {method for method, _, _ in told.asked} == {"GET"}


def test_ours_says_what_it_is_and_tells_the_time() -> None:
    with EmbeddedStack(()) as stack:
        found = registry_kind(RegistrySettings(stack.registry.url))

    assert found.name == "eventpact's own"
    assert found.version
    assert found.skew is not None
    assert abs(found.skew) < 5


@pytest.mark.parametrize(("ahead", "state"), [(0, "ok"), (90, "warn"), (-90, "warn")])
def test_a_registry_s_clock_is_compared_with_ours(told: Canned, manifest: Manifest, ahead: int, state: str) -> None:
    registry = play(told, ROWS["redpanda"], Date=formatdate(time.time() + ahead, usegmt=True))
    lines = {line.what: line for line in registry_lines(manifest, settings(registry))}

    assert lines["clock"].state == state
    assert bool(lines["clock"].fix) is (state == "warn")


def test_a_date_that_is_none_is_no_clock(told: Canned) -> None:
    assert registry_kind(play(told, ROWS["redpanda"], Date="some day")).skew is None


def test_a_kind_is_asked_for_with_the_credentials_and_no_redirect_is_followed(told: Canned) -> None:
    told.say(302, b"", Location=f"{told.url}/elsewhere")
    found = registry_kind(RegistrySettings(told.url))

    assert found == RegistryKind("unknown", None, None)
    assert "/elsewhere" not in {path for _, path, _ in told.asked}


@pytest.mark.parametrize("password", ["open sesame", "p\u00e4ss", "\u20ac"])
def test_a_kind_is_asked_for_as_the_client_asks(
    told: Canned, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, password: str
) -> None:
    """With the same bytes of the password, and through the same proxy."""
    (tmp_path / "netrc").write_text("machine registry.test login bob password other")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", told.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    told.say(200, [])
    for user, secret in (("anna", Secret(password)), (None, None)):
        told.asked.clear()
        asked = RegistrySettings("http://registry.test", user, secret, max_retries=0)
        registry_kind(asked)
        with RegistryClient(asked) as client:
            client.subjects()
        sent = [{k.lower(): v for k, v in headers.items()}.get("authorization") for _, _, headers in told.asked]

        assert len(sent) == 3
        assert len(set(sent)) == 1
        assert (sent[0] is None) is (user is None)


@pytest.mark.parametrize(("name", "value"), [("SSL_CERT_FILE", "/no/such.pem"), ("ALL_PROXY", "odd://p:1")])
def test_what_the_machine_says_wrongly_is_a_line(
    manifest: Manifest, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    (line,) = registry_lines(manifest, settings(RegistrySettings("https://registry.test")))

    assert (line.state, line.what) == ("fail", "registry")
    assert name in line.says
    assert "correct" in line.fix


def test_nobody_at_home_is_unavailable() -> None:
    with pytest.raises(UnavailableError):
        registry_kind(RegistrySettings("http://127.0.0.1:1", timeout=1))


@pytest.fixture
def manifest() -> Manifest:
    return load_manifest(MANIFEST)


def settings(registry: RegistrySettings | None = None, **others: str) -> Settings:
    made = Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", **others}, dotenv=None)
    return Settings(
        bootstrap_servers=made.bootstrap_servers, security=made.security, registry=registry, producer=ProducerSettings()
    )


def test_settings_that_are_safe_are_said_to_be() -> None:
    lines = {line.what: line for line in settings_lines(settings())}

    assert {line.state for line in lines.values()} == {"ok"}
    assert lines["partitioner"].says.startswith("murmur2_random")
    assert lines["producer"].says == "acks=all, idempotent"
    assert "librdkafka" in lines["client"].says


def test_plain_text_over_a_network_is_a_risk() -> None:
    (line,) = [line for line in settings_lines(settings(KAFKA_BOOTSTRAP_SERVERS="kafka:9092")) if line.state != "ok"]

    assert (line.state, line.what) == ("warn", "encryption")
    assert "KAFKA_SECURITY_PROTOCOL" in line.fix


def test_no_registry_is_a_failure(manifest: Manifest) -> None:
    assert [line.fix for line in registry_lines(manifest, settings())] == ["set SCHEMA_REGISTRY_URL"]


def test_refused_credentials_are_told_as_such(told: Canned, manifest: Manifest) -> None:
    told.say(401, {"error_code": 40101, "message": "Unauthorized"})
    *_, last = registry_lines(manifest, settings(RegistrySettings(told.url)))

    assert last.state == "fail"
    assert last.fix == "check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD"


def test_one_of_several_registries_may_be_away(manifest: Manifest) -> None:
    with EmbeddedStack(()) as stack:
        register_contracts(manifest, stack.registry.registry)
        both = RegistrySettings(f"http://127.0.0.1:1,{stack.registry.url}", timeout=1, max_retries=0)
        lines = list(registry_lines(manifest, settings(both)))

    assert [line.state for line in lines if line.what == "registry"] == ["warn", "ok"]
    assert {line.state for line in lines if line.what.startswith("subject")} == {"ok"}


@pytest.fixture
def stack(manifest: Manifest) -> Iterator[EmbeddedStack]:
    with EmbeddedStack(manifest) as made:
        register_contracts(manifest, made.registry.registry)
        yield made


def lock_line(stack: EmbeddedStack, manifest: Manifest, lock: Path, environment: str = "default") -> Line:
    variables = {"EVENTPACT_LOCK": str(lock), "EVENTPACT_ENVIRONMENT": environment}
    found = Settings.from_env({**stack.environment(), **variables}, dotenv=None)
    (line,) = [line for line in registry_lines(manifest, found) if line.what.startswith("lock")]
    return line


def test_a_lock_is_compared_with_the_registry(stack: EmbeddedStack, manifest: Manifest, tmp_path: Path) -> None:
    lock = tmp_path / "contracts.lock"
    registry = stack.registry.registry
    write_lock(lock, "default", registered_in(registry, registry.subjects()))
    good = lock_line(stack, manifest, lock)
    anew = stack.registry.registry = MemoryRegistry()
    anew.register("filler", SchemaText('"string"'))
    register_contracts(manifest, anew)
    stale = lock_line(stack, manifest, lock)
    missing = lock_line(stack, manifest, tmp_path / "nowhere.lock")
    other = lock_line(stack, manifest, lock, "production")

    assert (good.state, good.says) == ("ok", "2 versions, as the registry has them")
    assert [line.state for line in (stale, missing, other)] == ["fail"] * 3
    assert all("eventpact apply" in line.fix for line in (stale, missing, other))
    assert "another schema" in stale.says


@dataclass
class Metadata:
    """What a client library tells about a cluster."""

    cluster_id: str
    brokers: dict[int, object]
    topics: dict[str, object]


@dataclass
class Part:
    replicas: list[int]


@dataclass
class Found:
    partitions: dict[int, Part]


@dataclass
class Entry:
    value: str


class RealBroker:
    """An AdminClient on a cluster that shows itself; nothing of it can be had from the embedded one."""

    def __init__(self, metadata: Metadata, settings: dict[str, str]) -> None:
        self._metadata = metadata
        self._settings = settings

    def __call__(self, *_: object, **__: object) -> RealBroker:
        return self

    def list_topics(self, timeout: float) -> Metadata:
        return self._metadata

    def describe_configs(self, resources: list[object], request_timeout: float) -> dict[object, Future[object]]:
        future: Future[object] = Future()
        future.set_result({name: Entry(value) for name, value in self._settings.items()})
        return dict.fromkeys(resources, future)


class Shown:
    """Topics as the manifest wants them."""

    def __init__(self, manifest: Manifest) -> None:
        wanted = [topic for c in manifest.contracts for topic in topics_of(c)]
        self._found = {topic.name: FoundTopic(topic.name, topic.partitions, topic.config()) for topic in wanted}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def create(self, topic: object) -> bool:
        raise AssertionError("looking changes nothing")

    def describe(self, name: str) -> FoundTopic | None:
        return self._found[name]


@pytest.mark.parametrize(
    ("cluster", "brokers", "copies", "auto", "kind", "warned"),
    [
        ("redpanda.3a1f", 3, 3, "false", "Redpanda, 3 brokers", []),
        ("redpanda.3a1f", 1, 1, "true", "Redpanda, 1 broker,", ["topic creation"]),
        ("MkU3OEVBNTcwNTJENDM2Qk", 3, 1, "false", "Kafka, 3 brokers", ["copies of ingestion-events"]),
        ("MkU3OEVBNTcwNTJENDM2Qk", 1, 1, None, "Kafka, 1 broker,", []),
    ],
)
def test_what_a_broker_lets_happen_is_a_risk(
    manifest: Manifest,
    monkeypatch: pytest.MonkeyPatch,
    cluster: str,
    brokers: int,
    copies: int,
    auto: str | None,
    kind: str,
    warned: list[str],
) -> None:
    topics: dict[str, object] = {
        "ingestion-events": Found({n: Part(list(range(copies))) for n in range(6)}),
        "ingestion-events-dlq": Found({n: Part(list(range(brokers))) for n in range(6)}),
    }
    shown = {} if auto is None else {"auto.create.topics.enable": auto}
    real = RealBroker(Metadata(cluster, dict.fromkeys(range(brokers)), topics), shown)
    monkeypatch.setattr(doctor_broker, "AdminClient", real)
    lines = list(broker_lines(manifest, settings(), lambda: Shown(manifest)))

    assert lines[0].says.startswith(kind)
    assert [line.what for line in lines if line.state != "ok"] == warned
    assert all(line.fix for line in lines if line.state != "ok")
    assert {line.what for line in lines} >= {"topic ingestion-events", "topic ingestion-events-dlq"}


def test_a_setting_that_the_broker_never_shows_is_a_warning(
    manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = [
        replace(c, topic=replace(c.topic, settings={**c.topic.settings, "min.insync.replicas": "2"}))
        for c in manifest.contracts
    ]
    topics: dict[str, object] = {
        name: Found({n: Part([0]) for n in range(6)}) for name in ("ingestion-events", "ingestion-events-dlq")
    }
    real = RealBroker(Metadata("redpanda.3a1f", {0: None}, topics), {})
    monkeypatch.setattr(doctor_broker, "AdminClient", real)
    asked = replace(manifest, contracts=tuple(contracts))
    (line,) = (one for one in broker_lines(asked, settings(), lambda: Shown(manifest)) if one.state != "ok")

    assert (line.state, line.what) == ("warn", "topic ingestion-events")
    assert "min.insync.replicas should be 2, not shown by the broker" in line.says
    assert "take it out of the manifest" in line.fix


def test_every_line_that_is_not_well_has_its_fix(manifest: Manifest) -> None:
    away = Settings.from_env(
        {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}, None
    )
    lines = list(examine(manifest, away, lambda: AdminTopics(away, timeout=0.1)))

    assert [line.what for line in lines if line.state == "fail"] == ["broker", "registry"]
    assert all(bool(line.fix) is (line.state != "ok") for line in lines)
