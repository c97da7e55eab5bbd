"""Writes one value without parts: the check of its class, its constraints, its form on the wire."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from eventpact.codec import days, decimals, moments, primitives, wire
from eventpact.codec.constraints import Constraint
from eventpact.codec.model import Model
from eventpact.codec.pieces import literal
from eventpact.codec.source import Source
from eventpact.codec.uuids import UUID_LENGTH
from eventpact.schema.tree import Field, Fixed, Kind, LogicalKind, Primitive

__all__ = ["refuse_if", "write_leaf", "write_length", "write_text"]


def refuse_if(src: Source, *conditions: str) -> None:
    """Give up on the fast path; the plain twin will say why."""
    with src.block(f"if {' or '.join(conditions)}"):
        src.line(f"raise {src.bind('Refused', wire.Refused)}")


def write_leaf(src: Source, type_: Primitive | Fixed, var: str, model: Model, field: Field, direct: bool) -> list[str]:
    """Emit the checks of ``var`` and give the pieces of its wire form. ``var`` may be overwritten."""
    leaf = model.leaf(type_)
    constraints = model.constraints(field, type_, direct)
    logical = type_.logical.kind if type_.logical else None
    match logical:
        case LogicalKind.TIMESTAMP_MILLIS | LogicalKind.LOCAL_TIMESTAMP_MILLIS:
            return _moment(src, var, logical is LogicalKind.LOCAL_TIMESTAMP_MILLIS, millis=True)
        case LogicalKind.TIMESTAMP_MICROS | LogicalKind.LOCAL_TIMESTAMP_MICROS:
            return _moment(src, var, logical is LogicalKind.LOCAL_TIMESTAMP_MICROS, millis=False)
        case LogicalKind.DATE:
            refuse_if(src, f"type({var}) is not {src.bind_class(date)}")
            src.line(f"{var} = {var}.toordinal() - {moments.EPOCH_ORDINAL}")
            return _long(src, var)
        case LogicalKind.DECIMAL:
            return _decimal(src, type_, var, constraints)
        case LogicalKind.UUID if isinstance(type_, Primitive):
            src.line(f"{var} = {src.bind('write_uuid', leaf.write)}({var})")
            return [literal(UUID_LENGTH), f"{{{var}}}"]
        case _:
            pass
    plain = primitives.PRIMITIVES[type_.kind] is leaf if isinstance(type_, Primitive) else leaf.python is bytes
    if not plain:
        # The row itself checks and converts; what comes back is right for the wire.
        if constraints:
            refuse_if(src, f"type({var}) is not {src.bind_class(leaf.python)}", *_violations(src, var, constraints))
        src.line(f"{var} = {src.bind('write_' + leaf.python.__name__.lower(), leaf.write)}({var})")
    elif isinstance(type_, Fixed):
        refuse_if(src, f"type({var}) is not bytes", f"len({var}) != {type_.size!r}")
    else:
        _check(src, type_.kind, var, _violations(src, var, constraints))
    if isinstance(type_, Fixed):
        src.line(f'{var} = {var}.decode("latin1")')
        return [f"{{{var}}}"]
    lengths = [one.length for one in constraints if one.length is not None]
    if lengths:
        # Whatever passed is ASCII of this length.
        return [literal(lengths[0]), f"{{{var}}}"]
    return _put(src, type_.kind, var)


def write_text(src: Source, var: str) -> list[str]:
    """The pieces of a string whose class was checked."""
    with src.block(f"if not {var}.isascii()"):
        src.line(f"{var} = {src.bind('utf8', wire.utf8)}({var})")
    return [*write_length(src, var), f"{{{var}}}"]


def _violations(src: Source, var: str, constraints: tuple[Constraint, ...]) -> list[str]:
    return [constraint.code(src, var) for constraint in constraints]


def _check(src: Source, kind: Kind, var: str, violations: list[str]) -> None:
    match kind:
        case Kind.NULL:
            refuse_if(src, f"{var} is not None")
        case Kind.BOOLEAN:
            refuse_if(src, f"type({var}) is not bool")
        case Kind.INT:
            refuse_if(src, f"type({var}) is not int", f"not -0x80000000 <= {var} <= 0x7FFFFFFF", *violations)
        case Kind.LONG:
            within = f"-0x8000000000000000 <= {var} <= 0x7FFFFFFFFFFFFFFF"
            refuse_if(src, f"type({var}) is not int", f"not {within}", *violations)
        case Kind.FLOAT | Kind.DOUBLE:
            with src.block(f"if type({var}) is not float"):
                single = kind is Kind.FLOAT
                src.line(f"{var} = {src.bind('float_value', primitives.float_value)}({var}, {single!r})")
            if violations:
                refuse_if(src, *violations)
        case Kind.BYTES:
            refuse_if(src, f"type({var}) is not bytes")
        case Kind.STRING:
            refuse_if(src, f"type({var}) is not str", *violations)
        case _:
            assert_never(kind)


def _put(src: Source, kind: Kind, var: str) -> list[str]:
    match kind:
        case Kind.NULL:
            return []
        case Kind.BOOLEAN:
            return [f"{{{src.bind('TRUE', wire.TRUE)} if {var} else {src.bind('FALSE', wire.FALSE)}}}"]
        case Kind.INT | Kind.LONG:
            return _long(src, var)
        case Kind.FLOAT | Kind.DOUBLE:
            pack = primitives.PACK_FLOAT if kind is Kind.FLOAT else primitives.PACK_DOUBLE
            src.line(f'{var} = {src.bind("pack_" + kind.value, pack)}({var}).decode("latin1")')
            return [f"{{{var}}}"]
        case Kind.BYTES:
            src.line(f'{var} = {var}.decode("latin1")')
            return [*write_length(src, var), f"{{{var}}}"]
        case Kind.STRING:
            return write_text(src, var)
        case _:
            assert_never(kind)


def write_length(src: Source, var: str) -> list[str]:
    """The pieces of the length of ``var``. One that is not in the table is an IndexError, see `emit_encoder`."""
    return [f"{{{src.bind('HEADS', wire.HEADS)}[len({var})]}}"]


def _long(src: Source, var: str) -> list[str]:
    heads, more = src.bind("HEADS", wire.HEADS), src.bind("write_long", wire.write_long)
    return [f"{{{heads}[{var}] if 0 <= {var} < 8192 else {more}({var})}}"]


def _moment(src: Source, var: str, local: bool, millis: bool) -> list[str]:
    """A timestamp: the day's share from a table (see `days`), the rest in small numbers."""
    span, share, micros, low, high = (src.fresh(stem) for stem in ("span", "share", "micros", "low", "high"))
    refuse_if(src, f"type({var}) is not {src.bind_class(datetime)}")
    # Python refuses to mix aware and naive here: a TypeError, and off to the plain twin.
    epoch = src.bind("LOCAL_EPOCH", moments.LOCAL_EPOCH) if local else src.bind("EPOCH", moments.EPOCH)
    src.line(f"{span} = {var} - {epoch}")
    src.line(f"{micros} = {span}.microseconds")
    if millis:
        refuse_if(src, f"{micros} % 1000")
    known = src.bind("MILLI_DAYS", days.MILLI_DAYS) if millis else src.bind("MICRO_DAYS", days.MICRO_DAYS)
    make = src.bind("milli_day", days.milli_day) if millis else src.bind("micro_day", days.micro_day)
    src.line(f"{share} = {known}.get({span}.days) or {make}({span}.days)")
    with src.block(f"if {share}"):
        pairs = src.bind("PAIRS", wire.PAIRS)
        src.line(f"{low}, {high} = {share}")
        parts = f"{{{pairs}[{low} & 16383]}}{{{pairs}[{low} >> 14 & 16383]}}{{{high}[{low} >> 28]}}"
        if millis:
            src.line(f"{low} += {span}.seconds * 2000 + {micros} // 500")
        else:
            src.line(f"{low} += {span}.seconds * 15625 + ({micros} >> 6)")
            parts = f"{{{src.bind('MORE', wire.MORE)}[({micros} & 63) << 1]}}{parts}"
        src.line(f'{var} = f"{parts}"')
    with src.block("else"):
        seconds = f"({span}.days * 86400 + {span}.seconds)"
        number = f"{seconds} * 1000 + {micros} // 1000" if millis else f"{seconds} * 1000000 + {micros}"
        src.line(f"{var} = {src.bind('write_long', wire.write_long)}({number})")
    return [f"{{{var}}}"]


def _decimal(src: Source, type_: Primitive | Fixed, var: str, constraints: tuple[Constraint, ...]) -> list[str]:
    """What `decimals.decimal_leaf` does, without the words: its context raises for whatever does not fit."""
    if type_.logical is None:
        raise AssertionError("a decimal has a logical type")
    tools = decimals.decimal_tools(type_.logical.precision, type_.logical.scale)
    refuse_if(src, f"type({var}) is not {src.bind_class(Decimal)}", *_violations(src, var, constraints))
    number = src.fresh("number")
    quantized = f"{src.bind('quantize', tools.quantize)}({var}, {src.bind('step', tools.step)})"
    src.line(f"{number} = int({src.bind('shift', tools.shift)}({quantized}, {src.bind('places', tools.places)}))")
    size = repr(type_.size) if isinstance(type_, Fixed) else f"({number}.bit_length() + 8) >> 3"
    src.line(f'{var} = {number}.to_bytes({size}, "big", signed=True).decode("latin1")')
    return [f"{{{var}}}"] if isinstance(type_, Fixed) else [*write_length(src, var), f"{{{var}}}"]
