"""Who may come in, over which wire, and in whose words."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from confluent_kafka.schema_registry import Metadata, MetadataProperties, Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from eventpact.deploy.service_kind import registry_kind
from eventpact.dev.registry_server import RegistryServer
from eventpact.errors import IncompatibleError, RegistryAccessError, RegistryError, UnavailableError
from eventpact.registry import MemoryRegistry, RegistryClient, RegistrySettings, SchemaText, client_config
from eventpact.schema import Level
from eventpact.secret import Secret

A = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'
AB = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}'
PASSWORD = Secret("pass:wörd")
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[RegistryServer]:
    with RegistryServer(credentials=("ann", PASSWORD)) as server:
        yield server


@pytest.fixture(scope="module")
def confluent() -> Iterator[RegistryServer]:
    with RegistryServer(dialect="confluent") as server:
        yield server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    pem, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(pem), "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl on this machine to make a certificate with")
    return pem, key


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic YW5uOndyb25n"},
        {"Authorization": "Bearer YW5uOnBhc3M6d8O2cmQ="},
        {"Authorization": "Basic \xff"},
    ],
)
def test_a_stranger_is_not_let_in(guarded: RegistryServer, headers: dict[str, str]) -> None:
    got = requests.get(f"{guarded.url}/subjects", headers=headers, timeout=5)

    assert (got.status_code, got.json()["error_code"]) == (401, 40101)
    assert got.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("path", ["/schemas/types", "/status/ready"])
def test_two_paths_are_open_to_everybody(guarded: RegistryServer, path: str) -> None:
    assert requests.get(guarded.url + path, timeout=5).status_code == 200


def test_an_unknown_path_is_unknown_to_strangers_too(guarded: RegistryServer) -> None:
    assert requests.get(f"{guarded.url}/nothing", timeout=5).status_code == 404


def test_who_knows_the_password_is_let_in(guarded: RegistryServer) -> None:
    settings = RegistrySettings(guarded.url, username="ann", password=PASSWORD, max_retries=0)
    with RegistryClient(settings) as client:
        client.register("s", SchemaText(A))

        assert client.subjects() == ("s",)
        assert client.check("s", SchemaText(A)).ok


def test_who_does_not_is_told_so(guarded: RegistryServer) -> None:
    settings = RegistrySettings(guarded.url, username="ann", password=Secret("wrong"), max_retries=0)
    with RegistryClient(settings) as client, pytest.raises(RegistryAccessError):
        client.subjects()


def test_a_mode_wants_the_password(guarded: RegistryServer) -> None:
    got = requests.put(f"{guarded.url}/mode", json={"mode": "READONLY"}, timeout=5)

    assert (got.status_code, guarded.registry.mode()) == (401, "READWRITE")


def test_it_speaks_tls(certificate: tuple[Path, Path]) -> None:
    pem, key = certificate
    with RegistryServer(certificate=pem, key=key) as server:
        assert server.url.startswith("https://127.0.0.1:")
        with RegistryClient(RegistrySettings(server.url, ca_location=str(pem), max_retries=0)) as client:
            client.register("s", SchemaText(A))

            assert client.check("s", SchemaText(A)).ok
        with RegistryClient(RegistrySettings(server.url, max_retries=0)) as client, pytest.raises(UnavailableError):
            client.subjects()
        with pytest.raises(requests.ConnectionError):
            requests.get(server.url.replace("https", "http"), timeout=5)


def test_the_doctor_believes_the_environment_s_authorities_too(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with RegistryServer(certificate=pem, key=key) as server:
        found = registry_kind(RegistrySettings(server.url))

    assert found.name == "eventpact's own"


def test_a_certificate_that_cannot_be_used_is_told(certificate: tuple[Path, Path]) -> None:
    pem, key = certificate
    with pytest.raises(RegistryError, match="certificate and its key cannot be used"):
        RegistryServer(certificate=key, key=pem).__enter__()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nothing", None, 404, 404),
        ("GET", "/schemas/ids/abc", None, 404, 404),
        ("POST", "/subjects/s/versions", {"schema": AB}, 409, 40901),
        ("POST", "/subjects/s/versions", {"schema": "{"}, 422, 42201),
        ("POST", "/subjects/s/versions", {"schema": '"no.Such"'}, 422, 42201),
        ("POST", "/subjects/s", {"schema": '"no.Such"'}, 422, 42201),
        ("POST", "/subjects/s", {"schema": "{"}, 422, 42201),
        ("PUT", "/config", {"compatibility": "BAD"}, 422, 42203),
        ("PUT", "/config", {"surprise": 1}, 422, 422),
        ("GET", "/subjects/t/versions", None, 404, 40401),
    ],
)
def test_confluent_s_codes(
    confluent: RegistryServer, method: str, path: str, body: object, status: int, code: int
) -> None:
    confluent.registry = MemoryRegistry(checker="confluent")
    confluent.registry.register("s", SchemaText(A))
    got = requests.request(method, confluent.url + path, json=body, timeout=5)

    assert (got.status_code, got.json()["error_code"]) == (status, code)


def test_confluent_s_own_endpoints(confluent: RegistryServer) -> None:
    confluent.registry = MemoryRegistry(checker="confluent")
    registry, url = confluent.registry, confluent.url

    assert requests.get(url, timeout=5).json() == {}
    form = {"compatibility": "FULL_TRANSITIVE", "normalize": True, "alias": "x"}
    assert requests.put(f"{url}/config", json=form, timeout=5).json() == {"compatibility": "FULL_TRANSITIVE"}
    assert requests.put(f"{url}/config", json={"normalize": True}, timeout=5).json() == {}
    assert registry.level() is Level.FULL_TRANSITIVE
    check = f"{url}/compatibility/subjects/s/versions"
    assert requests.post(check, json={"schema": A}, timeout=5).json() == {"is_compatible": True}
    registry.register("s", SchemaText(A))
    assert requests.post(check, json={"schema": AB}, timeout=5).json() == {"is_compatible": False}
    assert requests.delete(f"{url}/config", timeout=5).json() == {"compatibilityLevel": "FULL_TRANSITIVE"}
    assert registry.level() is Level.BACKWARD
    requests.put(f"{url}/mode", json={"mode": "READONLY"}, timeout=5)
    assert requests.delete(f"{url}/mode", timeout=5).json() == {"mode": "READONLY"}
    assert registry.mode() == "READWRITE"


def test_our_client_understands_both(confluent: RegistryServer) -> None:
    confluent.registry = MemoryRegistry()
    with RegistryClient(RegistrySettings(confluent.url, max_retries=0)) as client:
        client.register("s", SchemaText(A))
        with pytest.raises(IncompatibleError) as caught:
            client.register("s", SchemaText(AB))

    assert caught.value.code == 40901


def test_confluent_s_client_sets_modes_and_metadata_and_uses_contexts() -> None:
    with RegistryServer() as server:
        config = client_config(RegistrySettings(f"{server.url}/contexts/.x", max_retries=0))
        with SchemaRegistryClient(config) as foreign:
            owner = Metadata(tags=None, properties=MetadataProperties({"owner": "x"}), sensitive=None)
            schema_id = foreign.register_schema("s", Schema(A, "AVRO", metadata=owner))

            assert foreign.get_subjects() == [":.x:s"]
            assert foreign.get_contexts() == [".", ".x"]
            found = foreign.get_version("s", 1)
            assert found.subject == ":.x:s"
            assert found.schema.metadata is not None
            assert found.schema.metadata.properties == owner.properties
            assert foreign.get_schema(schema_id).schema_str == A
            assert foreign.update_mode("s", "READONLY") in {"READONLY", None}
            assert foreign.get_mode("s") == "READONLY"
            with pytest.raises(SchemaRegistryError) as caught:
                foreign.delete_subject("s")
            assert caught.value.error_code == 42205
            foreign.delete_mode("s")
            assert foreign.update_global_mode("IMPORT", force=True) in {"IMPORT", None}
            assert foreign.get_global_mode() == "IMPORT"
        assert server.registry.mode() == "READWRITE"
        assert server.registry.mode(":.x:") == "IMPORT"
