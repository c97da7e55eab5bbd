"""The generated code itself: shown in tracebacks, explained, inert whatever the schema says, and cheap to load."""

from __future__ import annotations

import ast
import json
import linecache
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest

from eventpact.codec import Codec
from eventpact.codec.source import Source
from eventpact.errors import CodecError, DecodeError, EncodeError, ExpressionError, ResolutionError
from eventpact.schema import parse
from ingestion_events import IngestionEvent
from tests.codec.made import made
from tests.codec.one_field import OneField


def test_a_traceback_shows_the_generated_line() -> None:
    one = OneField("int")
    with pytest.raises(EncodeError) as caught:
        one.encode("x")
    frames = traceback.extract_tb(caught.value.__traceback__)

    assert any(frame.filename.startswith("<eventpact encode demo.One ") for frame in frames)
    assert any(frame.line == "raise explain(event)" for frame in frames)


def test_equal_code_is_kept_once() -> None:
    cls = made({"type": "record", "name": "Once", "fields": [{"name": "value", "type": "int"}]})
    before = len(linecache.cache)
    Codec(cls)
    between = len(linecache.cache)
    for _ in range(5):
        Codec(cls)

    assert between == before + 2
    assert len(linecache.cache) == between


def test_explain_shows_each_field_as_the_schema_says_it_above_its_code() -> None:
    text = Codec(IngestionEvent).explain()

    assert '# {"name": "file_hash", "type": "string", "pattern": "^[0-9a-f]{64}$"}' in text
    assert text.index('"name": "tenant_id"') < text.index("event.tenant_id") < text.index('"name": "source_type"')
    assert text == Codec(IngestionEvent).explain()


def test_a_decoder_is_made_once_per_writers_schema() -> None:
    codec = Codec(IngestionEvent)
    again = parse(IngestionEvent.SCHEMA_TEXT)

    assert codec.decoder(again) is codec.decode


def test_an_encoder_with_a_prefix_writes_it_in_front() -> None:
    one = OneField("string")
    encode = one.codec.encoder(b"\x00\xff\x80\x00\x07")

    assert encode(one.cls(a0="é")) == b"\x00\xff\x80\x00\x07" + one.encode("é")


def test_a_codec_is_shared_between_threads() -> None:
    cls = made({"type": "record", "name": "Shared", "fields": [{"name": "value", "type": ["null", "string"]}]})
    codec = Codec(cls)
    writer = parse('{"type": "record", "name": "Shared", "fields": [{"name": "value", "type": "string"}]}')
    wrong: list[object] = []

    def work(number: int) -> None:
        decode = codec.decoder(writer)
        for step in range(300):
            event = cls(a0=f"{number}-{step}")
            if codec.decode(codec.encode(event)) != event or decode(codec.encode(event)[1:]) != event:
                wrong.append(event)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_a_disagreement_of_the_two_codecs_is_an_error_of_its_own_and_never_silence() -> None:
    one = OneField({"type": "array", "items": "int"})

    class Fickle(tuple[int, ...]):
        __slots__ = ()

    with pytest.raises(EncodeError, match="expected tuple, got Fickle"):
        one.encode(Fickle((1,)))
    refusal = one.codec._refusal(one.cls(a0=(1,)))

    assert type(refusal) is CodecError
    assert "please report" in str(refusal)


@pytest.mark.parametrize(
    "cls", [int, object, type("Bare", (), {"SCHEMA_TEXT": '{"type": "record", "name": "Bare", "fields": []}'})]
)
def test_a_class_that_is_no_event_is_a_type_error(cls: type) -> None:
    with pytest.raises(TypeError, match=r"event class|AVRO_TYPES"):
        Codec(cls)


def test_a_class_that_does_not_fit_its_schema_is_a_type_error() -> None:
    cls = made({"type": "record", "name": "Fit", "fields": [{"name": "value", "type": "int"}]})
    cls.SCHEMA_TEXT = '{"type": "record", "name": "Fit", "fields": []}'
    with pytest.raises(TypeError, match="1 attributes for 0 fields"):
        Codec(cls)


def test_union_branches_that_python_cannot_tell_apart_are_refused_when_the_codec_is_built() -> None:
    for union in (["int", "long"], ["float", "double"], [{"type": "fixed", "name": "F", "size": 1}, "bytes"]):
        with pytest.raises(ExpressionError, match="two union branches"):
            OneField(union)


def test_a_writer_that_cannot_be_read_is_a_resolution_error_with_its_findings() -> None:
    one = OneField("int")
    writer = '{"type": "record", "name": "One", "namespace": "demo", "fields": [{"name": "value", "type": "string"}]}'
    with pytest.raises(ResolutionError) as caught:
        one.codec.decoder(parse(writer))

    assert len(caught.value.findings) == 1


def test_records_nested_deeper_than_python_nests_blocks_are_read_and_written() -> None:
    inner: Any = "string"
    for _ in range(30):
        inner = {"type": "array", "items": ["null", inner]}
    one = OneField(inner)
    value: Any = "deep"
    for _ in range(30):
        value = (None, value)

    assert one.decode(one.encode(value)) == value
    skipping = Codec(made({"type": "record", "name": "One", "namespace": "demo", "fields": []}))
    assert repr(skipping.decoder(one.codec.schema)(one.encode(value))) == "One()"


def test_a_chain_of_150_records_is_read_and_written() -> None:
    schema: Any = "string"
    for number in range(150):
        schema = {"type": "record", "name": f"R{number}", "fields": [{"name": "next", "type": schema}]}
    cls = made(schema)
    codec = Codec(cls)
    types = sys.modules[cls.__module__].AVRO_TYPES
    event: Any = "end"
    for number in range(150):
        event = types[f"R{number}"](a0=event)

    assert codec.decode(codec.encode(event)) == event


def test_a_record_of_two_thousand_fields_is_read_and_written() -> None:
    fields = [{"name": f"f{number}", "type": "int"} for number in range(2000)]
    cls = made({"type": "record", "name": "Wide", "fields": fields})
    codec = Codec(cls)
    event = cls(**{f"a{number}": number for number in range(2000)})

    assert codec.decode(codec.encode(event)) == event


HOSTILE = [
    "__import__('os').system('x')",
    "a'b\"c\\",
    "line\nbreak()",
    "# comment\r\x0c\x85\u2028end",
    "{x}%s{{}}",
    "\x00\x1b[31m\u202e",
    '"""',
    "\\N{DASH}",
    "\ud800",
]


def test_whatever_a_schema_says_the_code_is_the_same_but_for_literals_and_comments() -> None:
    """The shape of the generated code depends on types only: hostile texts reach it through repr() or JSON."""

    def schema(text: str) -> dict[str, Any]:
        doc = {"doc": text, "x": {text: [text]}}
        symbols = {"type": "enum", "name": "E", "symbols": ["A"], "default": "A", **doc}
        fields = [
            {"name": "a", "type": {"type": "string", "note": text}, "default": text, **doc},
            {"name": "b", "type": {"type": "map", "values": "string"}, "default": {text: text}, **doc},
            {"name": "c", "type": symbols, "default": "A", **doc},
        ]
        return {"type": "record", "name": "Hostile", "fields": fields, **doc}

    def shape(text: str) -> str:
        codec = Codec(made(schema(text)))
        writer = parse('{"type": "record", "name": "Hostile", "fields": []}')
        code = codec.explain(writer) + codec.explain()
        event = codec.decoder(writer)(b"")
        assert (event.a0, event.a1) == (text, {text: text})
        return ast.dump(ast.parse(code))

    tame = shape("tame")
    for text in HOSTILE:
        if text.isprintable() or "\ud800" not in text:
            assert shape(text) == tame


def test_the_emitters_comment_cannot_be_ended_by_a_name() -> None:
    """The parser refuses such names; the emitters do not rely on it."""
    from eventpact.schema.tree import Field, Kind, Primitive

    for text in HOSTILE:
        src = Source("test")
        src.describe(Field(text, Primitive(Kind.INT), props={text: text}))
        src.line("x = 1")

        assert len(src.text.splitlines()) == 2
        assert ast.dump(ast.parse(src.text)) == ast.dump(ast.parse("x = 1"))


def test_names_stored_long_ago_and_hostile_are_inert_in_a_decoder(tmp_path: Path) -> None:
    """A registry may hold names that nobody checked. In a fresh interpreter: nothing runs but our code."""
    marker = tmp_path / "marker"
    attack = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    names = [
        attack,
        f"a\n{attack}\n",
        f"a', {attack}, '",
        f'a"); {attack}; ("',
        f"a]\n    {attack}  #",
        f"{{{attack}}}",
    ]
    fields: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        inner = {"type": "record", "name": f"R{number}{name}", "fields": [{"name": name, "type": "int", name: name}]}
        fields.append({"name": name, "type": inner, "doc": name, "default": {name: 1}, "aliases": [name + "x"]})
        fields.append(
            {
                "name": f"e{number}",
                "type": {"type": "enum", "name": f"E{number}{name}", "symbols": [f"S{number}", name]},
            }
        )
        fields.append({"name": f"f{number}", "type": {"type": "fixed", "name": f"F{number}{name}", "size": 0}})
    writer = json.dumps({"type": "record", "name": "One", "doc": attack, "fields": fields})
    program = f"""
import json, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from eventpact.codec import Codec
from eventpact.errors import EventpactError
from eventpact.schema import parse
from tests.codec.made import made
codec = Codec(made({{"type": "record", "name": "One", "fields": []}}))
try:
    writer = parse({writer!r}, mode="stored")
except EventpactError as error:
    print("refused by the parser")
else:
    print(repr(codec.decoder(writer)(bytes(12))), len(codec.explain(writer)) > 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert done.stdout.strip() == "One() True"
    assert not marker.exists()


def test_importing_codec_and_events_loads_no_kafka_or_http_client() -> None:
    program = "import sys, eventpact.codec, ingestion_events; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    for name in ("confluent_kafka", "fastavro", "requests", "httpx", "typer", "rich", "starlette"):
        assert name not in loaded


def test_damaged_bytes_never_name_a_value() -> None:
    one = OneField({"type": "map", "values": "string"})
    body = one.encode({"geheim": "geheim"})
    for end in range(len(body)):
        with pytest.raises(DecodeError) as caught:
            one.decode(body[:end])
        assert "geheim" not in str(caught.value)
