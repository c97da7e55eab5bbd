"""One reader's schema, one writer's schema, and the plan between them."""

from __future__ import annotations

from dataclasses import dataclass

from eventpact.codec.model import Model
from eventpact.codec.survey import Survey
from eventpact.schema import Schema
from eventpact.schema.plan import IntoUnion, Plan, ReadFixed, ReadPrimitive, ReadRecord, Step
from eventpact.schema.tree import Kind

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a decoder is made from. ``model`` is the reader's side; depth and emptiness are facts of the writer's."""

    model: Model
    writer: Schema
    writer_survey: Survey
    plan: Plan
    check_on_read: bool = False

    def step_takes_no_bytes(self, step: Step) -> bool:
        """True when the step reads nothing, so that a count of such items has no bytes to bound it."""
        match step:
            case ReadPrimitive(writer=writer):
                return writer.kind is Kind.NULL
            case ReadFixed(writer=fixed):
                return fixed.size == 0
            case ReadRecord(pair):
                return pair[1] in self.writer_survey.empty
            case IntoUnion(step=inner):
                return self.step_takes_no_bytes(inner)
            case _:
                return False
