"""Turns a wire value into what a person sees: promotion, logical type, constraints."""

from __future__ import annotations

from eventpact.codec import moments, primitives
from eventpact.codec.emit_read_wire import break_if, read_wire
from eventpact.codec.reading import Reading
from eventpact.codec.source import Source
from eventpact.schema.plan import ReadFixed, ReadPrimitive
from eventpact.schema.tree import Field, Fixed, Kind, LogicalKind, Primitive

__all__ = ["read_leaf"]

# Up to 2**33 seconds (the year 2242) a float of seconds is within half a microsecond of the whole microseconds it
# stands for, and fromtimestamp rounds to the nearest; beyond that, and before 1970, exact arithmetic takes over.
_EXACT_SECONDS = 2**33


def read_leaf(
    src: Source, step: ReadPrimitive | ReadFixed, var: str, reading: Reading, field: Field, direct: bool
) -> None:
    """``var = ...`` for the value that ``step`` reads."""
    reader = step.reader
    if isinstance(step, ReadFixed):
        src.line(f"end = pos + {step.writer.size!r}")
        src.line(f"{var} = data[pos:end]")
        src.line("pos = end")
    else:
        read_wire(src, step.writer.kind, var, text=step.reader.kind is not Kind.BYTES)
        _promote(src, step.writer.kind, step.reader.kind, var)
    if reader.logical is not None:
        _convert(src, reader, reader.logical.kind, var, reading)
    if reading.check_on_read:
        violations = [one.code(src, var) for one in reading.model.constraints(field, reader, direct)]
        if violations:
            break_if(src, *violations)


def _promote(src: Source, writer: Kind, reader: Kind, var: str) -> None:
    if writer is reader:
        return
    if reader is Kind.FLOAT:
        src.line(f"{var} = {src.bind('single', primitives.float32)}(float({var}))")
    elif reader is Kind.DOUBLE and writer is not Kind.FLOAT:
        src.line(f"{var} = float({var})")
    elif reader is Kind.STRING:
        src.line(f"{var} = {var}.decode()")


def _convert(src: Source, reader: Primitive | Fixed, logical: LogicalKind, var: str, reading: Reading) -> None:
    leaf = reading.model.leaf(reader)
    read = f"{src.bind('read_' + leaf.python.__name__.lower(), leaf.read)}({var})"
    match logical:
        case LogicalKind.TIMESTAMP_MILLIS | LogicalKind.TIMESTAMP_MICROS:
            unit = 1000 if logical is LogicalKind.TIMESTAMP_MILLIS else 1_000_000
            of_seconds = src.bind("fromtimestamp", moments.FROM_TIMESTAMP)
            utc = src.bind("UTC", moments.UTC)
            with src.block(f"if 0 <= {var} < {_EXACT_SECONDS * unit}"):
                src.line(f"{var} = {of_seconds}({var} / {unit}, {utc})")
            with src.block("else"):
                src.line(f"{var} = {read}")
        case LogicalKind.DATE:
            src.line(f"{var} = {src.bind('fromordinal', moments.FROM_ORDINAL)}({var} + {moments.EPOCH_ORDINAL})")
        case LogicalKind.TIMESTAMP_NANOS | LogicalKind.LOCAL_TIMESTAMP_NANOS | LogicalKind.BIG_DECIMAL:
            pass
        case _:
            src.line(f"{var} = {read}")
