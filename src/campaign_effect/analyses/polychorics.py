"""Correlations of the normal variables behind ordered answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from campaign_effect.analyses.blocks import Items, all_items, chosen_blocks, constant_items
from campaign_effect.analyses.samples import any_answer_sample, listwise_sample
from campaign_effect.errors import NoVariationError, TooFewRowsError, UsageError
from campaign_effect.results import Bounded, Count, Name, Notice, Number, Result, Row, Sample
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.polychorics import Polychorics
from campaign_effect.stats.moments.polychorics import estimate_polychorics as estimate_pairs
from campaign_effect.stats.moments.polyserials import estimate_polyserials
from campaign_effect.stats.moments.smoothing import Smoothed, smooth_correlations
from campaign_effect.stats.moments.tables import (
    MAX_CATEGORIES,
    CodedAnswers,
    count_tables,
    encode,
)
from campaign_effect.survey import Survey, takes_survey


@dataclass(frozen=True, slots=True, kw_only=True)
class PolychoricCorrelation(Row):
    """The correlation of two items; every pair stands both ways.

    Attributes
    ----------
    std_error
        Of the two-step estimate; None where the correlation is perfect or was smoothed.
    n
        Respondents who answered both.
    """

    item_1: Name
    item_2: Name
    estimate: Bounded
    std_error: Number | None
    n: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Row):
    """Where on the normal variable one answer ends and the next begins."""

    item: Name
    threshold: Count
    estimate: Number
    std_error: Number
    n: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class PolyserialCorrelation(Row):
    """The correlation of a number with an item's normal variable."""

    variable: Name
    item: Name
    estimate: Bounded
    std_error: Number
    n: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class PolychoricResult(Result):
    """Polychoric correlations, thresholds, and polyserial correlations where asked."""

    name: ClassVar[str] = "polychorics"
    correlations: tuple[PolychoricCorrelation, ...]
    thresholds: tuple[Threshold, ...]
    polyserials: tuple[PolyserialCorrelation, ...]


@takes_survey
def estimate_polychorics(
    survey: Survey,
    items: Items = None,
    *,
    missing: Literal["pairwise", "listwise"] = "pairwise",
    smooth: bool = False,
    numbers: Sequence[str] = (),
) -> PolychoricResult:
    """Estimate polychoric (for two answers: tetrachoric) correlations of all pairs of items.

    Parameters
    ----------
    survey : Survey
    items : sequence or mapping of sequences of str, optional
        Columns of ordered answers; by default the items of all constructs.
    missing : {"pairwise", "listwise"}, default "pairwise"
        Use the respondents who answered both items of a pair, or all items.
    smooth : bool, default False
        Make the correlations positive definite where they are not; a notice says so.
    numbers : sequence of str, optional
        Numeric columns to be correlated with every item (polyserial correlations).

    Returns
    -------
    PolychoricResult
        Parts ``correlations`` (each pair both ways), ``thresholds`` and ``polyserials``. Empty
        cells, perfect correlations and a matrix that is not positive definite are notices.

    Raises
    ------
    MissingColumnsError, TooFewItemsError
        If a column is not in the survey, or there are fewer than two items.
    UsageError
        If an item has no categories.
    NoVariationError
        If an item has one answer only; the error names it.

    See Also
    --------
    campaign_effect.stats.moments.polychorics.estimate_polychorics : formulas and sources.

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> frame = pd.DataFrame({"a": [1, 1, 2, 2] * 5, "b": [1, 1, 2, 1] * 5})
    >>> result = estimate_polychorics(read_survey(frame))
    >>> result.tidy("correlations")[["item_1", "item_2", "n"]].values.tolist()
    [['a', 'b', 20], ['b', 'a', 20]]
    """
    names = tuple(n for n in all_items(chosen_blocks(survey, items)) if n not in numbers)
    sample, X = _answers(survey, names, missing)
    coded = _coded(names, X)
    found = _estimated(names, coded, missing)
    smoothed = smooth_correlations(found.correlations)
    use_smoothed = smooth and smoothed.is_smoothed
    R = smoothed.correlations if use_smoothed else found.correlations
    return PolychoricResult(
        correlations=tuple(_correlations(names, found, R)),
        thresholds=tuple(_thresholds(names, found)),
        polyserials=tuple(_polyserials(survey, numbers, names, coded)),
        samples=tuple((part, sample) for part in PolychoricResult.row_types()),
        notices=tuple(_notices(names, found, smoothed, use_smoothed)),
        glossary=survey.glossary,
    )


def _answers(survey: Survey, names: tuple[str, ...], missing: str) -> tuple[Sample, Floats]:
    """Take the answers used; a respondent who is left out has none."""
    columns = list(names)
    X = survey.scores(names)
    if missing == "pairwise":
        return any_answer_sample(survey, columns), X
    complete, sample = listwise_sample(survey.answers[columns], survey.absences[columns])
    return sample, np.where(complete[:, None], X, np.nan)


def _coded(names: tuple[str, ...], X: Floats) -> CodedAnswers:
    """Code the answers as categories.

    Raises
    ------
    UsageError
        If an item has too many values to be ordered answers.
    TooFewRowsError
        If nobody answered an item.
    """
    if empty := [name for name, x in zip(names, X.T, strict=True) if np.isnan(x).all()]:
        raise TooFewRowsError(
            f"Items that nobody answered ({len(empty)}): {empty}.",
            hint="leave them out, or use missing='pairwise'.",
            cause="empty_items",
            items=tuple(empty),
        )
    try:
        return encode(X)
    except ValueError as error:
        many = [n for n, x in zip(names, X.T, strict=True) if _n_values(x) > MAX_CATEGORIES]
        raise UsageError(
            f"Items with more than {MAX_CATEGORIES} different values ({len(many)}): {many}.",
            hint="polychoric correlations are of ordered answers; pass numbers=[…] for these.",
        ) from error


def _n_values(x: Floats) -> int:
    return len(np.unique(x[~np.isnan(x)]))


def _estimated(names: tuple[str, ...], coded: CodedAnswers, missing: str) -> Polychorics:
    """Estimate all pairs, naming the items that do not vary."""
    way: Literal["pairwise", "listwise"] = "listwise" if missing == "listwise" else "pairwise"
    tables = count_tables(coded.codes, n_categories=coded.n_categories, missing=way)
    _refuse_lonely_pairs(names, tables.counts.sum(axis=(1, 2)))
    try:
        return estimate_pairs(tables)
    except NoVariationError as error:
        raise constant_items(names, error) from error


def _refuse_lonely_pairs(names: tuple[str, ...], n_pairs: Floats) -> None:
    """Raise if two items were answered by fewer than two of the same respondents."""
    first, second = np.triu_indices(len(names), 1)
    lonely = np.flatnonzero(n_pairs < 2)
    if len(lonely):
        pairs = [f"{names[first[q]]} and {names[second[q]]}" for q in lonely[:5]]
        raise TooFewRowsError(
            f"Pairs of items that fewer than two respondents answered ({len(lonely)}).",
            received="; ".join(pairs),
            hint="leave out the items that few people answered.",
        )


def _correlations(
    names: tuple[str, ...], found: Polychorics, R: Floats
) -> Iterator[PolychoricCorrelation]:
    errors = np.where(found.correlations == R, found.std_errors, np.nan)
    for i, first in enumerate(names):
        for j, second in enumerate(names):
            if i != j:
                yield PolychoricCorrelation(
                    item_1=first,
                    item_2=second,
                    estimate=float(R[i, j]),
                    std_error=float(errors[i, j]) if np.isfinite(errors[i, j]) else None,
                    n=int(found.n_pairs[i, j]),
                )


def _thresholds(names: tuple[str, ...], found: Polychorics) -> Iterator[Threshold]:
    for i, name in enumerate(names):
        pairs = zip(found.thresholds[i], found.threshold_std_errors[i], strict=True)
        for place, (estimate, std_error) in enumerate(pairs, start=1):
            yield Threshold(
                item=name,
                threshold=place,
                estimate=float(estimate),
                std_error=float(std_error),
                n=int(found.n_pairs[i, i]),
            )


def _polyserials(
    survey: Survey, numbers: Sequence[str], names: tuple[str, ...], coded: CodedAnswers
) -> Iterator[PolyserialCorrelation]:
    if not numbers:
        return
    columns = tuple(numbers)
    chosen_blocks(survey, columns)
    found = estimate_polyserials(survey.scores(columns), coded.codes)
    for i, number in enumerate(columns):
        for j, name in enumerate(names):
            yield PolyserialCorrelation(
                variable=number,
                item=name,
                estimate=float(found.correlations[i, j]),
                std_error=float(found.std_errors[i, j]),
                n=int(found.n_pairs[i, j]),
            )


def _notices(
    names: tuple[str, ...], found: Polychorics, smoothed: Smoothed, was_smoothed: bool
) -> Iterator[Notice]:
    """Say what a reader should know of the tables and of the matrix."""
    pairs = np.triu_indices(len(names), 1)
    empty = found.n_empty_cells[pairs]
    if empty.any():
        worst = int(empty.argmax())
        items = (names[pairs[0][worst]], names[pairs[1][worst]])
        facts = {"n": int((empty > 0).sum()), "total": len(empty)}
        yield Notice.of("empty_cells", **facts, items=items, most=int(empty.max()))
    for q in np.flatnonzero(found.is_perfect[pairs]):
        items = (names[pairs[0][q]], names[pairs[1][q]])
        yield Notice.of("perfect_correlation", items=items)
    if was_smoothed:
        yield Notice.of("smoothed", smallest=smoothed.smallest_eigenvalue)
    elif smoothed.is_smoothed:
        yield Notice.of("not_positive_definite", smallest=smoothed.smallest_eigenvalue)
