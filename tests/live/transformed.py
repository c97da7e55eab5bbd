"""Contracts of a transform on topics of one test's own."""

from __future__ import annotations

from dataclasses import replace

from eventpact.contract import Contract

__all__ = ["source_contract", "target_contract"]


def source_contract(ingestion: Contract, name: str) -> Contract:
    """What is read, and its dead letters."""
    assert ingestion.dead_letter is not None
    letters = replace(ingestion.dead_letter, topic=replace(ingestion.dead_letter.topic, name=f"{name}-dlq"))
    return replace(ingestion.on_topic(name), groups=(name,), dead_letter=letters)


def target_contract(notices: Contract, name: str) -> Contract:
    """What is written."""
    return notices.on_topic(f"{name}-notices")
