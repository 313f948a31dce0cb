"""Cells of text to codes: each distinct text of a column is resolved once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_effect.errors import LabelsError, nearest_word
from campaign_effect.readers.identifiers import holds_identifier
from campaign_effect.schema.labels import normalise
from campaign_effect.schema.model import Code, Point, Scale
from campaign_effect.survey.model import Absence


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """One column of answers and why cells are absent, on the index of the cells."""

    answers: pd.Series
    absences: pd.Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of one column, with what the file and the schema say of them.

    Attributes
    ----------
    column : str
        Its header, for messages.
    texts : Series
        Text, or numbers of a data frame.
    labels : mapping of text to label
        Value labels of a statistics file.
    missing : frozenset of str
        Normalised texts that mean "no answer"; "" is always one.
    declared : frozenset of str
        Normalised codes that a statistics file declares as missing; they are no answers of a
        scale, and are blank where the schema does not put them aside.
    decimal : str
        "." or ",".
    """

    column: str
    texts: pd.Series
    labels: Mapping[str, str]
    missing: frozenset[str]
    declared: frozenset[str] = frozenset()
    decimal: str = "."


Meaning = tuple[float, int]
"""What a text means: a code, a number or a place among words (nan where absent), and an
``Absence``."""

_BLANK: Meaning = (np.nan, Absence.BLANK)
_IMPOSSIBLE: Meaning = (np.nan, Absence.IMPOSSIBLE)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_THOUSANDS = {
    ".": re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?"),
    ",": re.compile(r"\d{1,3}(\.\d{3})+(,\d*)?"),
}


def code_scale(cells: Cells, scale: Scale) -> Coded:
    """Put a column on its scale.

    Parameters
    ----------
    cells : Cells
    scale : Scale
        Its points give the answers: numbers where its codes are numbers, else an ordered
        list of categories.

    Returns
    -------
    Coded
        A number that is no code of an ordered scale is absent as impossible; an answer aside
        keeps its place in ``absences``.

    Raises
    ------
    LabelsError
        If a text is no answer of the scale.
    """
    wordings = _wordings(scale)
    codes = {float(point.code) for point in scale.points} if scale.is_ordered else set()

    def meaning(text: str) -> Meaning | None:
        key = normalise(text)
        if key in cells.missing:
            return _BLANK
        found = wordings.get(key) or wordings.get(normalise(cells.labels.get(text, "")))
        if key in cells.declared:
            return found if found and found[1] >= Absence.ASIDE else _BLANK
        number = _number(text.strip(), cells.decimal) if codes else None
        if found is not None or number is None:
            return found
        return (number, Absence.ANSWERED) if number in codes else _IMPOSSIBLE

    values, absences = _resolve(cells, meaning, scale)
    answers = values if scale.is_ordered else _categories(values, scale)
    return Coded(answers=answers, absences=absences)


def code_number(
    cells: Cells, low: float | None, high: float | None, aside: Sequence[Point] = ()
) -> Coded:
    """Read a column as numbers; one outside the bounds is absent as impossible.

    Raises
    ------
    LabelsError
        If a text is neither a number nor an answer aside.
    """
    wordings = aside_meanings(aside)

    def meaning(text: str) -> Meaning | None:
        key = normalise(text)
        if key in cells.missing:
            return _BLANK
        found = wordings.get(key) or wordings.get(normalise(cells.labels.get(text, "")))
        if found or key in cells.declared:
            return found or _BLANK
        if holds_identifier(text):
            return _IMPOSSIBLE
        number = _number(text.strip(), cells.decimal)
        if number is None:
            return None
        is_low = low is not None and number < low
        is_high = high is not None and number > high
        return _IMPOSSIBLE if is_low or is_high else (number, Absence.ANSWERED)

    values, absences = _resolve(cells, meaning, None)
    return Coded(answers=values, absences=absences)


def code_category(cells: Cells, aside: Sequence[Point] = ()) -> Coded:
    """Read a column as categories: its distinct texts, spaces mended, sorted."""
    places, distinct = distinct_cells(cells.texts)
    wordings = aside_meanings(aside)
    texts = [" ".join(cell_as_text(cell).split()) for cell in distinct]
    words = [cells.labels.get(text, text) for text in texts]
    kinds = [
        _category_absence(*pair, cells, wordings) for pair in zip(texts, words, strict=True)
    ]
    found = zip(words, kinds, strict=True)
    levels = sorted({word for word, kind in found if kind == Absence.ANSWERED})
    at = {word: place for place, word in enumerate(levels)}
    found = zip(words, kinds, strict=True)
    codes = [at[word] if kind == Absence.ANSWERED else -1 for word, kind in found]
    # A missing cell has place -1 and so takes the last entry.
    answers = pd.Categorical.from_codes(
        np.array([*codes, -1], dtype=np.int64)[places], categories=pd.Index(levels, dtype="str")
    )
    absences = np.array([*kinds, Absence.BLANK], dtype="int8")[places]
    index = cells.texts.index
    return Coded(
        answers=pd.Series(answers, index, copy=False),
        absences=pd.Series(absences, index, copy=False),
    )


def _category_absence(
    text: str, word: str, cells: Cells, wordings: Mapping[str, Meaning]
) -> int:
    """Say why a text is no category, or that it is one."""
    key = normalise(text)
    if key in cells.missing:
        return int(Absence.BLANK)
    found = wordings.get(key) or wordings.get(normalise(word))
    if found:
        return found[1]
    if holds_identifier(word):
        return int(Absence.IMPOSSIBLE)
    is_blank = key in cells.declared or normalise(word) in cells.missing
    return int(Absence.BLANK if is_blank else Absence.ANSWERED)


def aside_meanings(aside: Sequence[Point]) -> dict[str, Meaning]:
    """Give the absence of every wording of answers that are no place on a scale."""
    return {
        normalise(words): (np.nan, Absence.ASIDE + i)
        for i, point in enumerate(aside)
        for words in point.wordings()
    }


def code_outcome(coded: Coded, event: Collection[Code], among: Collection[Code]) -> Coded:
    """Make 1 of an event, 0 of the answers it is compared with; the rest is not compared.

    Without ``among``, an event is compared with every other substantive answer.
    """
    answers = coded.answers
    is_event = _is_one_of(answers, event)
    is_other = (_is_one_of(answers, among) if among else answers.notna()) & ~is_event
    values = pd.Series(np.where(is_event, 1.0, np.where(is_other, 0.0, np.nan)), answers.index)
    is_left_out = values.isna() & answers.notna()
    absences = coded.absences.mask(is_left_out, int(Absence.NOT_COMPARED)).astype("int8")
    return Coded(answers=values, absences=absences)


def _is_one_of(answers: pd.Series, codes: Collection[Code]) -> pd.Series:
    """Compare answers with codes: as numbers where the answers are, else as words."""
    if isinstance(answers.dtype, pd.CategoricalDtype):
        return answers.isin([str(code) for code in codes])
    return answers.isin([float(code) for code in codes])


def _resolve(
    cells: Cells, meaning: Callable[[str], Meaning | None], scale: Scale | None
) -> tuple[pd.Series, pd.Series]:
    """Give every distinct text its meaning, then every cell."""
    places, distinct = distinct_cells(cells.texts)
    texts = [cell_as_text(cell) for cell in distinct]
    found = [meaning(text) for text in texts]
    if unknown := [i for i, one in enumerate(found) if one is None]:
        raise _unknown_labels(cells, places, {i: texts[i] for i in unknown}, scale)
    # A missing cell has place -1 and so takes the last entry.
    values, absences = zip(*(one for one in (*found, _BLANK) if one), strict=True)
    index = cells.texts.index
    return (
        pd.Series(np.array(values, dtype=float)[places], index, copy=False),
        pd.Series(np.array(absences, dtype="int8")[places], index, copy=False),
    )


def distinct_cells(cells: pd.Series) -> tuple[NDArray[np.intp], pd.Index]:
    """Give the place of every cell among the distinct ones (-1 where missing), and those."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        places = cells.cat.codes.to_numpy().astype(np.intp)
        is_used = np.zeros(len(cells.cat.categories) + 1, dtype=bool)
        is_used[places] = True
        if is_used[:-1].all():
            return places, cells.cat.categories
    return pd.factorize(cells, use_na_sentinel=True)


def _wordings(scale: Scale) -> dict[str, Meaning]:
    codes = [point.code if scale.is_ordered else i for i, point in enumerate(scale.points)]
    points = {
        normalise(words): (float(code), int(Absence.ANSWERED))
        for code, point in zip(codes, scale.points, strict=True)
        for words in point.wordings()
    }
    return points | aside_meanings(scale.aside)


def _categories(places: pd.Series, scale: Scale) -> pd.Series:
    """Turn places on a scale of words into its codes."""
    levels = pd.Index([str(point.code) for point in scale.points])
    filled = places.fillna(-1).to_numpy(dtype=np.int64)
    return pd.Series(pd.Categorical.from_codes(filled, categories=levels), places.index)


def cell_as_text(cell: object) -> str:
    """Show a cell of a data frame as it would stand in a file."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _number(text: str, decimal: str) -> float | None:
    """Read a number with this decimal mark and, where they group in threes, thousands."""
    if _THOUSANDS[decimal].fullmatch(text):
        text = text.replace("." if decimal == "," else ",", "")
    text = text.replace(decimal, ".") if decimal == "," else text
    return float(text) if _NUMBER.fullmatch(text) else None


def _unknown_labels(
    cells: Cells, places: np.ndarray, unknown: Mapping[int, str], scale: Scale | None
) -> LabelsError:
    """Say which cells do not fit. A text is quoted only where it resembles a label."""
    rows = cells.texts.index[np.isin(places, list(unknown))]
    words = list(_wordings(scale)) if scale else []
    shown = [text for text in unknown.values() if not holds_identifier(text)]
    near = {text: nearest_word(normalise(text), words) for text in shown}
    quoted = [f"{text!r} (nearest: {label!r})" for text, label in near.items() if label]
    what = f"answers of the scale {scale.name!r}" if scale else "numbers"
    where = ", ".join(map(str, rows[:5])) + (", …" if len(rows) > 5 else "")
    return LabelsError(
        f"Column {cells.column!r} holds {len(rows)} cells that are no {what}: rows {where}.",
        received=", ".join(quoted[:5]) or None,
        hint="mend the cells, add the wording to a point's 'accepts', or list it under "
        "'missing' in the schema.",
    )
