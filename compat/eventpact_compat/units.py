"""The units that a doc, a property or a name states: cents, EUR, milliseconds, kilometres.

Words are grouped by what they measure; two texts contradict each other when both state a unit of one group and share
none. Words of everyday language (second, day, pound, foot) count only where the text can mean nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from eventpact_compat.similar import name_words

__all__ = ["contradiction", "lost", "units_in_name", "units_in_text"]

# group -> unit -> its spellings
_GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "money": {
        "cents": "cent cents eurocent eurocents eurocents pence pennies",
        "minor units": "minor-unit minor-units",
        "euros": "eur euro euros €",
        "dollars": "usd dollar dollars $",
        "pounds": "gbp sterling £",
        "francs": "chf franc francs",
        "yen": "jpy yen",
        "yuan": "cny rmb yuan renminbi",
        "kronor": "sek kronor",
        "kroner": "nok dkk kroner",
        "zloty": "pln zloty",
        "rupees": "inr rupee rupees",
        "bitcoin": "btc bitcoin satoshi",
        "micros": "micro-units",
    },
    "time": {
        "nanoseconds": "ns nanos nanosecond nanoseconds",
        "microseconds": "us µs micros microsecond microseconds",
        "milliseconds": "ms millis millisecond milliseconds",
        "seconds": "sec secs seconds",
        "minutes": "mins minutes",
        "hours": "hrs hours",
        "days": "days",
        "weeks": "weeks",
        "months": "months",
        "years": "years",
    },
    "size": {
        "bits": "bits",
        "bytes": "bytes",
        "kilobytes": "kb kib kilobyte kilobytes",
        "megabytes": "mb mib megabyte megabytes",
        "gigabytes": "gb gib gigabyte gigabytes",
    },
    "length": {
        "millimetres": "mm millimetre millimetres millimeter millimeters",
        "centimetres": "cm centimetre centimetres centimeter centimeters",
        "metres": "metre metres meter meters",
        "kilometres": "km kms kilometre kilometres kilometer kilometers",
        "inches": "inch inches",
        "feet": "feet",
        "yards": "yards",
        "miles": "mile miles",
    },
    "mass": {
        "milligrams": "mg milligram milligrams",
        "grams": "gram grams gramme grammes",
        "kilograms": "kg kgs kilogram kilograms kilo kilos",
        "tonnes": "ton tons tonne tonnes",
        "ounces": "oz ounce ounces",
        "pounds": "lb lbs",
    },
    "temperature": {
        "celsius": "celsius centigrade °c",
        "fahrenheit": "fahrenheit °f",
        "kelvin": "kelvin kelvins",
    },
    "share": {
        "percent": "percent percentage pct %",
        "per mille": "permille permil ‰",
        "basis points": "bps basis-points",
        "fraction": "fraction ratio",
    },
    "speed": {"km/h": "km/h kmh kph", "m/s": "m/s", "mph": "mph", "knots": "knots"},
    "volume": {
        "millilitres": "ml millilitre millilitres milliliter milliliters",
        "litres": "litre litres liter liters",
        "gallons": "gallon gallons",
    },
    "energy": {
        "watt-hours": "wh watt-hours",
        "kilowatt-hours": "kwh kilowatt-hours",
        "joules": "joule joules",
        "watts": "watt watts",
        "kilowatts": "kw kilowatt kilowatts",
    },
    "tax": {"net": "net excl excluding", "gross": "gross incl including"},
}

_UNIT: Final = {
    spelling: (group, unit)
    for group, units in _GROUPS.items()
    for unit, spellings in units.items()
    for spelling in spellings.split()
}
_WORDS: Final = re.compile(r"[A-Za-zµ°€$£%‰][A-Za-z°/-]*")


def units_in_text(text: str) -> frozenset[tuple[str, str]]:
    """(what is measured, the unit) of each unit that the text states."""
    found = set()
    for word in _WORDS.findall(text):
        spelled = word.strip("-/").lower()
        # US and us, MS and ms: an abbreviation in capitals is one of money only.
        unit = _UNIT.get(spelled)
        if unit is not None and not (unit[0] == "time" and len(word) <= 2 and word.isupper()) and spelled != "us":
            found.add(unit)
    return frozenset(found)


def units_in_name(name: str) -> frozenset[tuple[str, str]]:
    """The units that a field's name ends with, as in ``amount_cents``."""
    return frozenset(_UNIT[word] for word in name_words(name)[-1:] if word in _UNIT)


def contradiction(old: frozenset[tuple[str, str]], new: frozenset[tuple[str, str]]) -> tuple[str, str] | None:
    """(old unit, new unit) of one thing measured, when both sides state some and share none."""
    for group in sorted({g for g, _ in old} & {g for g, _ in new}):
        before = {unit for g, unit in old if g == group}
        after = {unit for g, unit in new if g == group}
        if not before & after:
            return " and ".join(sorted(before)), " and ".join(sorted(after))
    return None


def lost(old: frozenset[tuple[str, str]], new: frozenset[tuple[str, str]]) -> str | None:
    """The units of a group that the new side says nothing about."""
    gone = sorted(unit for group, unit in old if group not in {g for g, _ in new})
    return " and ".join(gone) if gone else None
