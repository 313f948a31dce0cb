"""Numbers to characters, by kind: APA's rules of decimals, zeros and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from campaign_effect.results import Kind

MINUS: Final = "\N{MINUS SIGN}"
MISSING: Final = "\N{EN DASH}"

_SCALES: Final = {
    Kind.PROPORTION: (100, 1),
    Kind.POINTS: (100, 1),
    Kind.PERCENT: (100, 0),
    Kind.TENTH: (1, 1),
}
"""What a kind is multiplied by, and its decimals; other numbers have two."""


MANY_DF: Final = 1_000
"""Degrees of freedom beyond which a decimal says nothing."""

ENDLESS_DF: Final = 100_000
"""Approximate degrees of freedom beyond which *t* is *z*."""

ENDLESS: Final = "\N{INFINITY}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The characters of a language: decimal mark, thousands mark, list separator."""

    decimal: str = "."
    thousands: str = ","
    between: str = ", "


def show_number(value: float, kind: Kind, digits: int | None, marks: Marks) -> str:
    """Write a number as its kind asks.

    Parameters
    ----------
    value : float
        Finite.
    kind : Kind
        A count is grouped, a *p* value has three decimals, a bounded statistic no leading
        zero, a proportion is shown per hundred with one decimal, degrees of freedom have a
        decimal only where they are few and not whole, and are endless where *t* is *z*.
    digits : int, optional
        Decimals; by default one of a percentage, two of other statistics. Counts, *p* values
        and degrees of freedom keep their own.
    marks : Marks

    Examples
    --------
    >>> show_number(0.4567, Kind.BOUNDED, 2, Marks())
    '.46'
    >>> show_number(0.00012, Kind.P_VALUE, 2, Marks(decimal=","))
    '< ,001'
    >>> [show_number(df, Kind.DF, None, Marks()) for df in (8.4, 12, 20480.5, 3e6 + 0.5)]
    ['8.4', '12', '20,480', '∞']
    """
    match kind:
        case Kind.COUNT:
            shown = f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
            shown = shown.replace("-", MINUS).replace(",", marks.thousands)
        case Kind.P_VALUE:
            shown = _p_value(value, marks)
        case Kind.BOUNDED:
            shown = _without_zero(_decimal(value, 2 if digits is None else digits, marks))
        case Kind.LEVEL:
            shown = _without_zero(f"{value:g}".replace(".", marks.decimal))
        case Kind.DF:
            shown = _degrees(value, marks)
        case _:
            factor, usual = _SCALES.get(kind, (1, 2))
            shown = _decimal(factor * value, usual if digits is None else digits, marks)
    return shown


def _degrees(value: float, marks: Marks) -> str:
    is_whole = float(value).is_integer()
    if is_whole or value < MANY_DF:
        return _decimal(value, 0 if is_whole else 1, marks)
    if value >= ENDLESS_DF:
        return ENDLESS
    return show_number(round(value), Kind.COUNT, None, marks)


def decimals(kind: Kind) -> int:
    """Give the decimals a kind is shown with, where nothing else is asked.

    Examples
    --------
    >>> decimals(Kind.POINTS), decimals(Kind.NUMBER)
    (1, 2)
    """
    return _SCALES.get(kind, (1, 2))[1]


def _decimal(value: float, digits: int, marks: Marks) -> str:
    shown = f"{value:.{digits}f}"
    if not float(shown):
        shown = shown.removeprefix("-")
    return shown.replace("-", MINUS).replace(".", marks.decimal)


def _without_zero(shown: str) -> str:
    return re.sub(rf"^({MINUS}?)0(?=\D)", r"\1", shown)


def _p_value(value: float, marks: Marks) -> str:
    least, most = 0.001, 0.999
    nearest = min(max(value, least), most)
    sign = "< " if value < least else "> " if value > most else ""
    return sign + _without_zero(_decimal(nearest, 3, marks))
