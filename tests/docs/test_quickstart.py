"""The quick start as a newcomer walks it: one shell, the page's commands, a broker, a published event.

Only what needs a network is another here: the clone and its environment are this one.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "quickstart.md"
BIN = Path(sys.executable).parent

# Instead of the network; `make` gets this environment's programs by variables.
HERE = {
    "git clone https://github.com/eventpact/eventpact": ":",
    "make -C eventpact setup": ":",
    ". eventpact/.venv/bin/activate": ":",
    # The types are a matter of tests/scaffold; they take longest.
    "make test": f"make check BIN={BIN} STAMP= && python -m pytest -q",
}
# A person is slower than a broker's start; a script has to wait for it.
STARTED = "for try in $(seq 600); do test -s .env && break; sleep 0.1; done; test -s .env"
EDIT = """
import pathlib, sys
schema = pathlib.Path("schemas/order_placed.avsc")
before, contact, after = schema.read_text().partition('    {\\n      "name": "contact"')
assert contact
schema.write_text(before + sys.stdin.read() + contact + after)
"""


def blocks() -> list[tuple[str, str]]:
    tokens = MarkdownIt("commonmark").parse(PAGE.read_text("utf-8"))
    return [(token.info.strip(), token.content) for token in tokens if token.type == "fence"]


def lines() -> list[str]:
    return [line for language, text in blocks() if language == "sh" for line in text.splitlines()]


def script(folder: Path) -> str:
    steps = ["set -euo pipefail", "trap 'kill $(jobs -p); wait' EXIT"]
    for number, (language, text) in enumerate(blocks()):
        file = folder / f"{number}.{language}"
        file.write_text(text, "utf-8")
        match language:
            case "sh":
                for line in text.splitlines():
                    steps.append(HERE.get(line, line))
                    if line.endswith("&"):
                        steps.append(STARTED)
            case "json":
                steps += [f"python -c '{EDIT.replace(chr(39), chr(39) + chr(92) + chr(39) + chr(39))}' < {file}"]
            case "python":
                steps += [f"PYTHONPATH=src timeout 60 python -W error {file}"]
            case _:
                raise AssertionError(f"a block of the page is not run: {language}")
    return "\n".join(steps)


def test_an_event_is_published_in_less_than_ten_commands() -> None:
    published = next(number for number, line in enumerate(lines(), 1) if "eventpact publish" in line)

    assert published < 10
    assert lines()[0].startswith("git clone")


def test_every_step_works(tmp_path: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    environment = {
        **kept,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "NO_COLOR": "1",
    }
    blocks_folder = tmp_path / "blocks"
    blocks_folder.mkdir()

    done = subprocess.run(
        ["bash", "-c", script(blocks_folder)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 published, 0 bad, of 3 lines" in done.stderr
    assert done.stdout.count('"contact"') == 3
    assert "order order-1 costs 4200" in done.stdout
    assert "shop: version 1 is released" in done.stderr
    assert not (tmp_path / "shop-contracts" / ".env").exists(), "dev takes its file away when it ends"
