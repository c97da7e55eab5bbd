"""decimal on bytes and on fixed: the unscaled number in big-endian two's complement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation, Rounded
from functools import lru_cache

from eventpact.codec.leaf import Leaf, Unfit, exactly
from eventpact.codec.limits import MAX_DECIMAL_PADDING, MAX_PRECISION
from eventpact.errors import ExpressionError

__all__ = ["DecimalTools", "decimal_leaf", "decimal_tools"]


@dataclass(frozen=True, slots=True)
class DecimalTools:
    """``int(shift(quantize(value, step), places))`` is the unscaled number, or an exception."""

    quantize: Callable[[Decimal, Decimal], Decimal]
    step: Decimal
    shift: Callable[[Decimal, Decimal], Decimal]
    places: Decimal
    multiply: Callable[[int, Decimal], Decimal]


@lru_cache(maxsize=256)
def decimal_tools(precision: int, scale: int) -> DecimalTools:
    """Arithmetic as wide as the type and no wider: what would round, or drop so much as a zero, is an error in it."""
    context = Context(prec=precision, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, Rounded])
    step = Decimal((0, (1,), -scale))
    return DecimalTools(context.quantize, step, context.scaleb, Decimal(scale), context.multiply)


def decimal_leaf(precision: int, scale: int, size: int | None = None) -> Leaf:
    """``size`` is that of the fixed, ``None`` for bytes (then the shortest form that keeps a sign bit is written)."""
    if precision > MAX_PRECISION:
        raise ExpressionError(f"a decimal of {precision} digits; at most {MAX_PRECISION} are supported")
    tools = decimal_tools(precision, scale)
    quantize, step, shift, places = tools.quantize, tools.step, tools.shift, tools.places
    multiply = tools.multiply
    limit = 10**precision
    longest = max(size or 0, limit.bit_length() // 8 + 1 + MAX_DECIMAL_PADDING)

    def write(value: object) -> bytes:
        number = exactly(value, Decimal)
        try:
            unscaled = int(shift(quantize(number, step), places))
        except (ArithmeticError, ValueError):
            unscaled = limit
        if unscaled == limit:
            raise _misfit(number, precision, scale)
        length = (unscaled.bit_length() + 8) // 8 if size is None else size
        return unscaled.to_bytes(length, "big", signed=True)

    def read(wire: bytes) -> Decimal:
        # The length is judged before the conversion, which is quadratic.
        if not 0 < len(wire) <= longest:
            raise Unfit("decimal has no bytes, or more than its precision needs", "precision")
        unscaled = int.from_bytes(wire, "big", signed=True)
        if not -limit < unscaled < limit:
            raise Unfit(f"decimal has more than {precision} digits", "precision")
        return multiply(unscaled, step)

    return Leaf(Decimal, write, read)


def _misfit(number: Decimal, precision: int, scale: int) -> Unfit:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        return Unfit("a decimal must be finite", "range")
    if exponent < -scale:
        return Unfit(f"more than {scale} digits after the point", "precision")
    return Unfit(f"more than {precision} digits at scale {scale}", "precision")
