"""Redpanda's registry dialect as rows: what was done before, what is asked, what is answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["ABSENT", "CODES", "NOT_FOUND", "ROWS", "Row", "Step", "body_of", "plain"]

Json = Any


@dataclass(frozen=True, slots=True)
class Step:
    """A request."""

    method: str
    path: str
    body: Json = None


@dataclass(frozen=True, slots=True)
class Row:
    """``said`` is the whole answer, or for an error its code; ``None`` is an empty one."""

    given: tuple[Step, ...]
    ask: Step
    status: int
    said: Json

    def __str__(self) -> str:
        return f"{self.ask.method} {self.ask.path} after {len(self.given)}: {self.status}"


def record(*fields: str, name: str = "R") -> str:
    listed = [{"name": field, "type": "int"} for field in fields]
    return json.dumps({"type": "record", "name": name, "fields": listed}, separators=(",", ":"))


def body_of(schema: str, **more: Json) -> dict[str, Json]:
    return {"schema": schema, **more}


def post(subject: str, schema: str, **more: Json) -> Step:
    return Step("POST", f"/subjects/{subject}/versions", body_of(schema, **more))


def get(path: str) -> Step:
    return Step("GET", path)


def put(path: str, **body: Json) -> Step:
    return Step("PUT", path, body)


def delete(path: str) -> Step:
    return Step("DELETE", path)


A: Final = record("a")
AB: Final = record("a", "b")
USER: Final = '{"type":"record","name":"User","fields":[{"name":"r","type":"R"}]}'
TO_S: Final = {"name": "R", "subject": "s", "version": 1}
OWNER: Final = {"properties": {"owner": "x"}}
BAD: Final = '"nothing.Known"'

ONE: Final = (post("s", A),)
HIDDEN: Final = (*ONE, delete("/subjects/s"))
USED: Final = (*ONE, post("u", USER, references=[TO_S]))
TAGGED: Final = (post("s", A, metadata=OWNER),)
READONLY: Final = (*ONE, put("/mode", mode="READONLY"))
IMPORT: Final = (put("/mode", mode="IMPORT"), post("s", A, id=40))
STAGING: Final = (*ONE, post(":.x:t", AB), post(":.x:s", A))


def plain(subject: str, version: int, schema_id: int, schema: str, **more: Json) -> dict[str, Json]:
    return {"subject": subject, "version": version, "id": schema_id, "schemaType": "AVRO", "schema": schema, **more}


def entered(version: int, schema_id: int, schema: str, **more: Json) -> dict[str, Json]:
    return {"version": version, "id": schema_id, "schemaType": "AVRO", "schema": schema, **more}


FULL_STAGING: Final = (put("/contexts/.x/config", compatibility="FULL"),)

NOT_FOUND: Final = {"message": "Not found", "code": 404}

ROWS: Final = (
    Row((), get("/status/ready"), 200, None),
    Row((), get("/subjects"), 200, []),
    Row(HIDDEN, get("/subjects"), 200, []),
    Row(HIDDEN, get("/subjects?deleted=true"), 200, ["s"]),
    Row(ONE, get("/subjects?subjectPrefix=t"), 200, []),
    Row(ONE, Step("POST", "/subjects/s", body_of(A)), 200, plain("s", 1, 1, A)),
    Row(ONE, Step("POST", "/subjects/t", body_of(A)), 404, 40401),
    Row(ONE, Step("POST", "/subjects/s", body_of(AB)), 404, 40403),
    Row(ONE, Step("POST", "/subjects/s", body_of("")), 500, 500),
    Row(ONE, Step("POST", "/subjects/s", body_of(BAD)), 500, 500),
    Row(ONE, Step("POST", "/subjects/s?format=resolved", body_of(A)), 501, 501),
    Row(HIDDEN, Step("POST", "/subjects/s", body_of(A)), 404, 40401),
    Row(HIDDEN, Step("POST", "/subjects/s?deleted=true", body_of(A)), 200, plain("s", 1, 1, A)),
    Row((), post("s", A), 200, entered(1, 1, A)),
    Row((), post("s", A, id=-1, version=-1), 200, entered(1, 1, A)),
    Row(ONE, post("t", A), 200, entered(1, 1, A)),
    Row(HIDDEN, post("s", A), 200, entered(2, 1, A)),
    Row(ONE, post("s", AB), 409, 409),
    Row((), post("s", BAD), 422, 422),
    Row((), post("s", ""), 422, 42201),
    Row((), post("s", A, surprise=1), 422, 422),
    Row((), post("u", USER, references=[TO_S]), 422, 42201),
    Row((), post("__GLOBAL", A), 422, 42208),
    Row((), post("__EMPTY", A), 422, 42208),
    Row(ONE, get("/subjects/s/versions"), 200, [1]),
    Row(ONE, get("/subjects/t/versions"), 404, 40401),
    Row(HIDDEN, get("/subjects/s/versions?deleted=true"), 200, [1]),
    Row(ONE, get("/subjects/s/versions/latest"), 200, plain("s", 1, 1, A, deleted=False)),
    Row(ONE, get("/subjects/s/versions/-1"), 200, plain("s", 1, 1, A, deleted=False)),
    Row(HIDDEN, get("/subjects/s/versions/1?deleted=true"), 200, plain("s", 1, 1, A, deleted=True)),
    Row(ONE, get("/subjects/s/versions/2"), 404, 40402),
    Row(ONE, get("/subjects/s/versions/0"), 422, 42202),
    Row(ONE, get("/subjects/s/versions/1?format=resolved"), 501, 501),
    Row(ONE, get("/subjects/s/versions/1/schema"), 200, json.loads(A)),
    Row(ONE, get("/subjects/s/versions/2/schema"), 404, 40402),
    Row(USED, get("/subjects/s/versions/1/referencedby"), 200, [2]),
    Row(USED, get("/subjects/s/versions/1/referencedBy"), 200, [2]),
    Row((*USED, delete("/subjects/u")), get("/subjects/s/versions/1/referencedby"), 200, []),
    Row(ONE, get("/subjects/s/versions/x/referencedby"), 422, 42202),
    Row(ONE, get("/subjects/t/versions/1/referencedby"), 404, 40401),
    Row(ONE, delete("/subjects/s"), 200, [1]),
    Row(HIDDEN, delete("/subjects/s"), 404, 40401),
    Row(ONE, delete("/subjects/s?permanent=true"), 404, 40405),
    Row(HIDDEN, delete("/subjects/s?permanent=true"), 200, [1]),
    Row(USED, delete("/subjects/s"), 422, 42206),
    Row(ONE, delete("/subjects/s/versions/latest"), 200, 1),
    Row(ONE, delete("/subjects/s/versions/-1"), 422, 42202),
    Row(ONE, delete("/subjects/s/versions/1?permanent=true"), 404, 40407),
    Row(HIDDEN, delete("/subjects/s/versions/1"), 404, 40406),
    Row(HIDDEN, delete("/subjects/s/versions/1?permanent=true"), 200, 1),
    Row(USED, delete("/subjects/s/versions/1"), 422, 42206),
    Row((), get("/schemas/types"), 200, ["JSON", "PROTOBUF", "AVRO"]),
    Row(ONE, get("/schemas/ids/1"), 200, {"schema": A}),
    Row(HIDDEN, get("/schemas/ids/1"), 200, {"schema": A}),
    Row((*HIDDEN, delete("/subjects/s?permanent=true")), get("/schemas/ids/1"), 404, 40403),
    Row(USED, get("/schemas/ids/2"), 200, {"schema": USER, "references": [TO_S]}),
    Row(ONE, get("/schemas/ids/2"), 404, 40403),
    Row(ONE, get("/schemas/ids/abc"), 400, 40002),
    Row(ONE, get("/schemas/ids/1?format=resolved"), 501, 501),
    Row(ONE, get("/schemas/ids/1/schema"), 200, json.loads(A)),
    Row(ONE, get("/schemas/ids/1/versions"), 200, [{"subject": "s", "version": 1}]),
    Row(HIDDEN, get("/schemas/ids/1/versions"), 200, []),
    Row(ONE, get("/schemas/ids/1/subjects"), 200, ["s"]),
    Row(HIDDEN, get("/schemas/ids/1/subjects"), 200, []),
    Row(HIDDEN, get("/schemas/ids/1/subjects?deleted=true"), 200, ["s"]),
    Row(ONE, Step("POST", "/compatibility/subjects/s/versions/latest", body_of(AB)), 200, {"is_compatible": False}),
    Row(ONE, Step("POST", "/compatibility/subjects/t/versions/latest", body_of(A)), 404, 40401),
    Row(ONE, Step("POST", "/compatibility/subjects/s/versions/2", body_of(A)), 404, 40402),
    Row(ONE, Step("POST", "/compatibility/subjects/s/versions/x", body_of(A)), 422, 42202),
    Row(ONE, Step("POST", "/compatibility/subjects/s/versions/1", body_of(BAD)), 422, 422),
    Row(ONE, Step("POST", "/compatibility/subjects/s/versions/1", body_of("")), 422, 42201),
    Row((), get("/config"), 200, {"compatibilityLevel": "BACKWARD"}),
    Row((), put("/config", compatibility="FULL"), 200, {"compatibility": "FULL"}),
    Row((), put("/config", compatibility="BAD"), 422, 42203),
    Row((), put("/config"), 422, 42203),
    Row((), put("/config", compatibility="FULL", normalize=True), 422, 422),
    Row((), get("/config/s"), 404, 40408),
    Row((), get("/config/s?defaultToGlobal=true"), 200, {"compatibilityLevel": "BACKWARD"}),
    Row((), put("/config/s", compatibility="NONE"), 200, {"compatibility": "NONE"}),
    Row((), put("/config/__GLOBAL", compatibility="NONE"), 422, 42208),
    Row((put("/config/s", compatibility="NONE"),), get("/config/s"), 200, {"compatibilityLevel": "NONE"}),
    Row((put("/config/s", compatibility="NONE"),), delete("/config/s"), 200, {"compatibilityLevel": "NONE"}),
    Row((), delete("/config/s"), 404, 40401),
    Row((put("/config/s", compatibility="FULL"), *HIDDEN), get("/config/s"), 404, 40408),
    Row((), get("/mode"), 200, {"mode": "READWRITE"}),
    Row((), put("/mode", mode="READONLY"), 200, {"mode": "READONLY"}),
    Row((), put("/mode", mode="FORWARD"), 422, 42204),
    Row((), put("/mode", mode="READONLY", more=1), 422, 422),
    Row((), get("/mode/s"), 404, 40409),
    Row((), get("/mode/s?defaultToGlobal=true"), 200, {"mode": "READWRITE"}),
    Row(READONLY, get("/mode/s?defaultToGlobal=true"), 200, {"mode": "READONLY"}),
    Row((put("/mode/s", mode="READONLY"),), get("/mode/s"), 200, {"mode": "READONLY"}),
    Row((put("/mode/s", mode="READONLY"),), delete("/mode/s"), 200, {"mode": "READONLY"}),
    Row((), delete("/mode/s"), 404, 40401),
    Row((put("/mode/s", mode="READWRITE"), *HIDDEN), get("/mode/s"), 404, 40409),
    Row(READONLY, post("t", AB), 422, 42205),
    Row(READONLY, post("s", A), 200, entered(1, 1, A)),
    Row(READONLY, delete("/subjects/s"), 422, 42205),
    Row(READONLY, delete("/subjects/s/versions/1"), 422, 42205),
    Row(READONLY, put("/config", compatibility="FULL"), 422, 42205),
    Row(READONLY, put("/config/s", compatibility="FULL"), 422, 42205),
    Row(READONLY, delete("/config/s"), 422, 42205),
    Row((*READONLY, put("/mode/s", mode="READWRITE")), delete("/subjects/s"), 200, [1]),
    Row(ONE, put("/mode", mode="IMPORT"), 422, 42205),
    Row(HIDDEN, put("/mode/s", mode="IMPORT"), 422, 42205),
    Row(ONE, put("/mode?force=true", mode="IMPORT"), 200, {"mode": "IMPORT"}),
    Row(ONE, put("/mode/t", mode="IMPORT"), 200, {"mode": "IMPORT"}),
    Row((), post("s", A, id=7), 422, 42205),
    Row((), post("s", A, version=1), 422, 42205),
    Row(ONE, post("s", A, id=7), 200, entered(1, 1, A)),
    Row(IMPORT, get("/schemas/ids/40"), 200, {"schema": A}),
    Row(IMPORT, post("s", AB), 422, 42205),
    Row(IMPORT, post("s", AB, id=40), 422, 42205),
    Row(IMPORT, post("t", A, id=41), 422, 42207),
    Row(IMPORT, post("s", AB, id=41), 200, entered(2, 41, AB)),
    Row(IMPORT, post("s", AB, id=41, version=2), 200, entered(2, 41, AB)),
    Row(IMPORT, post("s", AB, id=41, version=5), 422, 42201),
    Row((*IMPORT, put("/mode", mode="READWRITE")), post("t", AB), 200, entered(1, 41, AB)),
    Row((), post("s", A, metadata=OWNER), 200, entered(1, 1, A, metadata=OWNER)),
    Row((), post("s", A, metadata={}), 200, entered(1, 1, A)),
    Row((), post("s", A, metadata={"properties": {}}), 200, entered(1, 1, A)),
    Row((), post("s", A, metadata={"tags": {}}), 422, 422),
    Row((), post("s", A, metadata={"properties": {"n": 1}}), 422, 422),
    Row(TAGGED, post("s", A), 200, entered(1, 1, A, metadata=OWNER)),
    Row(TAGGED, post("s", A, metadata=None), 200, entered(1, 1, A, metadata=OWNER)),
    Row(TAGGED, post("s", A, metadata={}), 200, entered(2, 2, A)),
    Row(ONE, post("s", A, metadata=OWNER), 200, entered(2, 2, A, metadata=OWNER)),
    Row(TAGGED, post("t", A), 200, entered(1, 2, A)),
    Row(TAGGED, get("/schemas/ids/1"), 200, {"schema": A, "metadata": OWNER}),
    Row(TAGGED, get("/subjects/s/versions/1"), 200, plain("s", 1, 1, A, metadata=OWNER, deleted=False)),
    Row(TAGGED, Step("POST", "/subjects/s", body_of(A)), 200, plain("s", 1, 1, A, metadata=OWNER)),
    Row(TAGGED, Step("POST", "/subjects/s", body_of(A, metadata={})), 404, 40403),
    Row((*ONE, *TAGGED), Step("POST", "/subjects/s", body_of(A, metadata={})), 200, plain("s", 1, 1, A)),
    Row((), get("/contexts"), 200, ["."]),
    Row(STAGING, get("/contexts"), 200, [".", ".x"]),
    Row(STAGING, get("/subjects"), 200, [":.x:s", ":.x:t", "s"]),
    Row(STAGING, get("/contexts/.x/subjects"), 200, [":.x:s", ":.x:t"]),
    Row(STAGING, get("/subjects?subjectPrefix=:.x:t"), 200, [":.x:t"]),
    Row(STAGING, get("/subjects/:.x:s/versions/1"), 200, plain(":.x:s", 1, 2, A, deleted=False)),
    Row(STAGING, get("/contexts/.x/subjects/s/versions/1"), 200, plain(":.x:s", 1, 2, A, deleted=False)),
    Row(STAGING, get("/contexts/:.x:/subjects/s/versions"), 200, [1]),
    Row(STAGING, get("/subjects/:.:s/versions"), 200, [1]),
    Row(STAGING, get("/schemas/ids/1"), 200, {"schema": A}),
    Row(STAGING, get("/contexts/.x/schemas/ids/1"), 200, {"schema": AB}),
    Row(STAGING, get("/schemas/ids/1?subject=:.x:t"), 200, {"schema": AB}),
    Row(STAGING, get("/schemas/ids/1?subject=t"), 200, {"schema": AB}),
    Row(STAGING, get("/schemas/ids/1?subject=unknown"), 200, {"schema": A}),
    Row(STAGING, get("/schemas/ids/2"), 404, 40403),
    Row(STAGING, get("/contexts/.x/schemas/ids/1/versions"), 200, [{"subject": ":.x:t", "version": 1}]),
    Row(STAGING, get("/contexts/.x/schemas/ids/2/subjects"), 200, [":.x:s"]),
    Row(STAGING, post(":.x:u", USER, references=[TO_S]), 200, entered(1, 3, USER, references=[TO_S])),
    Row(ONE, post(":.x:u", USER, references=[TO_S]), 422, 42201),
    Row((*STAGING, post(":.x:u", USER, references=[TO_S])), get("/subjects/:.x:s/versions/1/referencedby"), 200, [3]),
    Row((*STAGING, post(":.x:u", USER, references=[TO_S])), get("/subjects/s/versions/1/referencedby"), 200, []),
    Row(FULL_STAGING, get("/contexts/.x/config"), 200, {"compatibilityLevel": "FULL"}),
    Row(FULL_STAGING, get("/config"), 200, {"compatibilityLevel": "BACKWARD"}),
    Row((put("/config/:.x:", compatibility="FULL"),), get("/config/:.x:"), 200, {"compatibilityLevel": "FULL"}),
    Row((put("/config", compatibility="NONE"),), get("/contexts/.x/config"), 200, {"compatibilityLevel": "NONE"}),
    Row((put("/contexts/.x/mode", mode="READONLY"),), post(":.x:s", A), 422, 42205),
    Row((put("/contexts/.x/mode", mode="READONLY"),), post("s", A), 200, entered(1, 1, A)),
    Row(FULL_STAGING, get("/config/:.x:s?defaultToGlobal=1"), 200, {"compatibilityLevel": "FULL"}),
    Row(STAGING, delete("/contexts/.x"), 422, 42211),
    Row((), delete("/contexts/.x"), 404, 404),
    Row((), delete("/contexts/:.:"), 422, 42205),
    Row(FULL_STAGING, delete("/contexts/.x"), 204, None),
    Row((*FULL_STAGING, delete("/contexts/.x")), get("/contexts"), 200, ["."]),
    Row((), get("/contexts/x/subjects"), 404, NOT_FOUND),
)  # fmt: skip

CODES: Final = frozenset(
    {40002, 40401, 40402, 40403, 40405, 40406, 40407, 40408, 40409, 409, 422, 500, 501}
    | {42201, 42202, 42203, 42204, 42205, 42206, 42207, 42208, 42211}
)
"""Every code that a request of these kinds can get. 401, 406, 413 and 415 are about headers and bytes."""

ABSENT: Final = (
    Step("GET", "/"),
    Step("DELETE", "/config"),
    Step("DELETE", "/mode"),
    Step("POST", "/compatibility/subjects/s/versions", {}),
    Step("GET", "/schemas"),
    Step("GET", "/schemas/guids/00000000-0000-0000-0000-000000000000"),
    Step("GET", "/subjects/s/metadata"),
    Step("GET", "/subjects/s/versions/1/tags"),
    Step("GET", "/associations/resources/-/s?resourceType=topic"),
    Step("GET", "/exporters"),
    Step("GET", "/dek-registry/v1/keks"),
    Step("GET", "/v1/metadata/id"),
    Step("PUT", "/contexts", {}),
)
"""What Redpanda does not have: its generic answer, without an error code."""
