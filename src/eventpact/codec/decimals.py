"""decimal on bytes and on fixed: the unscaled number in big-endian two's complement."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from eventpact.codec.leaf import Leaf, Unfit, exactly
from eventpact.codec.limits import MAX_DECIMAL_PADDING, MAX_PRECISION
from eventpact.errors import ExpressionError

__all__ = ["decimal_leaf"]


def decimal_leaf(precision: int, scale: int, size: int | None = None) -> Leaf:
    """``size`` is that of the fixed, ``None`` for bytes (then the shortest form that keeps a sign bit is written)."""
    if precision > MAX_PRECISION:
        raise ExpressionError(f"a decimal of {precision} digits; at most {MAX_PRECISION} are supported")
    # The default context rounds at 28 digits; this one is wide enough for every value the type can hold.
    context = Context(prec=precision + scale + 1, Emax=MAX_EMAX, Emin=MIN_EMIN)
    limit = 10**precision
    longest = limit.bit_length() // 8 + 1 + MAX_DECIMAL_PADDING

    def write(value: object) -> bytes:
        number = exactly(value, Decimal)
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int):
            raise Unfit("a decimal must be finite", "range")
        if exponent < -scale:
            raise Unfit(f"more than {scale} digits after the point", "precision")
        # Checked by magnitude first: scaling 1E+1000000 would build a number of a million digits.
        if number and number.adjusted() + scale >= precision:
            raise Unfit(f"more than {precision} digits at scale {scale}", "precision")
        unscaled = int(number.scaleb(scale, context)) if number else 0
        length = (unscaled.bit_length() + 8) // 8 if size is None else size
        return unscaled.to_bytes(length, "big", signed=True)

    def read(wire: bytes) -> Decimal:
        # The length is judged before the conversion, which is quadratic.
        if not 0 < len(wire) <= max(longest, size or 0):
            raise Unfit("decimal has no bytes, or more than its precision needs", "precision")
        number = int.from_bytes(wire, "big", signed=True)
        if not -limit < number < limit:
            raise Unfit(f"decimal has more than {precision} digits", "precision")
        return Decimal(number).scaleb(-scale, context)

    return Leaf(Decimal, write, read)
