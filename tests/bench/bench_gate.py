"""The gate: `eventpact check` on 200 contracts of 10 versions, as a multiple of the time that the CLI takes to start.

`python -m tests.bench.bench_gate [CONTRACTS] [VERSIONS]`. Two states of the repository are measured: every schema as
it was released, and every schema edited since (which no pull request does). Both run in a process of their own, as in
CI; the start is `eventpact --help`. Each version adds an optional field; golden payloads are decoded in every run.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from eventpact.contract import load_manifest
from eventpact_codegen import manifest_jobs
from eventpact_compat.facts import guarded
from eventpact_compat.gate import Folders
from eventpact_compat.history import read_history
from eventpact_compat.release import next_release, write_release

ROUNDS = 3
EXPECTED = 10


def schema(number: int, version: int) -> str:
    """Ten fields of the usual kinds, and one more per version."""
    optional = [
        {"name": f"extra_{n}", "type": ["null", "string"], "default": None, "doc": f"Came with version {n}."}
        for n in range(version)
    ]
    fields = [
        {"name": "tenant_id", "type": "string", "doc": "Owner.", "format": "uuid"},
        {"name": "id", "type": {"type": "string", "logicalType": "uuid"}, "doc": "Which one."},
        {"name": "placed_at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "doc": "When."},
        {
            "name": "status",
            "type": {
                "type": "enum",
                "name": "Status",
                "doc": "States.",
                "symbols": ["NEW", "PAID", "UNKNOWN"],
                "default": "UNKNOWN",
            },
            "doc": "Where it stands.",
        },
        {
            "name": "total",
            "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2},
            "doc": "What is paid.",
        },
        {"name": "labels", "type": {"type": "map", "values": "string"}, "default": {}, "doc": "Marks."},
        {"name": "count", "type": "int", "default": 1, "doc": "How many."},
        *optional,
    ]
    record = {
        "type": "record",
        "name": f"Event{number}",
        "namespace": f"bench.n{number}",
        "doc": "An event.",
        "fields": fields,
    }
    return json.dumps(record, indent=2) + "\n"


def manifest(count: int) -> str:
    lines = ["version = 1"]
    for n in range(count):
        lines += [
            f"[packages.events_{n}]",
            'out = "../src"',
            f'schemas = ["event_{n}.avsc"]',
            f"[contracts.event_{n}]",
            f'schema = "event_{n}.avsc"',
            'key = "tenant_id"',
            'compatibility = "FULL_TRANSITIVE"',
            f"[contracts.event_{n}.topic]",
            f'name = "events-{n}"',
            "partitions = 6",
            'retention = "7d"',
        ]
    return "\n".join(lines) + "\n"


def write_schemas(root: Path, count: int, version: int) -> None:
    (root / "schemas").mkdir(exist_ok=True)
    for n in range(count):
        (root / "schemas" / f"event_{n}.avsc").write_text(schema(n, version), "utf-8")
    (root / "schemas" / "contracts.toml").write_text(manifest(count), "utf-8")


def build(root: Path, count: int, versions: int) -> None:
    folders = Folders.below(root / "compat")
    for version in range(versions):
        write_schemas(root, count, version)
        for subject in guarded(load_manifest(root / "schemas" / "contracts.toml")):
            released, _ = read_history(folders.history / subject.name, subject.name)
            planned = next_release(subject, released)
            if planned is not None:
                write_release(planned, folders)


def generate(root: Path) -> None:
    for job in manifest_jobs(load_manifest(root / "schemas" / "contracts.toml")):
        job.write()


def seconds(root: Path, *arguments: str) -> float:
    def once() -> float:
        started = perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "eventpact", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        return perf_counter() - started

    return statistics.median(once() for _ in range(ROUNDS))


def main(count: int, versions: int) -> None:
    with TemporaryDirectory() as place:
        root = Path(place)
        build(root, count, versions)
        generate(root)
        start = seconds(root, "--help")
        as_released = seconds(root, "check")
        write_schemas(root, count, versions)
        generate(root)
        edited = seconds(root, "check")
    print(f"gate  {count} contracts x {versions} versions; start {start:.2f} s")
    for name, spent in (("as released", as_released), ("all edited", edited)):
        print(f"gate  check, {name}: {spent:.2f} s = {spent / start:.1f}x the start  (expect <= {EXPECTED}x)")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]) if len(sys.argv) > 2 else (200, 10))
