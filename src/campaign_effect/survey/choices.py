"""Questions with several answers: ticks joined in a cell, or a column for each option."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_effect.errors import LabelsError
from campaign_effect.results import Notice
from campaign_effect.schema.labels import normalise, same_letters
from campaign_effect.schema.model import Point, Scale, Schema, Variable
from campaign_effect.survey.coding import Cells, Coded, cell_as_text, distinct_cells
from campaign_effect.survey.columns import Columns
from campaign_effect.survey.model import Absence

_TICKED: Final = frozenset(
    {"1", "yes", "ya", "y", "true", "x", "v", "✓", "✔", "checked", "dipilih"}
)
_NOT_TICKED: Final = frozenset({"", "0", "no", "tidak", "n", "t", "false", "unchecked"})
_OTHER: Final = ("other", "lainnya", "lain")
_SEPARATOR: Final = re.compile(r"\s*[,;|\n]\s*")
_SPACE: Final = re.compile(r"\s+")
_NOT_ONE: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """What was ticked.

    Attributes
    ----------
    ticked : ndarray of bool, shape (n, k)
        By option.
    absences : ndarray of int8, shape (n,)
        Why nobody knows, ``ANSWERED`` where the question was answered.
    n_other : int
        Cells with an answer that is no option.
    """

    ticked: NDArray[np.bool_]
    absences: NDArray[np.int8]
    n_other: int = 0


def code_choices(
    columns: Columns, variable: Variable, schema: Schema
) -> tuple[dict[str, Coded], tuple[Notice, ...]]:
    """Read a question with several answers.

    Parameters
    ----------
    columns : Columns
    variable : Variable
        Of choices.
    schema : Schema
        Which holds its scale.

    Returns
    -------
    coded : dict of str to Coded
        The number of options ticked (those that mean "none of these" are not counted), and
        each option as 0 or 1. Where there is a column for each option these are read, else the
        cell with all ticks. Blank where nothing at all stands in the row; an answer aside
        counts where it stands alone.
    notices : tuple of Notice
        ``other_choices``.

    Raises
    ------
    LabelsError
        If a cell holds an answer that is no option, and no option is called "other".
    """
    scale = schema.scale(variable.scale or "")
    points = (*scale.points, *scale.aside)
    there = columns.options(variable, points)
    if all(at in there for at in range(len(scale.points))):
        found = {at: columns.cells(name, schema) for at, name in there.items()}
        ticks = _from_columns(found, scale)
    else:
        ticks = _from_cells(columns.merged(variable.column, schema)[0], scale)
    index = columns.table.cells.index
    return dict(_coded(ticks, variable, scale, index)), _notices(ticks, variable, scale)


def _notices(ticks: Ticks, variable: Variable, scale: Scale) -> tuple[Notice, ...]:
    """Say how many cells hold an answer that is no option."""
    if not ticks.n_other:
        return ()
    option = variable.option(scale.points[_other(scale)])
    found = Notice.of("other_choices", variable=variable.name, n=ticks.n_other, option=option)
    return (found,)


def _coded(
    ticks: Ticks, variable: Variable, scale: Scale, index: pd.Index
) -> Iterator[tuple[str, Coded]]:
    is_known = ticks.absences == Absence.ANSWERED
    absences = pd.Series(ticks.absences, index)
    counted = [point.code not in variable.none for point in scale.points]
    number = np.where(is_known, ticks.ticked[:, counted].sum(axis=1), np.nan)
    yield variable.name, Coded(answers=pd.Series(number, index), absences=absences)
    for at, point in enumerate(scale.points):
        values = np.where(is_known, ticks.ticked[:, at], np.nan)
        yield (
            variable.option(point),
            Coded(answers=pd.Series(values, index), absences=absences),
        )


def _from_columns(found: Mapping[int, Cells], scale: Scale) -> Ticks:
    """Read a column for each option; all blank means that nothing was answered."""
    points = (*scale.points, *scale.aside)
    n = len(next(iter(found.values())).texts)
    ticked = np.zeros((n, len(points)), dtype=bool)
    is_blank = np.ones(n, dtype=bool)
    for at, cells in found.items():
        states = _states(cells, points[at])
        ticked[:, at] = states > 0
        is_blank &= states < 0
    return _ticks(ticked, is_blank, len(scale.points))


def _states(cells: Cells, point: Point) -> NDArray[np.int64]:
    """Say of each cell whether it is ticked (1), not ticked (0) or blank (-1)."""
    places, distinct = distinct_cells(cells.texts)
    words = {normalise(word) for word in point.wordings()} | _TICKED
    is_other = str(point.code) in _OTHER
    states = []
    for cell in distinct:
        text = cell_as_text(cell)
        key = normalise(text)
        label = normalise(cells.labels.get(text, "")) or key
        if key in cells.missing or key in cells.declared:
            states.append(_NOT_ONE)
        elif label in _NOT_TICKED:
            states.append(0)
        elif label in words or key in words or is_other:
            states.append(1)
        else:
            rows = cells.texts.index[places == len(states)]
            raise _no_option(cells.column, rows)
    return np.array([*states, _NOT_ONE], dtype=np.int64)[places]


def _from_cells(cells: Cells, scale: Scale) -> Ticks:
    """Split cells that hold all ticks; each distinct cell once."""
    points = (*scale.points, *scale.aside)
    places, distinct = distinct_cells(cells.texts)
    table = np.zeros((len(distinct) + 1, len(points)), dtype=bool)
    is_blank = np.zeros(len(distinct) + 1, dtype=bool)
    is_blank[-1] = True
    is_other = np.zeros(len(distinct) + 1, dtype=bool)
    words = _words(points)
    other = _other(scale)
    for at, cell in enumerate(distinct):
        text = cell_as_text(cell)
        key = _plain(text)
        if normalise(text) in cells.missing:
            is_blank[at] = True
            continue
        ticks = split_ticks(key, words)
        if _NOT_ONE in ticks:
            if other == _NOT_ONE:
                raise _no_option(cells.column, cells.texts.index[places == at])
            is_other[at] = True
        table[at, [other if tick == _NOT_ONE else tick for tick in ticks]] = True
    found = _ticks(table[places], is_blank[places], len(scale.points))
    return Ticks(
        ticked=found.ticked, absences=found.absences, n_other=int(is_other[places].sum())
    )


def split_ticks(cell: str, words: Mapping[str, int]) -> tuple[int, ...]:
    """Split a cell into the options it holds, longest first.

    Parameters
    ----------
    cell : str
        Plain (see ``_plain``), not blank.
    words : mapping of str to int
        The place of every option by each of its plain wordings, which may contain separators.

    Returns
    -------
    tuple of int
        Places, with -1 for a piece that is no option. Options are separated by a comma, a
        semicolon, a bar or a line break; by spaces where that alone leaves no piece over.

    Examples
    --------
    >>> words = {"whatsapp": 0, "tatap muka, rumah ke rumah": 1, "tatap muka": 2}
    >>> split_ticks("whatsapp;tatap muka, rumah ke rumah", words)
    (0, 1)
    >>> split_ticks("tatap muka, whatsapp, radio", words)
    (2, 0, -1)
    """
    whole = _exactly(cell, words, _SEPARATOR)
    if whole is None:
        whole = _exactly(cell, words, _SPACE)
    return whole if whole is not None else tuple(_piecewise(cell, words))


def _exactly(
    cell: str, words: Mapping[str, int], separator: re.Pattern[str]
) -> tuple[int, ...] | None:
    """Split a cell into options only; longer ones are tried first, with a way back."""
    longest_first = sorted(words, key=len, reverse=True)

    @cache
    def rest(start: int) -> tuple[int, ...] | None:
        for word in longest_first:
            if not cell.startswith(word, start):
                continue
            end = start + len(word)
            if end == len(cell):
                return (words[word],)
            gap = separator.match(cell, end)
            after = rest(gap.end()) if gap and gap.end() > end else None
            if after is not None:
                return (words[word], *after)
        return None

    return rest(0)


def _piecewise(cell: str, words: Mapping[str, int]) -> Iterator[int]:
    """Take the longest option at each place, else what stands up to the next separator."""
    longest_first = sorted(words, key=len, reverse=True)
    start = 0
    while start < len(cell):
        ends = ((word, start + len(word)) for word in longest_first)
        fitting = (
            (words[word], end)
            for word, end in ends
            if cell.startswith(word, start)
            and (end == len(cell) or _SEPARATOR.match(cell, end))
        )
        gap = _SEPARATOR.search(cell, start)
        place, end = next(fitting, (_NOT_ONE, gap.start() if gap else len(cell)))
        if end > start:
            yield place
        gap = _SEPARATOR.match(cell, end)
        start = gap.end() if gap else len(cell)


def _ticks(ticked: NDArray[np.bool_], is_blank: NDArray[np.bool_], n_points: int) -> Ticks:
    """Say why rows are absent: blank, or only an answer aside."""
    asides = ticked[:, n_points:]
    is_aside = asides.any(axis=1) & ~ticked[:, :n_points].any(axis=1)
    first = asides.argmax(axis=1) if asides.shape[1] else np.zeros(len(ticked), dtype=int)
    absences = np.where(is_aside, Absence.ASIDE + first, int(Absence.ANSWERED))
    absences = np.where(is_blank, int(Absence.BLANK), absences).astype(np.int8)
    return Ticks(ticked=ticked[:, :n_points], absences=absences)


def _words(points: Sequence[Point]) -> dict[str, int]:
    """Give the place of every wording, as it stands and without a number in front."""
    told = [(word, at) for at, point in enumerate(points) for word in point.wordings()]
    words = {_plain(word): at for word, at in told}
    short = {normalise(word): at for word, at in told}
    return {word: at for word, at in (short | words).items() if word}


def _plain(text: str) -> str:
    """Write a cell in one way, line by line."""
    return "\n".join(filter(None, map(same_letters, text.splitlines())))


def _other(scale: Scale) -> int:
    """Find the option for answers that are no option; -1 where there is none."""
    codes = [str(point.code) for point in scale.points]
    return next((at for at, code in enumerate(codes) if code in _OTHER), _NOT_ONE)


def _no_option(column: str, rows: pd.Index) -> LabelsError:
    shown = ", ".join(map(str, rows[:5])) + (", …" if len(rows) > 5 else "")
    return LabelsError(
        f"Column {column!r} holds {len(rows)} cells with an answer that is no option: rows "
        f"{shown}.",
        hint="add the option to the scale, its wording to a point's 'accepts', or a point with "
        "the code 'other' for all such answers.",
    )
