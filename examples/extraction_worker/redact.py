"""Personal data out of a text, by Presidio's pattern recognisers. No language model, nothing downloaded.

Patterns find what has a form: addresses of mail and machines, numbers of telephones, cards, accounts. Names of people
have none; they need a model, and Presidio takes one as `nlp_engine`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    PhoneRecognizer,
    UsSsnRecognizer,
)
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import RecognizerResult

__all__ = ["Redacted", "Redactor"]

LANGUAGE: Final = "en"
THRESHOLD: Final = 0.4
"""What the weakest recogniser that we want, telephone numbers, gives. Weaker findings are guesses without context."""

WINDOW: Final = 20_000
OVERLAP: Final = 500
"""Longer than anything that is recognised, so everything stands whole in one window."""

# The analyzer tells of every finding, and at DEBUG of its words.
logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with `<KIND>` in place of personal data, and how often each kind was found."""

    text: str
    found: Mapping[str, int]


class AnyEmailRecognizer(EmailRecognizer):
    """Presidio's looks the domain up in a list of public ones, which it fetches from the Internet. An address on a
    company's own domain is personal data, too, so the pattern alone decides.
    """

    def validate_result(self, pattern_text: str) -> bool | None:
        del pattern_text
        return None


class Redactor:
    """Made once; may be shared by threads."""

    def __init__(self, phone_regions: Iterable[str]) -> None:
        recognizers = [
            AnyEmailRecognizer(),
            CreditCardRecognizer(),
            IbanRecognizer(),
            IpRecognizer(),
            PhoneRecognizer(supported_regions=tuple(phone_regions)),
            UsSsnRecognizer(),
        ]
        self._analyzer = AnalyzerEngine(
            registry=RecognizerRegistry(recognizers=recognizers, supported_languages=[LANGUAGE]),
            nlp_engine=NoOpNlpEngine([{"lang_code": LANGUAGE, "model_name": ""}]),
            supported_languages=[LANGUAGE],
            default_score_threshold=THRESHOLD,
        )
        self._anonymizer = AnonymizerEngine()  # type: ignore[no-untyped-call] # Presidio's has no annotations

    def redact(self, text: str) -> Redacted:
        """The text without what was found in it."""
        found = {
            (result.entity_type, start + result.start, start + result.end): result.score
            for start, window in windows(text)
            for result in self._analyzer.analyze(window, LANGUAGE)
        }
        results = [RecognizerResult(kind, start, end, score) for (kind, start, end), score in found.items()]
        done = self._anonymizer.anonymize(text, results)
        return Redacted(done.text, dict(sorted(Counter(item.entity_type for item in done.items).items())))


def windows(text: str) -> Iterator[tuple[int, str]]:
    """Overlapping parts of the text with their places.

    Presidio gives a pattern 60 seconds, and then goes on without what it would have found; on a short text none takes
    long.
    """
    for start in range(0, max(1, len(text) - OVERLAP), WINDOW - OVERLAP):
        yield start, text[start : start + WINDOW]
