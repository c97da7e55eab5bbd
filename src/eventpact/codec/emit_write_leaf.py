"""Writes one value without parts: the check of its class, its constraints, its form on the wire."""

from __future__ import annotations

from typing import assert_never

from eventpact.codec import moments, primitives, wire
from eventpact.codec.constraints import Constraint
from eventpact.codec.model import Model
from eventpact.codec.source import Source
from eventpact.schema.tree import Field, Fixed, Kind, LogicalKind, Primitive

__all__ = ["refuse_if", "write_leaf", "write_text"]

# Doubled milliseconds (microseconds) that take exactly six (eight) bytes: July 1970 to 2039, December 1978 to 3111.
_SIX_BYTES = (1 << 35, (1 << 42) - 1)
_EIGHT_BYTES = (1 << 49, (1 << 56) - 1)


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
            return _millis(src, var, logical is LogicalKind.LOCAL_TIMESTAMP_MILLIS)
        case LogicalKind.TIMESTAMP_MICROS | LogicalKind.LOCAL_TIMESTAMP_MICROS:
            return _micros(src, var, logical is LogicalKind.LOCAL_TIMESTAMP_MICROS)
        case LogicalKind.DATE:
            refuse_if(src, f"type({var}) is not {src.bind_class(leaf.python)}")
            src.line(f"{var} = {var}.toordinal() - {moments.EPOCH_ORDINAL}")
            return _long(src, var)
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
        src.line(f'{var} = {var}.decode("latin-1")')
        return [f"{{{var}}}"]
    return _put(src, type_.kind, var)


def write_text(src: Source, var: str) -> list[str]:
    """The pieces of a string whose class was checked."""
    with src.block(f"if not {var}.isascii()"):
        src.line(f"{var} = {src.bind('utf8', wire.utf8)}({var})")
    return [*_head(src, var), f"{{{var}}}"]


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
            src.line(f'{var} = {src.bind("pack_" + kind.value, pack)}({var}).decode("latin-1")')
            return [f"{{{var}}}"]
        case Kind.BYTES:
            src.line(f'{var} = {var}.decode("latin-1")')
            return [*_head(src, var), f"{{{var}}}"]
        case Kind.STRING:
            return write_text(src, var)
        case _:
            assert_never(kind)


def _head(src: Source, var: str) -> list[str]:
    size = src.fresh("n")
    src.line(f"{size} = len({var})")
    heads, more = src.bind("HEADS", wire.HEADS), src.bind("write_head", wire.write_head)
    return [f"{{{heads}[{size}] if {size} < 1024 else {more}({size})}}"]


def _long(src: Source, var: str) -> list[str]:
    heads, more = src.bind("HEADS", wire.HEADS), src.bind("write_long", wire.write_long)
    return [f"{{{heads}[{var}] if 0 <= {var} < 1024 else {more}({var})}}"]


def _since(src: Source, var: str, local: bool) -> str:
    span = src.fresh("span")
    refuse_if(src, f"type({var}) is not {src.bind_class(moments.TIMESTAMP_MILLIS.python)}")
    # Python refuses to mix aware and naive here: a TypeError, and off to the plain twin.
    epoch = src.bind("LOCAL_EPOCH", moments.LOCAL_EPOCH) if local else src.bind("EPOCH", moments.EPOCH)
    src.line(f"{span} = {var} - {epoch}")
    return span


def _millis(src: Source, var: str, local: bool) -> list[str]:
    span, micros = _since(src, var, local), src.fresh("micros")
    src.line(f"{micros} = {span}.microseconds")
    refuse_if(src, f"{micros} % 1000")
    src.line(
        f"{var} = {span}.days * 172800000 + {span}.seconds * 2000 + {micros} // 500  # doubled, as zigzag wants it"
    )
    return _doubled(src, var, 2, _SIX_BYTES)


def _micros(src: Source, var: str, local: bool) -> list[str]:
    span = _since(src, var, local)
    src.line(f"{var} = ({span}.days * 86400 + {span}.seconds) * 2000000 + {span}.microseconds * 2  # doubled, as above")
    return _doubled(src, var, 3, _EIGHT_BYTES)


def _doubled(src: Source, var: str, pairs: int, usual: tuple[int, int]) -> list[str]:
    """A long of a known usual size, as pairs of bytes, one more byte and the last."""
    table, more, last = src.bind("PAIRS", wire.PAIRS), src.bind("MORE", wire.MORE), src.bind("LAST", wire.LAST)
    parts = [f"{{{table}[{var} & 16383]}}"]
    parts += [f"{{{table}[{var} >> {14 * number} & 16383]}}" for number in range(1, pairs)]
    parts += [f"{{{more}[{var} >> {14 * pairs} & 127]}}", f"{{{last}[{var} >> {14 * pairs + 7}]}}"]
    with src.block(f"if {usual[0]} <= {var} <= {usual[1]}"):
        src.line(f'{var} = f"{"".join(parts)}"')
    with src.block("else"):
        src.line(f"{var} = {src.bind('write_long', wire.write_long)}({var} >> 1)")
    return [f"{{{var}}}"]
