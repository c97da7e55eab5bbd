"""The local registry's HTTP dialect, row by row, asked with plain requests."""

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from eventpact.dev.registry import Call, answer
from eventpact.dev.registry.dialect import ENDPOINTS
from eventpact.dev.registry_server import RegistryServer
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.schema import Level

V1_JSON = "application/vnd.schemaregistry.v1+json"
Json = Any


def record(name: str = "R", *fields: str, **more: Json) -> str:
    """A record's compact text with fields of type int."""
    listed = [{"name": field, "type": "int"} for field in fields]
    return json.dumps({"type": "record", "name": name, "fields": listed, **more}, separators=(",", ":"))


A = record("R", "a")
B = record("R", "a", "b")
"""Cannot read what A wrote: b has no default."""
USER = '{"type":"record","name":"User","fields":[{"name":"r","type":"R"}]}'
TO_ITEM = {"name": "R", "subject": "item", "version": 1}


class Talk:
    """Sends one request and gives (status, error code), or the whole answer."""

    def __init__(self, server: RegistryServer, session: requests.Session) -> None:
        self.server = server
        self.session = session

    def send(self, method: str, path: str, body: Json = None, **headers: str) -> requests.Response:
        """A body that is not bytes goes out as JSON under the registry's media type."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {} if data is None else {"Content-Type": V1_JSON}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(method, self.server.url + path, data=data, headers=sent, timeout=5)

    def code(self, method: str, path: str, body: Json = None) -> tuple[int, int | None]:
        """The status and the error code."""
        got = self.send(method, path, body)
        said = got.json() if got.content else {}
        return got.status_code, said.get("error_code") if isinstance(said, dict) else None

    def json(self, method: str, path: str, body: Json = None) -> Json:
        """What a request that must succeed answers."""
        got = self.send(method, path, body)
        assert got.status_code == 200, got.text
        return got.json()

    def register(self, subject: str, schema: str, **more: Json) -> Json:
        return self.json("POST", f"/subjects/{subject}/versions", {"schema": schema, **more})


@pytest.fixture(scope="module")
def shared() -> Iterator[Talk]:
    with RegistryServer() as server, requests.Session() as session:
        yield Talk(server, session)


@pytest.fixture
def talk(shared: Talk) -> Talk:
    shared.server.registry = MemoryRegistry()
    return shared


@pytest.mark.parametrize("path", ["/", "/nothing", "/schemas", "/subjects/", "/subjects//versions", "/v1/metadata/id"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_an_unknown_path_has_an_answer_of_its_own(talk: Talk, method: str, path: str) -> None:
    got = talk.send(method, path)

    assert (got.status_code, got.json()) == (404, {"message": "Not found", "code": 404})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/config"),
        ("DELETE", "/mode"),
        ("POST", "/compatibility/subjects/s/versions"),
        ("GET", "/schemas/guids/00000000-0000-0000-0000-000000000000"),
        ("GET", "/subjects/s/metadata"),
        ("GET", "/subjects/s/versions/1/tags"),
        ("GET", "/associations/resources/-/s?resourceType=topic"),
        ("GET", "/exporters"),
        ("GET", "/dek-registry/v1/keks"),
        ("PATCH", "/subjects"),
        ("PUT", "/subjects"),
        ("POST", "/subjects"),
    ],
)
def test_what_redpanda_does_not_have_is_an_unknown_path(talk: Talk, method: str, path: str) -> None:
    talk.register("s", A)
    got = talk.send(method, path, {"schema": A})

    assert (got.status_code, got.json()) == (404, {"message": "Not found", "code": 404})


def test_it_is_ready(talk: Talk) -> None:
    got = talk.send("GET", "/status/ready")

    assert (got.status_code, got.content) == (200, b"")


@pytest.mark.parametrize("path", ["/subjects/s", "/subjects/s/versions", "/compatibility/subjects/s/versions/1"])
@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
def test_a_body_of_another_media_type_is_refused(talk: Talk, path: str, content_type: str) -> None:
    talk.register("s", A)
    got = talk.send("POST", path, {"schema": A}, Content_Type=content_type)

    assert (got.status_code, got.json()["error_code"]) == (415, 415)


@pytest.mark.parametrize(
    "content_type",
    [V1_JSON, "application/vnd.schemaregistry+json", "application/json; charset=utf-8", "application/octet-stream"],
)
def test_a_body_of_a_known_media_type_is_read(talk: Talk, content_type: str) -> None:
    got = talk.send("POST", "/subjects/s/versions", {"schema": A}, Content_Type=content_type)

    assert got.status_code == 200


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", V1_JSON),
        ("application/json", "application/json"),
        ("text/html, application/vnd.schemaregistry+json;q=0.5", "application/vnd.schemaregistry+json"),
        (f"{V1_JSON}, application/json", V1_JSON),
    ],
)
def test_an_answer_has_the_media_type_that_was_asked_for(talk: Talk, accept: str, media_type: str) -> None:
    assert talk.send("GET", "/subjects", Accept=accept).headers["Content-Type"] == media_type


def test_an_answer_of_another_media_type_is_refused(talk: Talk) -> None:
    got = talk.send("GET", "/subjects", Accept="text/html")

    assert (got.status_code, got.json()["error_code"]) == (406, 406)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, 422),
        (b"{", 422, 422),
        (b"[" * 100_000, 422, 422),
        (b"\xff", 422, 422),
        ([], 422, 422),
        ("text", 422, 422),
        ({}, 422, 42201),
        ({"schema": ""}, 422, 42201),
        ({"schema": None}, 422, 422),
        ({"schema": {"type": "int"}}, 422, 422),
        ({"schema": "{"}, 422, 422),
        ({"schema": '"nothing.Known"'}, 422, 422),
        ({"schema": A, "surprise": 1}, 422, 422),
        ({"schema": A, "schemaType": None}, 422, 422),
        ({"schema": A, "schemaType": "XML"}, 422, 422),
        ({"schema": A, "schemaType": "PROTOBUF"}, 422, 422),
        ({"schema": A, "schemaType": []}, 422, 422),
        ({"schema": A, "references": None}, 422, 422),
        ({"schema": A, "references": [{}]}, 422, 422),
        ({"schema": A, "references": [{**TO_ITEM, "version": -1}]}, 422, 422),
        ({"schema": A, "references": [{**TO_ITEM, "version": True}]}, 422, 422),
        ({"schema": A, "references": [{**TO_ITEM, "more": 1}]}, 422, 422),
        ({"schema": USER, "references": [TO_ITEM]}, 422, 42201),
        ({"schema": A, "ruleSet": {}}, 422, 422),
        ({"schema": A, "metadata": {"tags": {}}}, 422, 422),
        ({"schema": A, "metadata": []}, 422, 422),
        ({"schema": A, "metadata": {"properties": {"k": 1}}}, 422, 422),
        ({"schema": A, "id": 7}, 422, 42205),
        ({"schema": A, "version": 7}, 422, 42205),
        ({"schema": A, "id": [7]}, 422, 422),
        ({"schema": B}, 409, 409),
        ({"schema": "\ud800"}, 422, 422),
    ],
)
def test_a_registration_is_refused_with_its_code(talk: Talk, body: Json, status: int, code: int) -> None:
    talk.register("s", record("R", "a", doc="first"))

    assert talk.code("POST", "/subjects/s/versions", body) == (status, code)
    assert talk.server.registry.versions("s") == (1,)


@pytest.mark.parametrize(
    "more",
    [{}, {"schemaType": "AVRO"}, {"references": []}, {"metadata": None, "ruleSet": None}, {"metadata": {}}, {"id": -1}],
)
def test_a_registration_answers_with_what_is_stored(talk: Talk, more: dict[str, Json]) -> None:
    assert talk.register("s", json.dumps(json.loads(A), indent=2), **more) == {
        "id": 1,
        "version": 1,
        "schemaType": "AVRO",
        "schema": A,
    }


def test_an_id_in_a_registration_does_not_matter_when_the_schema_is_there(talk: Talk) -> None:
    talk.register("s", A)

    assert talk.register("s", A, id=99)["id"] == 1


def test_a_refused_registration_says_why(talk: Talk) -> None:
    talk.register("s", A)
    said = talk.send("POST", "/subjects/s/versions", {"schema": B}).json()["message"]

    assert "READER_FIELD_MISSING_DEFAULT_VALUE" in said


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 500, 500),
        ({"schema": ""}, 500, 500),
        ({"schema": '"nothing.Known"'}, 500, 500),
        ({"schema": "{"}, 422, 422),
        ({"schema": B}, 404, 40403),
    ],
)
def test_a_lookup_is_refused_with_its_code(talk: Talk, body: Json, status: int, code: int) -> None:
    talk.register("s", A)

    assert talk.code("POST", "/subjects/s", body) == (status, code)
    assert talk.code("POST", "/subjects/unknown", body) == (404, 40401)


def test_a_lookup_finds_deleted_versions_when_asked_to(talk: Talk) -> None:
    talk.register("s", A)
    talk.json("DELETE", "/subjects/s")

    assert talk.code("POST", "/subjects/s", {"schema": A}) == (404, 40401)
    assert talk.json("POST", "/subjects/s?deleted=True", {"schema": A}) == {
        "subject": "s",
        "version": 1,
        "id": 1,
        "schemaType": "AVRO",
        "schema": A,
    }


@pytest.mark.parametrize("number", ["1", "latest", "-1"])
def test_a_version_says_all_about_itself(talk: Talk, number: str) -> None:
    talk.register("s", A)

    assert talk.json("GET", f"/subjects/s/versions/{number}") == {
        "subject": "s",
        "version": 1,
        "id": 1,
        "schemaType": "AVRO",
        "schema": A,
        "deleted": False,
    }
    assert talk.send("GET", f"/subjects/s/versions/{number}/schema").text == A


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/subjects/t/versions", 404, 40401),
        ("/subjects/t/versions/1", 404, 40401),
        ("/subjects/s/versions/2", 404, 40402),
        ("/subjects/s/versions/0", 422, 42202),
        ("/subjects/s/versions/-2", 422, 42202),
        ("/subjects/s/versions/2147483648", 422, 42202),
        ("/subjects/s/versions/newest", 422, 42202),
        ("/subjects/s/versions/1?format=resolved", 501, 501),
        ("/subjects/s/versions/2/schema", 404, 40402),
        ("/subjects/t/versions/1/referencedby", 404, 40401),
        ("/subjects/s/versions/2/referencedby", 404, 40402),
        ("/subjects/s/versions/x/referencedby", 422, 42202),
        ("/schemas/ids/7", 404, 40403),
        ("/schemas/ids/-1", 404, 40403),
        ("/schemas/ids/abc", 400, 40002),
        ("/schemas/ids/1.0", 400, 40002),
        ("/schemas/ids/2147483648", 400, 40002),
        ("/schemas/ids/" + "9" * 5000, 400, 40002),
        ("/schemas/ids/1?format=resolved", 501, 501),
        ("/schemas/ids/7/schema", 404, 40403),
        ("/schemas/ids/7/versions", 404, 40403),
        ("/schemas/ids/7/subjects", 404, 40403),
        ("/config/s", 404, 40408),
        ("/mode/s", 404, 40409),
    ],
)
def test_a_question_is_refused_with_its_code(talk: Talk, path: str, status: int, code: int) -> None:
    talk.register("s", A)

    assert talk.code("GET", path) == (status, code)


def test_an_id_says_its_schema_and_where_it_is(talk: Talk) -> None:
    for subject in ("t", "s"):
        talk.register(subject, A)
    talk.json("DELETE", "/subjects/t")

    assert talk.json("GET", "/schemas/ids/1?subject=s") == {"schema": A}
    assert talk.send("GET", "/schemas/ids/1/schema").text == A
    assert talk.json("GET", "/schemas/ids/1/versions") == [{"subject": "s", "version": 1}]
    assert talk.json("GET", "/schemas/ids/1/versions?deleted=true") == [{"subject": "s", "version": 1}]
    assert talk.json("GET", "/schemas/ids/1/subjects") == ["s"]
    assert talk.json("GET", "/schemas/ids/1/subjects?deleted=true") == ["s", "t"]
    assert talk.json("GET", "/schemas/types") == ["JSON", "PROTOBUF", "AVRO"]


@pytest.mark.parametrize(
    ("value", "meant"), [("true", True), ("TRUE", True), ("True", True), ("1", True), ("yes", False), ("", False)]
)
def test_query_booleans_are_read_as_redpanda_does(talk: Talk, value: str, meant: bool) -> None:
    talk.register("s", A)
    talk.json("DELETE", "/subjects/s")

    assert talk.json("GET", f"/subjects?deleted={value}&unknown=1") == (["s"] if meant else [])


def test_subjects_are_found_by_their_prefix(talk: Talk) -> None:
    for subject in ("b-1", "a-1", "b-2"):
        talk.register(subject, A)

    assert talk.json("GET", "/subjects?subjectPrefix=b-") == ["b-1", "b-2"]


def test_references_are_said_and_counted(talk: Talk) -> None:
    talk.register("item", A)
    user = talk.register("user", USER, references=[TO_ITEM])

    assert user["references"] == [TO_ITEM]
    assert talk.json("GET", f"/schemas/ids/{user['id']}") == {"schema": USER, "references": [TO_ITEM]}
    assert talk.json("GET", "/subjects/item/versions/1/referencedby") == [user["id"]]
    assert talk.json("GET", "/subjects/item/versions/latest/referencedBy") == [user["id"]]
    assert talk.code("DELETE", "/subjects/item") == (422, 42206)


def test_deletes_are_soft_first_and_hard_then(talk: Talk) -> None:
    talk.server.registry.set_level(Level.NONE)
    for schema in (A, B, record("R", "c")):
        talk.register("s", schema)

    assert talk.code("DELETE", "/subjects/s?permanent=true") == (404, 40405)
    assert talk.code("DELETE", "/subjects/s/versions/-1") == (422, 42202)
    assert talk.code("DELETE", "/subjects/s/versions/latest?permanent=true") == (404, 40407)
    assert talk.code("DELETE", "/subjects/s/versions/1?permanent=true") == (404, 40407)
    assert talk.json("DELETE", "/subjects/s/versions/1") == 1
    assert talk.code("DELETE", "/subjects/s/versions/1") == (404, 40406)
    assert talk.code("GET", "/subjects/s/versions/1") == (404, 40402)
    assert talk.json("GET", "/subjects/s/versions/1?deleted=true")["deleted"] is True
    assert talk.json("GET", "/subjects/s/versions?deleted=true") == [1, 2, 3]
    assert talk.json("DELETE", "/subjects/s/versions/latest") == 3
    assert talk.json("DELETE", "/subjects/s/versions/1?permanent=true") == 1
    assert talk.json("DELETE", "/subjects/s") == [2]
    assert talk.code("DELETE", "/subjects/s") == (404, 40401)
    assert talk.json("DELETE", "/subjects/s?permanent=1") == [2, 3]
    assert talk.code("DELETE", "/subjects/s/versions/1") == (404, 40401)


def test_levels_are_set_asked_and_taken_back(talk: Talk) -> None:
    assert talk.json("GET", "/config") == {"compatibilityLevel": "BACKWARD"}
    assert talk.json("PUT", "/config", {"compatibility": "FULL"}) == {"compatibility": "FULL"}
    assert talk.json("GET", "/config/s?defaultToGlobal=true") == {"compatibilityLevel": "FULL"}
    assert talk.json("PUT", "/config/s", {"compatibility": "NONE"}) == {"compatibility": "NONE"}
    assert talk.json("GET", "/config/s") == {"compatibilityLevel": "NONE"}
    assert talk.json("DELETE", "/config/s") == {"compatibilityLevel": "NONE"}
    assert talk.code("DELETE", "/config/s") == (404, 40401)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"compatibility": "BAD"}, 42203),
        ({"compatibility": "full"}, 42203),
        ({"compatibility": None}, 42203),
        ({}, 42203),
        ({"compatibility": "FULL", "normalize": True}, 422),
        ([], 422),
        (b"", 422),
    ],
)
def test_a_level_is_refused_with_its_code(talk: Talk, body: Json, code: int) -> None:
    for path in ("/config", "/config/s"):
        assert talk.code("PUT", path, body) == (422, code)

    assert talk.json("GET", "/config") == {"compatibilityLevel": "BACKWARD"}


def test_a_check_is_verbose_when_asked_to(talk: Talk) -> None:
    talk.register("s", A)
    path = "/compatibility/subjects/s/versions/latest"

    assert talk.json("POST", path, {"schema": A}) == {"is_compatible": True}
    assert talk.json("POST", path, {"schema": B}) == {"is_compatible": False}
    assert talk.json("POST", f"{path}?verbose=true", {"schema": A}) == {"is_compatible": True, "messages": []}
    said = talk.json("POST", f"{path}?verbose=true", {"schema": B})["messages"]
    assert said[0].startswith("{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'")
    assert said[1:] == ["{oldSchemaVersion: 1}", f"{{oldSchema: '{A}'}}", "{compatibility: 'BACKWARD'}"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("t/versions/latest", {"schema": A}, 404, 40401),
        ("s/versions/2", {"schema": A}, 404, 40402),
        ("s/versions/x", {"schema": A}, 422, 42202),
        ("s/versions/1", {"schema": "{"}, 422, 422),
        ("s/versions/1", {"schema": ""}, 422, 42201),
        ("s/versions/1", b"{", 422, 422),
    ],
)
def test_a_check_is_refused_with_its_code(talk: Talk, path: str, body: Json, status: int, code: int) -> None:
    talk.register("s", A)

    assert talk.code("POST", f"/compatibility/subjects/{path}", body) == (status, code)


def test_the_mode_is_read_and_write(talk: Talk) -> None:
    assert talk.json("GET", "/mode") == {"mode": "READWRITE"}
    assert talk.json("GET", "/mode/s?defaultToGlobal=true") == {"mode": "READWRITE"}


def test_there_is_one_context(talk: Talk) -> None:
    assert talk.json("GET", "/contexts") == ["."]


@pytest.mark.parametrize("subject", ["a%2Fb", "a%20b", "a%25b", "%C3%BC", "a+b"])
def test_a_subject_may_have_any_name(talk: Talk, subject: str) -> None:
    talk.register(subject, A)

    assert talk.json("GET", "/subjects") == [unquote(subject)]


def test_a_body_that_is_too_large_is_refused(talk: Talk) -> None:
    body = {"schema": A, "schemaType": " " * 9_000_000}

    assert talk.code("POST", "/subjects/s/versions", body) == (413, 413)


def test_every_endpoint_answers_something_of_its_own(talk: Talk) -> None:
    """Rows that cannot be reached, because another row is in front of them, would answer for nobody."""
    registry = MemoryRegistry()
    registry.register("s", SchemaText(A))
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace("{subject}", "s").replace("{version}", "1").replace("{id}", "1")
        call = Call(endpoint.method, tuple(path[1:].split("/")), content_type=V1_JSON, body=b"{}")

        assert b'"code": 404' not in answer(registry, call).body


def test_a_failure_of_its_own_is_told_without_details(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryRegistry):
        def subjects(self, *, deleted: bool = False) -> tuple[str, ...]:
            raise RuntimeError("a secret detail")

    with caplog.at_level(logging.CRITICAL, "eventpact.dev.registry.dialect"):
        said = answer(Broken(), Call("GET", ("subjects",)))

    assert (said.status, json.loads(said.body)) == (500, {"error_code": 500, "message": "Internal server error"})
