"""Doors that open late give names, whoever imported which module before."""

import subprocess
import sys

import pytest

from eventpact.door import late_door


def test_a_name_that_a_module_has_too_is_refused() -> None:
    with pytest.raises(ValueError, match="both called replay"):
        late_door("shop", {"replay": "replay", "Worker": "worker"})


@pytest.mark.parametrize("package", ["eventpact", "eventpact.kafka", "eventpact.registry", "eventpact.dev"])
def test_every_listed_name_is_behind_the_door(package: str) -> None:
    listed = f"import {package} as door; [getattr(door, name) for name in door.__all__]"

    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr


def test_the_door_alone_loads_no_client() -> None:
    loads = (
        "import eventpact, sys; print(sorted({'confluent_kafka', 'requests', 'httpx2', 'typer'} & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, timeout=60).stdout == "[]\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    import eventpact

    with pytest.raises(AttributeError, match="no attribute 'Wroker'"):
        _ = eventpact.Wroker
