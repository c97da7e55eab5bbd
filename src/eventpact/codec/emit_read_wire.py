"""Reads (or steps over) one value of a wire type, from ``data`` at ``pos``, and leaves ``pos`` behind it.

No line compares the length of a value with what is left: ``pos`` only grows, a slice beyond the end is short, the next
``data[pos]`` is an IndexError, and the last line of the decoder compares ``pos`` with the length of the body. Only the
item count of a block is compared, as it makes loops.
"""

from __future__ import annotations

from typing import assert_never

from eventpact.codec import primitives, wire
from eventpact.codec.limits import MAX_EMPTY_ITEMS
from eventpact.codec.source import Source
from eventpact.schema.tree import Kind

__all__ = ["break_if", "read_blocks", "read_branch", "read_index", "read_sized", "read_wire", "skip_wire"]


def break_if(src: Source, *conditions: str) -> None:
    """Give up on the fast path; the plain twin will say why."""
    with src.block(f"if {' or '.join(conditions)}"):
        src.line(f"raise {src.bind('Broken', wire.Broken)}")


def read_wire(src: Source, kind: Kind, var: str, text: bool = True) -> None:
    """``var = ...`` for a primitive type. ``text`` is false for a string that is read as bytes."""
    match kind:
        case Kind.NULL:
            src.line(f"{var} = None")
        case Kind.BOOLEAN:
            src.line(f"{var} = data[pos]")
            break_if(src, f"{var} > 1")
            src.line(f"{var} = {var} == 1")
            src.line("pos += 1")
        case Kind.INT:
            _number(src, var, src.bind("read_int", wire.read_int))
        case Kind.LONG:
            _number(src, var, src.bind("read_long", wire.read_long))
        case Kind.FLOAT:
            src.line(f"{var}, = {src.bind('unpack_float', primitives.UNPACK_FLOAT)}(data, pos)")
            src.line("pos += 4")
        case Kind.DOUBLE:
            src.line(f"{var}, = {src.bind('unpack_double', primitives.UNPACK_DOUBLE)}(data, pos)")
            src.line("pos += 8")
        case Kind.BYTES:
            read_sized(src, var)
        case Kind.STRING:
            read_sized(src, var, ".decode()" if text else "")
        case _:
            assert_never(kind)


def _number(src: Source, var: str, read: str) -> None:
    src.line(f"{var} = data[pos]")
    with src.block(f"if {var} < 128"):
        src.line(f"{var} = ({var} >> 1) ^ -({var} & 1)")
        src.line("pos += 1")
    with src.block("else"):
        src.line(f"{var}, pos = {read}(data, pos)")


def read_sized(src: Source, var: str, decode: str = "") -> None:
    """``var = ...`` for a length and that many bytes. An odd first byte is a negative length, 128 and up goes on."""
    _to_end(src)
    src.line(f"{var} = data[pos:end]{decode}")
    src.line("pos = end")


def _to_end(src: Source) -> None:
    src.line("n = data[pos]")
    with src.block("if n & 129"):
        src.line(f"n, pos = {src.bind('read_length', wire.read_length)}(data, pos)")
        src.line("end = pos + n")
    with src.block("else"):
        src.line("pos += 1")
        src.line("end = pos + (n >> 1)")


def read_index(src: Source) -> None:
    """``n = ...`` for an index that is not negative; the table it goes into checks the other end."""
    src.line("n = data[pos]")
    with src.block("if n & 129"):
        src.line(f"n, pos = {src.bind('read_length', wire.read_length)}(data, pos)")
    with src.block("else"):
        src.line("pos += 1")
        src.line("n >>= 1")


def read_branch(src: Source, count: int) -> None:
    """``n = ...`` for a union's branch, doubled as on the wire."""
    read = src.bind("read_branch", wire.read_branch)
    src.line("n = data[pos]")
    with src.block(f"if n > {2 * count - 2} or n & 1" if count != 2 else "if n & 253"):
        src.line(f"n, pos = {read}(data, pos, {count})")
        src.line("n += n")
    with src.block("else"):
        src.line("pos += 1")


def read_blocks(src: Source, empty: bool) -> None:
    """The head of the loop over blocks: ``n`` items follow, or the loop ends. ``empty``: items that take no bytes."""
    src.line("n = data[pos]")
    with src.block("if n & 129"):
        src.line(f"n, pos = {src.bind('read_block', wire.read_block)}(data, pos)")
    with src.block("else"):
        src.line("pos += 1")
        src.line("n >>= 1")
    with src.block("if not n"):
        src.line("break")
    if empty:
        src.line("empty[0] += n")
        break_if(src, f"empty[0] > {MAX_EMPTY_ITEMS}")
    else:
        # Items such as a fixed are sliced or stepped over without a look at the bytes: only this ends a loop over them.
        break_if(src, "n > len(data) - pos")


def skip_wire(src: Source, kind: Kind) -> None:
    """Step over a primitive value. What is skipped must be well-formed, but is not looked into."""
    match kind:
        case Kind.NULL:
            src.line("pass")
        case Kind.BOOLEAN:
            break_if(src, "data[pos] > 1")
            src.line("pos += 1")
        case Kind.INT | Kind.LONG:
            read = wire.read_int if kind is Kind.INT else wire.read_long
            with src.block("if data[pos] < 128"):
                src.line("pos += 1")
            with src.block("else"):
                src.line(f"n, pos = {src.bind('read_' + kind.value, read)}(data, pos)")
        case Kind.FLOAT:
            src.line("pos += 4")
        case Kind.DOUBLE:
            src.line("pos += 8")
        case Kind.BYTES | Kind.STRING:
            _to_end(src)
            src.line("pos = end")
        case _:
            assert_never(kind)
