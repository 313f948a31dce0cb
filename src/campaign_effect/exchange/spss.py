"""A survey as an SPSS file: codes, labels, and why answers are missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from campaign_effect.errors import OutputError, UsageError
from campaign_effect.exchange.carried import Export, lost
from campaign_effect.files import replaced
from campaign_effect.schema.model import Point, Scale
from campaign_effect.survey import takes_survey
from campaign_effect.survey.model import Absence, Survey

_FORM: Final = "SPSS"
_LONGEST_LABEL: Final = 120
_LONGEST_QUESTION: Final = 255
_MOST_MISSING: Final = 3


@takes_survey
def write_spss(survey: Survey, path: str | Path, *, language: str = "en") -> Export:
    """Write the answers of a survey as an SPSS file (.sav).

    Parameters
    ----------
    survey : Survey
        Items are written as they were asked: reverse-keyed ones turned back.
    path : str or Path
        An existing file is replaced.
    language : {"en", "id"}, default "en"
        Of the labels.

    Returns
    -------
    Export
        Variable labels, value labels and user-missing codes (answers aside) are in the file.
        Words as codes become numbers from 1, answers aside without a number of their own
        negative ones. Notices name what SPSS cannot hold: codes that are words, labels that
        are too long, more than three missing codes among the answers, impossible values.

    Raises
    ------
    UsageError
        If the name does not end in .sav.
    OutputError
        If it cannot be written.
    """
    import pyreadstat

    columns = [_column(name, survey, language) for name in map(str, survey.answers)]
    frame = pd.DataFrame({one.name: one.values for one in columns})
    target = Path(path)
    if target.suffix.lower() != ".sav":
        raise UsageError(
            f"{str(target)!r} is no name of an SPSS file.", hint="let it end in .sav."
        )
    try:
        with replaced(target) as beside:
            pyreadstat.write_sav(
                frame,
                str(beside),
                column_labels={one.name: one.question[:_LONGEST_QUESTION] for one in columns},
                variable_value_labels={one.name: one.labels for one in columns if one.labels},
                missing_ranges={one.name: one.missing for one in columns if one.missing},
                variable_measure={one.name: one.measure for one in columns},
            )
    except (pyreadstat.PyreadstatError, pyreadstat.ReadstatError) as error:
        raise OutputError(
            f"{str(target)!r} cannot be written as an SPSS file.",
            received=str(error)[:200],
            hint="rename the variables as SPSS allows.",
        ) from None
    return Export(path=target, notices=lost(_FORM, _lost(columns)))


@dataclass(slots=True, kw_only=True)
class _Column:
    """One variable of the file."""

    name: str
    question: str
    values: Any
    labels: dict[float, str] = field(default_factory=dict)
    missing: list[Any] = field(default_factory=list)
    measure: str = "scale"
    lost: list[str] = field(default_factory=list)


def _column(name: str, survey: Survey, language: str) -> _Column:
    scale = _scale_of(name, survey)
    answers = survey.answers[name]
    column = _Column(
        name=name, question=survey.glossary.label(name, language), values=answers.to_numpy()
    )
    if len(column.question) > _LONGEST_QUESTION:
        column.lost.append("long_labels")
    if scale is not None:
        _put_on_scale(column, scale, answers, language)
    elif isinstance(answers.dtype, pd.CategoricalDtype):
        column.measure = "nominal"
        column.values = answers.astype(object).where(answers.notna(), "").to_numpy()
    if name in {item.name for item in survey.schema.items if item.is_reversed} and scale:
        column.values = scale.low + scale.high - column.values
    if not isinstance(answers.dtype, pd.CategoricalDtype) or scale is not None:
        _put_aside(column, survey, language)
    if (survey.absences[name] == Absence.IMPOSSIBLE).any():
        column.lost.append("impossible")
    return column


def _put_on_scale(column: _Column, scale: Scale, answers: pd.Series, language: str) -> None:
    """Use the codes of an ordered scale, else numbers from 1."""
    column.measure = "ordinal" if scale.is_ordered else "nominal"
    codes = [float(p.code) if scale.is_ordered else at for at, p in enumerate(scale.points, 1)]
    for code, point in zip(codes, scale.points, strict=True):
        _label(column, code, point, language)
    if not scale.is_ordered:
        places = answers.cat.codes.to_numpy().astype(float) + 1
        column.values = np.where(places > 0, places, np.nan)
        column.lost.append("word_codes")


def _put_aside(column: _Column, survey: Survey, language: str) -> None:
    """Write the answers aside as user-missing codes."""
    aside = survey.schema.aside(column.name)
    if not aside or column.name in {outcome.name for outcome in survey.schema.roles.outcomes}:
        return
    values = np.asarray(column.values, dtype=float).copy()
    taken = set(column.labels) | set(values[~np.isnan(values)].tolist())
    codes = list(_aside_codes(aside, taken))
    absences = survey.absences[column.name].to_numpy()
    for place, (code, point) in enumerate(zip(codes, aside, strict=True)):
        values[absences == Absence.ASIDE + place] = code
        _label(column, code, point, language)
    column.values = values
    column.missing = _ranges(codes, column)


def _aside_codes(aside: Sequence[Point], taken: set[float]) -> Iterator[float]:
    """Give each answer aside its own number, else the next negative one."""
    used = taken | {float(p.code) for p in aside if isinstance(p.code, int)}
    free = -1.0
    for point in aside:
        if isinstance(point.code, int):
            yield float(point.code)
            continue
        while free in used:
            free -= 1
        used.add(free)
        yield free


def _ranges(codes: Sequence[float], column: _Column) -> list[Any]:
    """Declare up to three codes, or a range that holds no answer."""
    if len(codes) <= _MOST_MISSING:
        return list(codes)
    low, high = min(codes), max(codes)
    valid = [value for value in column.labels if value not in codes]
    if any(low <= value <= high for value in valid):
        column.lost.append("missing_codes")
        return list(codes[:_MOST_MISSING])
    return [{"lo": low, "hi": high}]


def _label(column: _Column, code: float, point: Point, language: str) -> None:
    words = (point.text.say(language) if point.text else None) or str(point.code)
    if len(words.encode()) > _LONGEST_LABEL:
        column.lost.append("long_labels")
    column.labels[code] = words[:_LONGEST_LABEL]


def _scale_of(name: str, survey: Survey) -> Scale | None:
    """Find the scale of an item or of a variable with one answer."""
    schema = survey.schema
    for construct in schema.constructs:
        if any(item.name == name for item in construct.items):
            return schema.scale(construct.scale)
    found = next((v for v in schema.variables if v.name == name and not v.is_choices), None)
    return schema.scale(found.scale) if found and found.scale else None


def _lost(columns: Sequence[_Column]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for column in columns:
        for what in column.lost:
            named.setdefault(what, []).append(column.name)
    return named
