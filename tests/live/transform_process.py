"""The example's transform, in a process to be killed, on topics of this test's own. Arguments: their common name, the
transactional id. Everything else is the example's.
"""

from __future__ import annotations

import importlib
import logging
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

from eventpact.contract import Contract, contract_of
from eventpact.kafka import Producer, Settings, Source
from ingestion_events import IngestionEvent
from tests.live.transformed import source_contract, target_contract

FOLDER = Path(__file__).parents[2] / "examples" / "exactly_once"


def main(name: str, transactional_id: str) -> None:
    logging.basicConfig(level=logging.WARNING)
    sys.path.insert(0, str(FOLDER))
    transform: Any = importlib.import_module("transform")
    notices: Contract = contract_of(transform.UploadNotice)
    transform.Source = partial(Source, contract=source_contract(contract_of(IngestionEvent), name))
    transform.Producer = partial(Producer, contract=target_contract(notices, name))
    transform.GROUP = name
    transform.transform(Settings.from_env(dotenv=None), transactional_id, threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
