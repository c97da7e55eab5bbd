"""Avro Java, the engine inside the Confluent registry, as an oracle: lines in, lines out.

The jars come from Maven Central once and stay outside the work tree, keyed by the files that name them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent / "java"
MISSING = next((tool for tool in ("javac", "java", "mvn") if shutil.which(tool) is None), None)


class AvroJava:
    """A compiled oracle."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def ask(self, lines: Iterable[str]) -> list[list[str]]:
        """One answer per line, split at tabs."""
        asked = "\n".join(lines)
        command = ["java", "-Xmx384m", "-Xss16m", "-XX:+UseSerialGC", "-cp", f"{self._home}/*:{self._home}", "Oracle"]
        done = subprocess.run(command, input=asked + "\n", capture_output=True, text=True, check=True, timeout=300)
        answers = [line.split("\t") for line in done.stdout.splitlines()]
        assert len(answers) == asked.count("\n") + 1
        return answers


def avro_java() -> AvroJava:
    """Fetch and compile what is not there yet."""
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in ("pom.xml", "Oracle.java"))).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "eventpact"
    home = cache / f"avro-java-1.12.1-{digest[:12]}"
    if not (home / "Oracle.class").exists():
        _run("mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies", "-DincludeScope=runtime",
             f"-DoutputDirectory={home}")  # fmt: skip
        _run("javac", "-cp", f"{home}/*", "-d", home, HERE / "Oracle.java")
    return AvroJava(home)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
