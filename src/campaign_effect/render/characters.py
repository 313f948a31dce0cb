"""Characters before layout: made safe for every format, joined, and measured."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from campaign_effect.apa.document import Run, Runs

_BREAKS: Final = re.compile("\r\n|[\t\n\v\f\r\x85\u2028\u2029]")
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls: not allowed in XML, and orders to a terminal
    "\u202a-\u202e\u2066-\u2069"  # would turn the text that follows around
    "\ufdd0-\ufdef\ufffe\uffff]"  # no characters
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")

_TIMES_EMS: Final[dict[str, float]] = {
    character: thousandths / 1000
    for thousandths, characters in {
        250: ". ,\u00a0",
        278: ":;/ijlt",
        333: "[]()-!frI",
        389: "sJ",
        444: "acez?",
        500: "0123456789*$_bdghknopquvxy\N{EN DASH}",
        556: "FPS",
        564: "+<>=≤≥±\N{MINUS SIGN}\N{MULTIPLICATION SIGN}",
        611: "ELTZ",
        667: "BCR",
        722: "wADGHKNOQUVXY",
        778: "m&",
        833: "%",
        889: "M",
        944: "W",
        1000: "—",
    }.items()
    for character in characters
}
_RAISED_SIZE: Final = 0.7
_BOLD_SIZE: Final = 1.06


def clean(text: str) -> str:
    r"""Make a text safe for every format: one line of characters that can be seen.

    Breaks of lines and tabs become spaces. Control characters, characters that turn the
    direction of writing around, and half characters are dropped or replaced.

    Parameters
    ----------
    text : str
        Any text, as a survey may hold it.

    Returns
    -------
    str
        The text on one line, ready to be escaped.

    Examples
    --------
    >>> clean("Ya,\r\nsetuju\x00")
    'Ya, setuju'
    """
    text = _BREAKS.sub(" ", text)
    text = _UNSEEN.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


def tidy(runs: Runs) -> Runs:
    """Clean runs, drop empty ones, and join neighbours that look alike.

    Parameters
    ----------
    runs : tuple of Run
        Of a cell, head, note or sentence.

    Returns
    -------
    tuple of Run
        The same characters in as few runs as can be.

    Examples
    --------
    >>> tidy((Run(text="a"), Run(text=""), Run(text="b"))) == (Run(text="ab"),)
    True
    """
    tidied: list[Run] = []
    for run in runs:
        text = clean(run.text)
        if not text:
            continue
        if tidied and replace(tidied[-1], text="") == replace(run, text=""):
            text = tidied.pop().text + text
        tidied.append(replace(run, text=text))
    return tuple(tidied)


def plain(runs: Runs) -> str:
    """Give the characters of runs without their looks.

    Parameters
    ----------
    runs : tuple of Run
        Of a cell, head, note or sentence.

    Returns
    -------
    str
        One clean line.

    Examples
    --------
    >>> plain((Run(text="p", italic=True), Run(text=" < .05")))
    'p < .05'
    """
    return "".join(clean(run.text) for run in runs)


def styled(runs: Runs, *, bold: bool = False, italic: bool = False) -> Runs:
    """Add bold or italic to every run, as the number and title of a table need.

    Parameters
    ----------
    runs : tuple of Run
        Of a number or title.
    bold, italic : bool, default False
        What to add; what a run has already stays.

    Returns
    -------
    tuple of Run
        Cleaned and joined.

    Examples
    --------
    >>> styled((Run(text="Table 1"),), bold=True)[0].bold
    True
    """
    return tidy(
        tuple(replace(run, bold=run.bold or bold, italic=run.italic or italic) for run in runs)
    )


def cells_wide(text: str) -> int:
    r"""Count the places a text takes on a terminal.

    Parameters
    ----------
    text : str
        Clean text.

    Returns
    -------
    int
        East Asian wide characters take two places, combining marks none.

    Examples
    --------
    >>> cells_wide("e\u0301"), cells_wide("選挙")
    (1, 4)
    """
    return sum(_places(character) for character in text)


def ems_wide(runs: Runs) -> float:
    """Estimate the width of runs set in Times, in multiples of the font's size.

    Parameters
    ----------
    runs : tuple of Run
        Of a cell or head.

    Returns
    -------
    float
        Exact for Latin letters, digits and the signs of numbers, near for others.

    Examples
    --------
    >>> ems_wide((Run(text="12.5"),))
    1.75
    """
    return sum(_run_ems(run) for run in runs)


def _places(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {
        "Mn",
        "Me",
        "Cf",
    }:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _run_ems(run: Run) -> float:
    size = _RAISED_SIZE if run.raised or run.lowered else 1.0
    weight = _BOLD_SIZE if run.bold else 1.0
    return size * weight * sum(_character_ems(character) for character in clean(run.text))


def _character_ems(character: str) -> float:
    known = _TIMES_EMS.get(character)
    if known is not None:
        return known
    if _places(character) != 1:
        return _places(character) / 2
    return 0.7 if character.isupper() else 0.5
