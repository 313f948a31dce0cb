"""The answers that a construct's reliability is computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

from campaign_effect.analyses.samples import any_answer_sample, listwise_sample
from campaign_effect.errors import MissingColumnsError, TooFewRowsError
from campaign_effect.results import Sample
from campaign_effect.stats.items.checks import check_counts, check_scores
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers
from campaign_effect.stats.moments.pairwise import PairwiseMoments, pairwise_moments
from campaign_effect.stats.moments.tables import CodedAnswers, encode
from campaign_effect.stats.moments.variation import ConstantItemsError
from campaign_effect.survey import Survey

MOST_CATEGORIES: Final = 7
"""With more, an ordered answer is as good as a number."""

FEW_ROWS: Final = 1000
"""Enough to see that an item has no categories."""

Missing = Literal["listwise", "pairwise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleAnswers:
    """Answers to one construct's items, of all respondents or one group.

    Attributes
    ----------
    construct, group : str
        The group is a level, ``variable=level``; None for all.
    items : tuple of str
    X : ndarray, shape (n, k)
        Rows used; nan where missing, if pairs of items are used as they are.
    weights : ndarray, shape (n,), optional
        With a mean of 1.
    clusters : ndarray of int, shape (n,), optional
        Village of each row.
    scale_range : tuple of float
        Lowest and highest possible answer.
    moments : PairwiseMoments
    """

    construct: str
    group: str | None
    items: tuple[str, ...]
    X: Floats = field(repr=False)
    weights: Floats | None = field(repr=False)
    clusters: Integers | None = field(repr=False)
    scale_range: tuple[float, float]
    moments: PairwiseMoments = field(repr=False)

    @property
    def where(self) -> str | tuple[str, str]:
        """Name the construct, with the group where there is one."""
        return self.construct if self.group is None else (self.construct, self.group)

    @property
    def covariances(self) -> Floats:
        """Covariances of the items, shape (k, k)."""
        return self.moments.covariances

    @property
    def n_effective(self) -> float:
        """Rows; with weights, the rows of equal weight that say as much (Kish)."""
        if self.weights is None:
            return float(len(self.X))
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    @property
    def coded(self) -> CodedAnswers | None:
        """The answers as categories; None where an item has more than seven."""
        if _most_values(self.X[:FEW_ROWS]) > MOST_CATEGORIES:
            return None
        coded = encode(self.X)
        return coded if coded.n_categories.max() <= MOST_CATEGORIES else None

    def share_of(self, is_so: Booleans) -> float:
        """Give the share of rows of which something is so, weighted where there are weights."""
        return float(np.average(is_so, weights=self.weights))


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """How rows are chosen from a survey.

    Attributes
    ----------
    missing : "listwise" or "pairwise"
    weights : ndarray, shape (n,), optional
        Of all respondents.
    clusters : ndarray of int, shape (n,), optional
        Villages of all respondents.
    """

    missing: Missing
    weights: Floats | None
    clusters: Integers | None


def groups_of(survey: Survey, by: str | None) -> Iterator[tuple[str | None, np.ndarray]]:
    """Give who is in each group: all first, then every level of a variable."""
    yield None, np.ones(survey.n, dtype=np.bool_)
    if by is None:
        return
    if by not in survey.answers:
        raise MissingColumnsError.of([by], survey.answers)
    column = survey.answers[by]
    levels = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else None
    for level in sorted(column.dropna().unique()) if levels is None else levels:
        yield f"{by}={level}", np.asarray(column == level)


def sample_of(survey: Survey, items: tuple[str, ...], missing: Missing) -> Sample:
    """Count whose answers enter a construct."""
    if missing == "pairwise":
        return any_answer_sample(survey, items)
    columns = list(items)
    return listwise_sample(survey.answers[columns], survey.absences[columns])[1]


def scale_answers(
    survey: Survey,
    block: tuple[str, tuple[str, ...]],
    group: tuple[str | None, np.ndarray],
    selection: Selection,
) -> ScaleAnswers:
    """Select the rows of one construct in one group, and compute their moments.

    Raises
    ------
    TooFewItemsError, TooFewRowsError, NoVariationError
        If they have no reliability; constant items are in the error's ``items``.
    """
    construct, items = block
    X = survey.scores(items)
    answered = ~np.isnan(X)
    is_used = answered.any(axis=1) if selection.missing == "pairwise" else answered.all(axis=1)
    is_used &= group[1]
    if selection.weights is not None:
        is_used &= selection.weights > 0
    X, weights = X[is_used], None
    if selection.weights is not None and len(X):
        weights = selection.weights[is_used] / selection.weights[is_used].mean()
    _check(X)
    return ScaleAnswers(
        construct=construct,
        group=group[0],
        items=items,
        X=X,
        weights=weights,
        clusters=_renumbered(selection.clusters, is_used),
        scale_range=scale_range(survey, items),
        moments=pairwise_moments(X, weights=weights),
    )


def _check(X: Floats) -> None:
    """Raise unless the answers, complete or not, have items, rows and variation enough."""
    if not np.isnan(X).any():
        check_scores(X)
        return
    check_counts(*X.shape)
    low, high = np.nanmin(X, axis=0, initial=np.inf), np.nanmax(X, axis=0, initial=-np.inf)
    if (constant := low >= high).any():
        raise ConstantItemsError.of(constant)
    answered = ~np.isnan(X)
    if ((answered.T.astype(float) @ answered) < 2).any():
        raise TooFewRowsError(
            "Two items of the scale were answered by fewer than two of the same people.",
            hint="leave out the item that few people answered.",
        )


def _most_values(X: Floats) -> int:
    return max((len(np.unique(column[~np.isnan(column)])) for column in X.T), default=0)


def _renumbered(clusters: Integers | None, is_used: np.ndarray) -> Integers | None:
    """Give the villages that are left new numbers from 0."""
    if clusters is None:
        return None
    return np.unique(clusters[is_used], return_inverse=True)[1].astype(np.int64)


def scale_range(survey: Survey, items: tuple[str, ...]) -> tuple[float, float]:
    """Give the ends of the items' scale: as the schema says, else as answered."""
    for construct in survey.schema.constructs:
        if set(items) <= {item.name for item in construct.items}:
            points = survey.schema.scale(construct.scale).points
            codes = [float(point.code) for point in points]
            return min(codes), max(codes)
    X = survey.scores(items)
    return float(np.nanmin(X, initial=np.inf)), float(np.nanmax(X, initial=-np.inf))
