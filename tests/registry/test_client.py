"""RegistryClient against servers that are down, slow, foreign or hostile: each becomes the error that says who acts."""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import util
from pathlib import Path

import pytest

from eventpact.dev.registry_server import RegistryServer
from eventpact.errors import (
    IncompatibleError,
    NotRegisteredError,
    RegistryAccessError,
    RegistryError,
    SettingsError,
    UnavailableError,
)
from eventpact.ids import SchemaId, Version
from eventpact.registry import KnownSchemas, MemoryRegistry, Reference, RegistryClient, RegistrySettings, bounded
from eventpact.registry.lock import registered_in
from eventpact.registry.loopback import is_here
from eventpact.schema import Level
from eventpact.secret import Secret
from tests.registry.canned import Canned, canned
from tests.registry.texts import record, spaced, using

SCHEMA = record("a")
PASSWORD = "open-sesame-42"

CALLS: dict[str, Callable[[RegistryClient], object]] = {
    "schema_by_id": lambda client: client.schema_by_id(SchemaId(7)),
    "subject_versions": lambda client: client.subject_versions(SchemaId(7)),
    "subjects_of": lambda client: client.subjects_of(SchemaId(7)),
    "subjects": lambda client: client.subjects(),
    "versions": lambda client: client.versions("s"),
    "version": lambda client: client.version("s"),
    "lookup": lambda client: client.lookup("s", SCHEMA),
    "register": lambda client: client.register("s", SCHEMA),
    "check": lambda client: client.check("s", SCHEMA),
    "level": lambda client: client.level(),
    "own_level": lambda client: client.own_level("s"),
    "set_level": lambda client: client.set_level(Level.FULL, "s"),
}
READING_CALLS = [name for name in CALLS if name != "set_level"]


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Canned, RegistryClient]]:
    with canned() as told:
        settings = RegistrySettings(told.url, "anna", Secret(PASSWORD), timeout=5, max_retries=0)
        with RegistryClient(settings) as client:
            yield told, client


@pytest.fixture
def told(shared: tuple[Canned, RegistryClient]) -> Canned:
    shared[0].asked.clear()
    shared[0].bodies.clear()
    return shared[0]


@pytest.fixture
def client(told: Canned, shared: tuple[Canned, RegistryClient]) -> RegistryClient:
    return shared[1]


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def closed_url() -> str:
    """Nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_port_is_unavailable(closed_url: str, call: str) -> None:
    with (
        RegistryClient(RegistrySettings(closed_url, max_retries=0)) as client,
        pytest.raises(UnavailableError, match="did not answer") as caught,
    ):
        CALLS[call](client)

    assert caught.value.retriable
    assert closed_url in str(caught.value)


@pytest.mark.parametrize("call", ["schema_by_id", "check"])
def test_a_silent_server_is_given_up_in_time(silent_url: str, call: str) -> None:
    with (
        RegistryClient(RegistrySettings(silent_url, timeout=0.05, max_retries=0)) as client,
        pytest.raises(UnavailableError, match="Timeout"),
    ):
        CALLS[call](client)


@pytest.fixture
def trickling_url() -> Iterator[str]:
    """Somebody answers with a byte now and then, always within the timeout, and does not come to an end."""
    stopped = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            caller, _ = listener.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
                while not stopped.wait(0.01):
                    caller.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        stopped.set()
        thread.join()


def test_an_answer_that_never_ends_is_given_up_in_time(trickling_url: str) -> None:
    started = time.monotonic()
    with (
        RegistryClient(RegistrySettings(trickling_url, timeout=0.3, max_retries=0)) as client,
        pytest.raises(UnavailableError, match="did not end in time"),
    ):
        client.subjects()

    assert time.monotonic() - started < 5


def test_an_answer_that_is_too_large_is_not_kept(
    told: Canned, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "LARGEST_ANSWER", 1000)
    told.say(200, ["s" * 1000])
    with pytest.raises(UnavailableError, match="too large"):
        client.subjects()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error_code": 50001, "message": "broken"}),
        (503, b""),
        (429, {"error_code": 429, "message": "slow down"}),
        (502, b"<html>bad gateway</html>"),
        (302, b""),
        (404, {"message": "Not found", "code": 404}),
        (404, b"<html>no such page</html>"),
        (404, {"error_code": 0, "message": "RESTEASY003210: Could not find resource"}),
        (404, []),
        (400, b"<html>what?</html>"),
    ],
)
def test_what_is_no_answer_of_a_registry_is_unavailable(
    told: Canned, client: RegistryClient, call: str, status: int, body: object
) -> None:
    told.say(status, body, Location="http://127.0.0.1:1/elsewhere")
    with pytest.raises(UnavailableError) as caught:
        CALLS[call](client)

    assert caught.value.status == status


@pytest.mark.parametrize("call", READING_CALLS)
@pytest.mark.parametrize(
    "body",
    [
        b"<html>please log in</html>",
        b"",
        b"42",
        b'"text"',
        b"null",
        b"\xff",
        [{}],
        {"schema": 1},
        b"{" * 9,
        b"[" * 100_000,
    ],
)
def test_a_success_that_says_nonsense_is_unavailable(
    told: Canned, client: RegistryClient, call: str, body: object
) -> None:
    told.say(200, body)
    with pytest.raises(UnavailableError, match="as a schema registry does"):
        CALLS[call](client)


@pytest.mark.parametrize(
    "answer",
    [
        {"subject": "s", "version": "1", "id": 1, "schema": '"int"'},
        {"subject": "s", "version": True, "id": 1, "schema": '"int"'},
        {"subject": "s", "version": 1, "id": -1, "schema": '"int"'},
        {"subject": "s", "version": 1, "id": 2**31, "schema": '"int"'},
        {"subject": None, "version": 1, "id": 1, "schema": '"int"'},
        {"subject": "s", "version": 1, "id": 1, "schema": '"int"', "references": [{"name": "x"}]},
    ],
)
def test_an_answer_of_the_wrong_types_is_unavailable(told: Canned, client: RegistryClient, answer: object) -> None:
    told.say(200, answer)
    with pytest.raises(UnavailableError, match="as a schema registry does"):
        client.version("s")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("status", "body"),
    [(401, {"error_code": 40101, "message": PASSWORD}), (403, {"error_code": 403, "message": PASSWORD}), (401, b"")],
)
def test_refused_credentials_are_not_repeated(
    told: Canned, client: RegistryClient, call: str, status: int, body: object
) -> None:
    told.say(status, body)
    with pytest.raises(RegistryAccessError, match="check the user name and password") as caught:
        CALLS[call](client)

    assert PASSWORD not in str(caught.value)
    # The foreign error holds the server's text, and a crash reporter would print the chain.
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert not caught.value.retriable


@pytest.mark.parametrize("call", READING_CALLS)
@pytest.mark.parametrize("code", [40401, 40402, 40403, 40404])
def test_what_a_registry_does_not_know_is_not_registered(
    told: Canned, client: RegistryClient, call: str, code: int
) -> None:
    told.say(404, {"error_code": code, "message": "not found"})
    if (call, code) == ("own_level", 40401):
        assert client.own_level("s") is None
        return
    with pytest.raises(NotRegisteredError) as caught:
        CALLS[call](client)

    assert (caught.value.status, caught.value.code) == (404, code)


@pytest.mark.parametrize("code", [409, 40901])
def test_both_codes_for_incompatible_mean_the_same(told: Canned, client: RegistryClient, code: int) -> None:
    told.say(409, {"error_code": code, "message": "the field 'x' has no default"})
    with pytest.raises(IncompatibleError) as caught:
        client.register("s", SCHEMA)

    assert caught.value.code == code
    assert caught.value.reasons == ("the field 'x' has no default",)


@pytest.mark.parametrize("code", [422, 42201])
def test_both_codes_for_invalid_mean_the_same(told: Canned, client: RegistryClient, code: int) -> None:
    told.say(422, {"error_code": code, "message": "invalid"})
    with pytest.raises(RegistryError) as caught:
        client.register("s", SCHEMA)

    assert type(caught.value) is RegistryError
    assert (caught.value.status, caught.value.code) == (422, code)


def test_the_text_of_a_server_is_cut_and_escaped(told: Canned, client: RegistryClient) -> None:
    told.say(422, {"error_code": 422, "message": "\x1b[2J\r\n\u202etxt" + "x" * 10_000})
    with pytest.raises(RegistryError) as caught:
        client.register("s", SCHEMA)

    assert str(caught.value).isprintable()
    assert "\\x1b[2J\\r\\n\\u202etxt" in str(caught.value)
    assert len(str(caught.value)) < 800


def test_a_schema_of_another_kind_is_refused(told: Canned, client: RegistryClient) -> None:
    told.say(200, {"schema": "syntax = 'proto3';", "schemaType": "PROTOBUF"})
    with pytest.raises(RegistryError, match="PROTOBUF"):
        client.schema_by_id(SchemaId(7))


def test_credentials_go_with_every_request_and_never_into_logs(
    told: Canned, client: RegistryClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told.say(404, {"error_code": 40403, "message": "not found"})
    for call in ("schema_by_id", "check"):
        with pytest.raises(NotRegisteredError):
            CALLS[call](client)

    sent = {headers.get("Authorization") or headers.get("authorization") for _, _, headers in told.asked}
    assert sent == {"Basic YW5uYTpvcGVuLXNlc2FtZS00Mg=="}
    assert caplog.records
    assert not any(
        secret in logged.getMessage()
        for logged in caplog.records
        for secret in (PASSWORD, "YW5uYTpvcGVuLXNlc2FtZS00Mg")
    )


def test_no_error_carries_the_password(closed_url: str) -> None:
    settings = RegistrySettings(closed_url, "anna", Secret(PASSWORD), max_retries=0)
    with RegistryClient(settings) as client:
        with pytest.raises(UnavailableError) as caught:
            client.subjects()

        assert PASSWORD not in repr(client)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert PASSWORD not in str(caught.value)


def test_a_netrc_file_is_not_asked_for_credentials(
    told: Canned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login anna password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    told.say(200, {"is_compatible": True})
    with RegistryClient(RegistrySettings(told.url)) as client:
        client.check("s", SCHEMA)

    assert [headers.get("Authorization") for _, _, headers in told.asked] == [None]


def test_a_registration_is_the_compact_text_and_never_normalised(told: Canned, client: RegistryClient) -> None:
    told.say(200, {"id": 7})

    assert client.register("s", spaced(SCHEMA)) == 7
    assert [(method, path) for method, path, _ in told.asked] == [("POST", "/subjects/s/versions?normalize=False")]
    assert json.loads(told.bodies[0]) == {
        "schema": json.dumps(json.loads(SCHEMA.text), separators=(",", ":")).replace(
            '"name":"shop.Order"', '"name":"Order","namespace":"shop"'
        ),
        "schemaType": "AVRO",
        "references": [],
    }


def test_messages_of_a_check_come_from_either_kind_of_registry(told: Canned, client: RegistryClient) -> None:
    told.say(200, {"is_compatible": False, "messages": ["one", "two\n", 3]})
    messages = client.check("s", SCHEMA).messages
    told.say(200, {"is_compatible": False, "reason": "three"})

    assert (*messages, *client.check("s", SCHEMA).messages) == ("one", "two\\n", "three")


def test_a_missing_reference_is_told_before_anything_is_registered(told: Canned, client: RegistryClient) -> None:
    told.say(404, {"error_code": 40401, "message": "not found"})
    with pytest.raises(RegistryError) as caught:
        client.register("s", using("shop.Item", Reference("shop.Item", "item", Version(1))))

    assert caught.value.code == 42201
    assert [method for method, _, _ in told.asked] == ["GET"]


@pytest.mark.parametrize("call", ["schema_by_id", "check"])
def test_a_busy_server_is_asked_again_as_often_as_settings_say(told: Canned, call: str) -> None:
    told.say(503, b"")
    with RegistryClient(RegistrySettings(told.url, max_retries=1)) as client:
        client._client._rest_client.retries_wait_ms = 0  # no waiting between the two attempts
        with pytest.raises(UnavailableError):
            CALLS[call](client)

    assert len(told.asked) == 2


@pytest.mark.parametrize("call", ["level", "check"])
def test_the_next_url_is_asked_when_the_first_is_dead(closed_url: str, server: RegistryServer, call: str) -> None:
    server.registry.register("s", SCHEMA)
    with RegistryClient(RegistrySettings(f"{closed_url},{server.url}/", max_retries=0)) as client:
        answer = CALLS[call](client)

    assert answer == CALLS[call](server.registry)  # type: ignore[arg-type]


@pytest.mark.parametrize("call", ["subjects", "check"])
def test_a_registry_on_this_machine_is_reached_past_the_machine_s_proxy(
    told: Canned, closed_url: str, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, closed_url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    told.say(404, {"error_code": 40401, "message": "not found"})
    with (
        RegistryClient(RegistrySettings(told.url, max_retries=0)) as client,
        pytest.raises(NotRegisteredError),
    ):
        CALLS[call](client)
    with (
        RegistryClient(RegistrySettings("http://registry.test", max_retries=0)) as far,
        pytest.raises(UnavailableError, match="efused"),
    ):
        CALLS[call](far)


@pytest.mark.parametrize(
    ("urls", "here"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.9.9.9,http://[::1]:8081/x,https://localhost", True),
        ("http://localhost:1,http://registry:8081", False),
        ("http://10.0.0.1", False),
        ("http://localhost.example", False),
    ],
)
def test_this_machine_is_known_by_its_names(urls: str, here: bool) -> None:
    assert is_here(RegistrySettings(urls)) is here


@pytest.mark.parametrize("path", ["/contexts/.staging", "/contexts/:.staging:/"])
def test_within_a_context_subjects_have_their_plain_names(path: str) -> None:
    """A record's schema belongs to the topic's subject there as everywhere: a worker would refuse every record."""
    memory = MemoryRegistry()
    memory.register(":.other:s", record("other"))
    memory.register("s", record("default"))
    with (
        RegistryServer(memory) as server,
        RegistryClient(RegistrySettings(server.url + path)) as client,
    ):
        schema_id = client.register("s", SCHEMA)
        locked = registered_in(client, client.subjects())

        assert memory.version(":.staging:s").id == schema_id
        assert client.subjects() == ("s",)
        assert client.subjects_of(schema_id) == {"s"}
        assert client.subject_versions(schema_id) == (("s", Version(1)),)
        assert client.version("s").subject == client.lookup("s", SCHEMA).subject == "s"
        assert KnownSchemas(client).belongs(schema_id, "s")
        assert [one.subject for one in locked.versions] == ["s"]
        assert client.delete_subject("s") == (1,)
        assert client.subjects_of(schema_id) == {"s"}


def test_a_level_that_nobody_knows_is_not_believed(told: Canned, client: RegistryClient) -> None:
    told.say(200, {"compatibilityLevel": "SOMETIMES"})
    with pytest.raises(UnavailableError):
        client.level()


def test_a_broken_certificate_file_is_a_wrong_setting(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.write_text("not a certificate")
    with pytest.raises(SettingsError, match="PEM"):
        RegistryClient(RegistrySettings("https://127.0.0.1:1", ca_location=str(pem)))


@pytest.mark.parametrize("proxy", ["socks5://anna:open-sesame-42@p:1", "odd://anna:open-sesame-42@p:1", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    if util.find_spec("socksio") is not None and proxy.startswith("socks5"):
        pytest.skip("SOCKS can be spoken here")
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SettingsError, match="ALL_PROXY") as caught:
        RegistryClient(RegistrySettings("http://registry.test"))

    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__


def test_closing_twice_is_closing_once(told: Canned) -> None:
    client = RegistryClient(RegistrySettings(told.url))
    client.close()
    client.close()

    assert told.asked == []
