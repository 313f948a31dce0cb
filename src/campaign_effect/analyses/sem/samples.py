"""Answers to the moments that an estimator takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from campaign_effect.analyses.sem.answers import ModelAnswers
from campaign_effect.analyses.sem.settings import MOST_CATEGORIES, FactorSettings
from campaign_effect.errors import (
    CollinearityError,
    NoVariationError,
    StatisticsError,
    UsageError,
)
from campaign_effect.stats.moments.arrays import Booleans, Floats
from campaign_effect.stats.moments.tables import Codes, encode
from campaign_effect.stats.moments.variation import IndefiniteError, PerfectPairsError
from campaign_effect.stats.sem.ordinal import sample_of_codes, sample_of_mixed
from campaign_effect.stats.sem.sample import Sample, sample_of_rows

ENOUGH: Final = 2000
"""Rows that show whether a variable has few values, before all are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """Which variables are categories.

    Attributes
    ----------
    is_ordinal : ndarray of bool, shape (p,)
    is_given : ndarray of bool, shape (p,)
        Predictors that ordered outcomes are given: nothing is assumed of their distribution.
    categories : tuple of ndarray
        The values of each variable that is one; empty for numbers.
    codes : tuple of ndarray of int8, shape (n_g, p)
        Each group's answers as categories from 0, -1 where missing; empty unless all are.
    """

    is_ordinal: Booleans = field(repr=False)
    is_given: Booleans = field(repr=False)
    categories: tuple[Floats, ...] = field(repr=False)
    codes: tuple[Codes, ...] = field(repr=False)

    @property
    def is_mixed(self) -> bool:
        """Whether some variables are categories and some are numbers."""
        return bool(self.is_ordinal.any() and not self.is_ordinal.all())

    @property
    def takes_predictors_jointly(self) -> bool:
        """Whether there are ordered answers, and nothing that they are given."""
        return bool(self.is_ordinal.any() and not self.is_given.any())

    def ordered(self, names: Sequence[str]) -> tuple[tuple[str, int], ...]:
        """Give the variables that are categories, with their numbers of categories."""
        sizes = zip(names, self.categories, strict=True)
        return tuple((name, len(values)) for name, values in sizes if len(values))


def code_answers(
    answers: ModelAnswers, settings: FactorSettings, predictors: Iterable[str]
) -> Coding:
    """Decide which variables are categories, and code them.

    Parameters
    ----------
    answers : ModelAnswers
    settings : FactorSettings
    predictors : iterable of str
        Variables that only predict: numbers that ordered outcomes are given, unless one is
        named as ordered; then all are modelled jointly with the rest.

    Raises
    ------
    UsageError
        If an estimator for ordered answers meets none, or a named variable has too many
        values.
    NoVariationError
        If a variable has one value only.
    StatisticsError
        If a category does not occur in a group.
    """
    whole = answers.rows[0] if len(answers.rows) == 1 else np.vstack(answers.rows)
    _check_variation(answers.names, whole)
    found = _coded(answers.names, whole, settings, set(predictors))
    ends = np.cumsum([len(rows) for rows in answers.rows])[:-1]
    parts = {i: np.split(codes, ends) for i, (codes, _) in found.items()}
    categories = [found[i][1] if i in found else np.zeros(0) for i in range(whole.shape[1])]
    _check_groups(answers, categories, parts)
    codes: tuple[Codes, ...] = ()
    if len(found) == whole.shape[1]:
        groups = range(len(answers.rows))
        codes = tuple(_columns([parts[i][group] for i in parts]) for group in groups)
    is_ordinal = np.array([i in found for i in range(whole.shape[1])])
    only_predict = set(predictors)
    is_given = np.array([name in only_predict for name in answers.names])
    if not found or (is_given & is_ordinal).any():
        is_given[:] = False
    return Coding(
        is_ordinal=is_ordinal, is_given=is_given, categories=tuple(categories), codes=codes
    )


def make_sample(
    answers: ModelAnswers, coding: Coding, settings: FactorSettings, *, is_clustered: bool
) -> Sample:
    """Compute the moments of the answers.

    Raises
    ------
    UsageError
        If pairs are asked of answers among which are numbers.
    StatisticsError
        If the covariances are not positive definite, a correlation is perfect, or a predictor
        does not vary in a group.
    """
    try:
        return _make_sample(answers, coding, settings, is_clustered=is_clustered)
    except PerfectPairsError as error:
        modelled = [
            n for n, given in zip(answers.names, coding.is_given, strict=True) if not given
        ]
        pairs = [f"{modelled[i]!r} and {modelled[j]!r}" for i, j in error.pairs]
        raise StatisticsError(
            f"Variables that predict each other perfectly: {', '.join(pairs)}.",
            hint="leave one of each pair out.",
        ) from error
    except IndefiniteError as error:
        named = ", ".join(repr(answers.names[j]) for j in error.variables)
        raise StatisticsError(
            error.problem,
            received=f"{error.received}: {named}",
            hint=error.hint,
        ) from error


def _make_sample(
    answers: ModelAnswers, coding: Coding, settings: FactorSettings, *, is_clustered: bool
) -> Sample:
    if coding.codes:
        missing: Literal["pairwise", "listwise"] = (
            "pairwise" if settings.missing == "pairwise" else "listwise"
        )
        sizes = np.array([len(values) for values in coding.categories])
        return sample_of_codes(
            list(coding.codes), n_categories=sizes, missing=missing, weights=answers.weights
        )
    if coding.is_mixed:
        if settings.missing in ("pairwise", "fiml"):
            raise UsageError(
                "Ordered answers together with numbers need complete rows.",
                hint="use missing='listwise', or leave the numbers out.",
            )
        _check_given(answers, coding)
        return sample_of_mixed(
            list(answers.rows),
            coding.is_ordinal,
            given=coding.is_given,
            weights=answers.weights,
        )
    clusters = answers.clusters if is_clustered else None
    return sample_of_rows(list(answers.rows), weights=answers.weights, clusters=clusters)


def _check_given(answers: ModelAnswers, coding: Coding) -> None:
    """Say which predictors do not vary in a group, or repeat each other."""
    names = [n for n, given in zip(answers.names, coding.is_given, strict=True) if given]
    for group, rows in zip(answers.groups, answers.rows, strict=True):
        X = rows[:, coding.is_given]
        where = f"In the group {group!r} these" if group else "These"
        if constant := [
            n for n, varies in zip(names, np.ptp(X, axis=0) > 0, strict=True) if not varies
        ]:
            raise NoVariationError(
                f"{where} predictors have one value only: {constant}.", hint="leave them out."
            )
        centred = X - X.mean(axis=0)
        if names and np.linalg.matrix_rank(centred / centred.std(axis=0)) < len(names):
            raise CollinearityError(
                f"{where} predictors are sums of each other: {names}.", hint="leave one out."
            )


def _check_variation(names: Sequence[str], whole: Floats) -> None:
    with np.errstate(invalid="ignore"):
        low, high = (np.fmin.reduce(whole, axis=0), np.fmax.reduce(whole, axis=0))
    constant = [name for name, varies in zip(names, low < high, strict=True) if not varies]
    if constant:
        raise NoVariationError(
            f"Variables with one answer only, or none ({len(constant)}): {constant}.",
            hint="leave them out of the model.",
            cause="constant_items",
            items=tuple(constant),
        )


def _coded(
    names: Sequence[str], whole: Floats, settings: FactorSettings, predictors: set[str]
) -> dict[int, tuple[Codes, Floats]]:
    """Give codes and categories of the variables that are categories, by their place."""
    if settings.ordered is not None:
        if unknown := [name for name in settings.ordered if name not in names]:
            raise UsageError(
                f"Variables named as ordered that the model does not have: {unknown}.",
                hint=f"it has {list(names)}.",
            )
        return {names.index(n): _named_codes(n, whole, names) for n in settings.ordered}
    if not settings.takes_categories:
        return {}
    asked = [i for i, name in enumerate(names) if name not in predictors]
    tried = {i: _few_codes(whole[:, i]) for i in asked}
    found = {i: coded for i, coded in tried.items() if coded is not None}
    if not found:
        raise UsageError(
            f"{settings.estimator} is for answers of at most {MOST_CATEGORIES} categories, and "
            "no variable of the model has so few.",
            hint="use estimator='MLR', or name them: ordered=[…].",
        )
    return found


def _named_codes(name: str, whole: Floats, names: Sequence[str]) -> tuple[Codes, Floats]:
    """Code a variable that was named as ordered, however many values it has."""
    try:
        coded = encode(whole[:, [names.index(name)]])
    except ValueError as error:
        raise UsageError(
            f"{name!r} has too many values to be categories.", hint="take it as a number."
        ) from error
    return coded.codes[:, 0], coded.categories[0]


def _few_codes(column: Floats) -> tuple[Codes, Floats] | None:
    """Code a variable of few values; None for one of many."""
    some = column[:ENOUGH]
    if len(np.unique(some[~np.isnan(some)])) > MOST_CATEGORIES:
        return None
    try:
        coded = encode(column[:, None])
    except ValueError:
        return None
    few = len(coded.categories[0]) <= MOST_CATEGORIES
    return (coded.codes[:, 0], coded.categories[0]) if few else None


def _columns(parts: Sequence[Codes]) -> Codes:
    """Put columns of codes side by side, each in one piece of memory."""
    codes = np.empty((len(parts[0]), len(parts)), dtype=np.int8, order="F")
    for i, part in enumerate(parts):
        codes[:, i] = part
    return codes


def _check_groups(
    answers: ModelAnswers, categories: Sequence[Floats], parts: Mapping[int, list[Codes]]
) -> None:
    """Say which category of which variable nobody of a group chose."""
    for item, codes in parts.items():
        values = categories[item]
        for group, own in zip(answers.groups, codes, strict=True):
            counts = np.bincount(own + 1, minlength=len(values) + 1)[1:]
            empty = [f"{value:g}" for value, n in zip(values, counts, strict=True) if not n]
            if empty:
                raise StatisticsError(
                    f"In the group {group!r} nobody chose {', '.join(empty)} of "
                    f"{answers.names[item]!r}, as others did: the groups have no thresholds "
                    "in common.",
                    hint="join rare categories in every group, leave the item out, or use MLR.",
                    cause="unlike_categories",
                    group=str(group),
                    item=answers.names[item],
                    values=tuple(empty),
                )
