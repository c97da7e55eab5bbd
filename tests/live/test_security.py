"""Rights, credentials and TLS on a real broker: whoever lacks something stops, soon, and is told what."""

from __future__ import annotations

import logging
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.cimpl import NewTopic

from eventpact.errors import KafkaError, WorkerStopped
from eventpact.kafka import Worker
from eventpact.kafka.client_settings import ConsumerSettings
from eventpact.kafka.security import Security, SecurityProtocol
from eventpact.kafka.settings import Settings
from eventpact.secret import Secret
from ingestion_events import IngestionEvent
from tests.chaos.site import Site
from tests.kafka.world import SWIFT, Running
from tests.live.services import MISSING, Kafka, free_ports

pytestmark = pytest.mark.live

PASSWORD = "a-good-password"
WRONG = "canary-password"
MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"
PROPERTIES = """
listeners=%(doors)s,CONTROLLER://127.0.0.1:{controller}
advertised.listeners=%(doors)s
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=%(module)s required user_worker="%(password)s";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
ssl.keystore.type=PKCS12
ssl.keystore.location=%(store)s
ssl.keystore.password=changeit
"""


@dataclass(frozen=True)
class Castle:
    """A broker with three doors: an open one for the test, one with passwords and rights, one with TLS."""

    address: str
    sasl: int
    tls: int
    ca: Path
    other_ca: Path
    admin: AdminClient

    def site(self) -> Site:
        site = Site(self.address, None, f"castle-{uuid.uuid4().hex[:8]}", 1)
        for future in self.admin.create_topics([NewTopic(name, 1, 1) for name in site.topics]).values():
            future.result(30)
        return site

    def allow(self, site: Site, *rights: tuple[ResourceType, str, AclOperation]) -> None:
        """The user of the second door may do so; nothing else."""
        bindings = [
            AclBinding(kind, name, ResourcePatternType.LITERAL, "User:worker", "*", operation, AclPermissionType.ALLOW)
            for kind, name, operation in rights
        ]
        for future in self.admin.create_acls(bindings).values():
            future.result(30)

    def produce(self, site: Site, value: bytes) -> None:
        producer = Producer({"bootstrap.servers": self.address, "log_level": 0})
        producer.produce(site.topic, value)
        assert producer.flush(30) == 0


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A key store with a certificate for 127.0.0.1, and the certificate as PEM: its own authority."""
    store, pem = folder / f"{name}.p12", folder / f"{name}.pem"
    common = ["-keystore", str(store), "-storepass", "changeit", "-storetype", "PKCS12", "-alias", name]
    make = ["-genkeypair", "-keyalg", "RSA", "-dname", f"CN={name}", "-ext", "san=ip:127.0.0.1", "-validity", "2"]
    for command in ([*make], ["-exportcert", "-rfc", "-file", str(pem)]):
        subprocess.run(["keytool", *command, *common], check=True, capture_output=True)
    return store, pem


@pytest.fixture(scope="module")
def castle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Castle]:
    if MISSING is not None or shutil.which("keytool") is None:
        pytest.skip(f"{MISSING or 'keytool'} is not installed: the broker with rights is one of our own")
    folder = tmp_path_factory.mktemp("castle")
    store, ca = certificate(folder, "broker")
    _, other_ca = certificate(folder, "other")
    sasl, tls = free_ports(2)
    doors = ",".join(
        f"{name}://127.0.0.1:{port}" for name, port in (("PLAINTEXT", "{port}"), ("SASL_PLAINTEXT", sasl), ("SSL", tls))
    )
    broker = Kafka(
        folder / "kafka", PROPERTIES % {"doors": doors, "store": store, "module": MODULE, "password": PASSWORD}
    )
    try:
        broker.start()
        admin = AdminClient({"bootstrap.servers": broker.address, "log_level": 0})
        yield Castle(broker.address, sasl, tls, ca, other_ca, admin)
    finally:
        broker.end()


def stopped(site: Site, security: Security, port: int) -> WorkerStopped | KafkaError:
    """A worker that goes by this door, until it ends by itself."""
    settings = replace(
        site.settings(consumer=ConsumerSettings(session_timeout_ms=6_000, heartbeat_interval_ms=1_000)),
        bootstrap_servers=f"127.0.0.1:{port}",
        security=security,
    )
    error = Running(worker(site, settings)).result()
    assert isinstance(error, WorkerStopped | KafkaError), error
    return error


def worker(site: Site, settings: Settings) -> Worker[IngestionEvent]:
    registry = site.memory()
    return Worker(IngestionEvent, print, settings, contract=site.contract, registry=registry, policy=SWIFT)


def by_password(password: str) -> Security:
    return Security(
        protocol=SecurityProtocol.SASL_PLAINTEXT, mechanism="PLAIN", username="worker", password=Secret(password)
    )


def all_rights(site: Site) -> dict[str, tuple[ResourceType, str, AclOperation]]:
    return {
        "read": (ResourceType.TOPIC, site.topic, AclOperation.READ),
        "write": (ResourceType.TOPIC, site.letters, AclOperation.WRITE),
        "group": (ResourceType.GROUP, site.group, AclOperation.READ),
    }


def test_a_wrong_password_stops_the_worker_and_is_not_told(castle: Castle, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    error = stopped(castle.site(), by_password(WRONG), castle.sasl)

    assert error.code in {"_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED"}
    assert "KAFKA_SASL_" in str(error)
    assert WRONG not in str(error) + caplog.text


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("read", "TOPIC_AUTHORIZATION_FAILED"),
        ("write", "TOPIC_AUTHORIZATION_FAILED"),
        ("group", "GROUP_AUTHORIZATION_FAILED"),
    ],
)
def test_whoever_lacks_a_right_stops_and_says_which(castle: Castle, missing: str, code: str) -> None:
    """Uncommitted: the bad record stays where it is."""
    site = castle.site()
    castle.produce(site, b"junk")
    castle.allow(site, *(right for name, right in all_rights(site).items() if name != missing))
    error = stopped(site, by_password(PASSWORD), castle.sasl)

    assert error.code == code
    named = {"read": site.topic, "write": site.letters, "group": site.group}[missing]
    assert named in str(error)


def test_with_all_rights_it_works(castle: Castle) -> None:
    """Or the tests above would show nothing."""
    site = castle.site()
    castle.produce(site, b"junk")
    castle.allow(site, *all_rights(site).values())
    settings = replace(site.settings(), bootstrap_servers=f"127.0.0.1:{castle.sasl}", security=by_password(PASSWORD))
    run = Running(worker(site, settings))
    while run.worker.stats().dead_lettered < 1 and not run.ended(0.1):
        pass
    run.stop()

    assert run.worker.stats().dead_lettered == 1


def test_a_certificate_of_another_authority_stops_the_worker(castle: Castle) -> None:
    security = Security(protocol=SecurityProtocol.SSL, ca_location=castle.other_ca)
    error = stopped(castle.site(), security, castle.tls)

    assert error.code == "_SSL"
    assert "KAFKA_SSL_" in str(error)


def test_a_port_without_tls_gets_no_word_in_plain_text(castle: Castle, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody there speaks TLS, so nobody answered: it waits, says so, and never falls back."""
    security = Security(protocol=SecurityProtocol.SSL, ca_location=castle.ca)
    site = castle.site()
    run = Running(worker(site, replace(site.settings(), security=security)))
    while "cannot be opened yet (BrokerUnavailableError)" not in caplog.text:
        assert not run.ended(0.1)
    run.stop()

    assert not run.worker.ready


def test_tls_works_with_the_right_authority(castle: Castle) -> None:
    security = Security(protocol=SecurityProtocol.SSL, ca_location=castle.ca)
    client = {"bootstrap.servers": f"127.0.0.1:{castle.tls}", "security.protocol": security.protocol.value}
    found = AdminClient({**client, "ssl.ca.location": str(castle.ca), "log_level": 0}).list_topics(timeout=20)

    assert found.brokers
