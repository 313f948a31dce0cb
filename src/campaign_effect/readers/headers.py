"""Headers as names: each column has one, and no two share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from campaign_effect.errors import SourceError
from campaign_effect.results import Notice

MOST_COLUMNS: Final = 16_384
"""What a spreadsheet can hold; a file with more was split wrongly or is no survey."""


def unique_names(headers: Sequence[str], *, file: str) -> tuple[list[str], tuple[Notice, ...]]:
    """Make a name of every header, changing as few as possible.

    Parameters
    ----------
    headers : sequence of str
        As they stand in the file; nothing is stripped.
    file : str
        What errors call the file.

    Returns
    -------
    names : list of str
        A blank header becomes "Column" and the letters a spreadsheet shows; the second of two
        equal ones gets " (2)", the third " (3)".
    notices : tuple of Notice
        ``blank_headers`` and ``repeated_headers``, where there were any.

    Raises
    ------
    SourceError
        If there are more columns than a spreadsheet can hold, or all headers are blank.

    Examples
    --------
    >>> unique_names(["", "Q", "Q"], file="a.csv")[0]
    ['Column A', 'Q', 'Q (2)']
    """
    if len(headers) > MOST_COLUMNS:
        raise SourceError(
            f"{file} has {len(headers):,} columns; a survey has at most {MOST_COLUMNS:,}.",
            hint="are rows and columns exchanged? Put one respondent on each row.",
        )
    blank = [place for place, header in enumerate(headers) if not header.strip()]
    if len(blank) == len(headers):
        raise SourceError(f"{file} has no header row.", hint="write the questions in row 1.")
    first = [
        header if header.strip() else f"Column {letters(at)}" for at, header in _at(headers)
    ]
    names, repeated = _apart(first)
    return names, (*_blank_notice(blank), *_repeated_notice(repeated))


def letters(place: int) -> str:
    """Name a column as spreadsheets do, from 0.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _at(headers: Sequence[str]) -> list[tuple[int, str]]:
    return list(enumerate(headers))


def _apart(headers: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Tell the repeats of each header apart by numbers, passing over numbers that are taken."""
    taken, names, repeated = set(headers), list[str](), dict[str, None]()
    seen: dict[str, int] = {}
    for header in headers:
        name, number = header, seen.get(header, 0) + 1
        while number > 1 and (name := f"{header} ({number})") in taken:
            number += 1
        seen[header] = number
        if number > 1:
            repeated[header] = None
            taken.add(name)
        names.append(name)
    return names, tuple(repeated)


def _blank_notice(places: Sequence[int]) -> tuple[Notice, ...]:
    found = tuple(letters(place) for place in places)
    return (Notice.of("blank_headers", columns=found, n=len(found)),) if found else ()


def _repeated_notice(headers: tuple[str, ...]) -> tuple[Notice, ...]:
    if not headers:
        return ()
    return (Notice.of("repeated_headers", columns=headers, n=len(headers)),)


def title_notice(n: int) -> tuple[Notice, ...]:
    """Say that rows above the header were passed over, where there were any."""
    return (Notice.of("title_rows", n=n),) if n else ()
