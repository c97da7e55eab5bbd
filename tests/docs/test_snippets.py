"""Every snippet of the README and the guide runs, in order, page by page.

Python blocks of one page share a process and its names; lines of `sh` blocks that call `eventpact` run in a copy of the
repository's contracts. Both see an embedded stack through the environment. A block that cannot run here says so, and
why, in a comment before it: `<!-- not run: it waits for ever -->`. A page on which nothing runs is listed below, with
the reason.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from eventpact.contract import load_manifest
from eventpact.dev import EmbeddedStack

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
SKIPPED = re.compile(r"<!-- not run: .+ -->")
COMMAND = re.compile(r"(^|\| |&& )eventpact ")

# One process for all commands of a page: starting Python takes longer than most of them. Pipes go to a shell.
SHELL = """
import shlex, subprocess, sys
from eventpact.cli.app import run

for line in sys.stdin.read().splitlines():
    print("$", line, flush=True)
    words = shlex.split(line, comments=True)
    if {"|", "&&", "<", ">"} & set(words):
        code = subprocess.run(["bash", "-euo", "pipefail", "-c", line], stdin=subprocess.DEVNULL).returncode
    else:
        code = run(words[1:])
    if code != 0:
        sys.exit(f"exit code {code}: {line}")
"""

# Page -> the test that runs it.
ELSEWHERE = {"docs/quickstart.md": "test_quickstart.py"}
# Page -> why nothing on it runs.
NOTHING_RUNS = {
    "docs/README.md": "it is the table of contents",
    "docs/api.md": "it is made from the docstrings",
    "docs/cli.md": "it is made from the command line",
    "docs/architecture.md": "it shows a drawing and tables",
    "docs/dead-letters.md": "tests/cli/test_dlq.py and tests/kafka/test_processor.py run it, with dead letters",
    "docs/examples.md": "its services run until Ctrl-C; tests/examples runs them",
    "docs/reliability.md": "it is a table of promises, each with its test",
    "docs/schema-rules.md": "it is a table of rules; tests/schema holds each of them",
    "docs/testing.md": "its fixtures need pytest around them: tests/dev/test_pytest_plugin.py",
}


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    skip = False
    for token in MarkdownIt("commonmark").parse(page.read_text("utf-8")):
        if token.type == "html_block":
            skip = bool(SKIPPED.search(token.content))
        elif token.type == "fence":
            if not skip and token.map is not None:
                yield Block(token.info.strip(), token.content, token.map[0] + 2)
            skip = False


def program(page: Path) -> str:
    """The page's Python, every line on the line it has in the page, so that a traceback points into the page."""
    lines: list[str] = []
    for block in blocks(page):
        if block.language == "python":
            lines.extend([""] * (block.line - 1 - len(lines)))
            lines.extend(block.text.splitlines())
    return "\n".join(lines) + "\n"


def commands(page: Path) -> list[str]:
    return [
        line
        for block in blocks(page)
        if block.language == "sh"
        for line in block.text.replace("\\\n", " ").splitlines()
        if COMMAND.search(line)
    ]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workplace")
    for part in ("schemas", "compat", "src/ingestion_events", "src/eventpact/dead_letter"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*_compat"))
    git = ["git", "-c", "user.name=docs", "-c", "user.email=docs@example.com", "-c", "init.defaultBranch=main"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "contracts"]):
        subprocess.run([*git, *step], cwd=folder, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def environment(workplace: Path) -> Iterator[dict[str, str]]:
    """A stack of the page's own: what one page leaves on a topic is no other page's surprise."""
    with EmbeddedStack(load_manifest(workplace / "schemas" / "contracts.toml").contracts) as stack:
        inherited = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
        environment = {**inherited, **stack.environment(), "NO_COLOR": "1", "COLUMNS": "120"}
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        register = [sys.executable, "-m", "eventpact", "register"]
        subprocess.run(register, cwd=workplace, env=environment, check=True, capture_output=True, timeout=60)
        yield environment


def with_snippets(find: str) -> list[Path]:
    here = [page for page in PAGES if named(page) not in ELSEWHERE]
    return [page for page in here if (program(page).strip() if find == "python" else commands(page))]


def test_something_runs_on_every_page_or_the_page_is_listed_with_the_reason() -> None:
    idle = {named(page) for page in PAGES} - {named(page) for page in with_snippets("python") + with_snippets("sh")}

    assert idle == ELSEWHERE.keys() | NOTHING_RUNS.keys()
    assert all((Path(__file__).parent / test).is_file() for test in ELSEWHERE.values())


@pytest.mark.parametrize("page", with_snippets("sh"), ids=lambda page: page.name)
def test_every_command_of_the_page_works(page: Path, workplace: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHELL],
        input="\n".join(commands(page)),
        cwd=workplace,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", with_snippets("python"), ids=lambda page: page.name)
def test_every_python_snippet_of_the_page_runs(page: Path, workplace: Path, environment: dict[str, str]) -> None:
    text = program(page)
    runner = "import sys; exec(compile(sys.stdin.read(), sys.argv[1], 'exec'), {'__name__': '__main__'})"
    if "hypothesis" in text:
        # As tests/conftest.py has it: a busy machine is no failure.
        runner = f"import sys; sys.path.append({str(ROOT)!r}); import tests.conftest; {runner}"

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", runner, str(page)],
        input=text,
        cwd=workplace,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
