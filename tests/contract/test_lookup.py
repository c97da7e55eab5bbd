"""From an event class to its contract."""

import pytest

from eventpact.contract import contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.errors import ManifestError
from ingestion_events import IngestionEvent


def test_a_generated_class_finds_its_contract() -> None:
    assert contract_of(IngestionEvent).topic.name == "ingestion-events"


def test_a_class_that_is_not_generated_has_none() -> None:
    with pytest.raises(ManifestError, match="pass contract="):
        contract_of(int)


def test_a_package_without_contracts_says_what_to_do() -> None:
    with pytest.raises(ManifestError, match=r"no contract for eventpact\.DeadLetter.*pass contract="):
        contract_of(DeadLetter)
