"""Schema texts that are code: refused, or imported without running any of it.

The classes are those of docs/codegen.md, "What a schema cannot do". Everything that is generated for them is imported
by one fresh interpreter; each payload would leave a marker file behind.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.errors import EventpactError
from eventpact_codegen import generate, write
from eventpact_codegen.guard import guard
from tests.codegen.loading import field, record

NASTY = (
    "../x",
    "a..b",
    "/etc/x",
    "con",
    "a.class",
    "__init__",
    "x\n",
    "ｏｓ",
    "x;import os",
    "x#",
    "x'",
    'x"',
    "x]",
    "x\\",
)
TEXTS = (
    '"""\n{code}\n"""',
    '"\n{code}\n#',
    "'\n{code}\n#",
    "\\",
    '\\"',
    "\\N{{BULLET}}\n{code}",
    "\r{code}",
    "\x0c{code}",
    "\x00{code}",
    "\u2028{code}",
    "\x85{code}",
    "\u202e{code}\u202c",
    "{{{code}}}",
    "{{0.__class__}} %s %(x)s",
    "# -*- coding: rot13 -*-\n{code}",
    "{code}",
)


def schemas(code: str) -> Iterator[dict[str, str]]:
    """Every class of payload, in every place that takes one."""
    names = [*NASTY, code, f"X:\n    {code}\nclass Y", f"a: int = {code}\n    b"]
    for name in names:
        yield {"a.avsc": record(name)}
        yield {"a.avsc": record("A", field(name, "int"))}
        yield {"a.avsc": record("A", field("e", {"type": "enum", "name": "E", "symbols": ["OK", name]}))}
        yield {"a.avsc": record("A", field("e", {"type": "enum", "name": name, "symbols": ["OK"]}, default="OK"))}
        yield {"a.avsc": record("A", namespace=name)}
        yield {"a.avsc": record("A", field("b", "int", aliases=[name]), aliases=[name])}
        yield {f"{name}.avsc": record("A")}
    for size in (code, True, 1.5, -1, [1], None, 10**400):
        yield {"a.avsc": record("A", field("f", {"type": "fixed", "name": "F", "size": size}))}
        yield {
            "a.avsc": record(
                "A", field("f", {"type": "bytes", "logicalType": "decimal", "precision": size, "scale": 0})
            )
        }
        yield {
            "a.avsc": record(
                "A", field("f", {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": size})
            )
        }
    for raw in TEXTS:
        text = raw.format(code=code)
        yield {"a.avsc": record("A", field("f", "string", default=text, doc=text, order=text), doc=text)}
        yield {"a.avsc": record("A", field("f", "string", default=text, doc=text), doc=text)}
        yield {
            "a.avsc": record(
                "A", field("f", {"type": "string", text: text, "logicalType": text}, default=text, **{text: text})
            )
        }
        yield {"a.avsc": record("A", field("f", ["boolean", "string"], default=text))}
        yield {"a.avsc": record("A", field("f", "bytes", default=text))}
        yield {"a.avsc": record("A", field("f", {"type": "map", "values": "string"}, default={text: text}))}
        yield {"a.avsc": record("A", field("f", {"type": "array", "items": "string"}, default=[text]))}
        yield {"a.avsc": record("A", field("f", "string", pattern=text, format=text, minLength=text, maximum=text))}
        yield {"a.avsc": record("A", field("f", "string", **{"confluent:tags": [text, "PII"]}))}
        for enum in ("my_tag", "far.Tag", "Tag"):
            held = {"type": "enum", "name": enum, "symbols": ["A"], "doc": text, "default": "A"}
            yield {"a.avsc": record("A", field("d", held), field("f", enum, default=text))}
        inner = {"type": "record", "name": "I", "doc": text, "fields": [field("x", "string", default=text)]}
        yield {"a.avsc": record("A", field("f", inner, default={"x": text}), field("g", "I", default={}))}
        yield {f"{text}.avsc": record("A")}


def test_no_schema_runs_code(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    code = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    made = 0
    for number, texts in enumerate(schemas(code)):
        try:
            files = generate(texts, package=f"p{number}")
        except EventpactError:
            continue
        write(files, tmp_path / "out")
        made += 1
    script = (
        "import importlib, pathlib, sys\n"
        "for path in sorted(pathlib.Path().rglob('*.py')):\n"
        "    module = importlib.import_module('.'.join(path.with_suffix('').parts))\n"
        "    for cls in list(getattr(module, 'AVRO_TYPES', {}).values()):\n"
        "        try: repr(cls())\n"
        "        except TypeError: pass\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path / "out", check=True)

    assert made > 100, "most payloads are legal texts, and are generated"
    assert not marker.exists()


def test_every_file_stays_below_the_output(tmp_path: Path) -> None:
    for texts in schemas("boom()"):
        try:
            files = generate(texts, package="p")
        except EventpactError:
            continue

        assert all(path.startswith("p/") and Path(path).parent == Path("p") for path in files)


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "record", "name": "A", "fields": [], "name": "B"}',
        '{"type": "record", "name": "A", "fields": [{"name": "x", "type": "double", "default": NaN}]}',
        '{"type": "record", "name": "A", "fields": [{"name": "x", "type": "double", "default": 1e999}]}',
        '{"type": "array", "items": ' * 5000 + '"int"' + "}" * 5000,
        "[" * 100_000,
    ],
    ids=["double key", "nan", "infinity", "deep types", "deep json"],
)
def test_hostile_json_is_refused(text: str) -> None:
    with pytest.raises(EventpactError):
        generate({"a.avsc": text}, package="p")


def test_many_symbols_are_only_many() -> None:
    symbols = [f"S{n}" for n in range(5000)]
    enum = {"type": "enum", "name": "E", "symbols": symbols, "default": "S0"}
    files = generate({"a.avsc": record("A", field("e", enum))}, package="p")

    assert len(re.findall(r'^    S\d+ = "S\d+"$', files["p/a.py"], re.MULTILINE)) == 5000


@pytest.mark.parametrize(
    "made",
    [
        "import os\n",
        "from os import path\n",
        "print(1)\n",
        "x = eval('1')\n",
        "class A:\n    print(1)\n",
        "class A:\n    def f(self): ...\n",
        "if True:\n    x = 1\n",
        "from ..x import y\n",
    ],
)
def test_the_last_look_sees_what_is_no_definition(made: str) -> None:
    """The guard itself can fail."""
    with pytest.raises(AssertionError, match="the generator wrote"):
        guard("a.py", made)


def test_the_payloads_are_many() -> None:
    assert len(list(itertools.islice(schemas("x"), 1000))) > 300
    assert all(json.loads(text) for texts in schemas("x") for text in texts.values())
