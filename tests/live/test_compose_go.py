"""The compose specification's own loader takes docker-compose.yml (needs Go)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
LOADER = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed: the compose loader cannot be built"),
]


@pytest.fixture(scope="module")
def loader() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "eventpact" / "compose-go-2.16.2"
    binary = cache / "cmd"
    if not binary.exists():
        subprocess.run(
            ["go", "install", LOADER], check=True, capture_output=True, env={**os.environ, "GOBIN": str(cache)}
        )
    return binary


def test_the_specifications_own_loader_takes_the_file(loader: Path) -> None:
    done = subprocess.run([loader, COMPOSE], capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_loader_would_notice_a_slip(loader: Path, tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE.read_text("utf-8").replace("service_healthy", "service_happy"), "utf-8")

    assert subprocess.run([loader, broken], capture_output=True, timeout=60).returncode != 0
