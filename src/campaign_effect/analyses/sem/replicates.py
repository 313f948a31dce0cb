"""A fitted model fitted again to resamples of respondents or of whole villages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Self

import numpy as np

from campaign_effect.analyses.resampling import Bootstrap, replicate
from campaign_effect.analyses.sem.answers import ModelAnswers
from campaign_effect.analyses.sem.samples import Coding
from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.tables import Codes, PairTables, count_tables
from campaign_effect.stats.sem.fit import build_problem
from campaign_effect.stats.sem.optimise import minimise
from campaign_effect.stats.sem.ordinal import sample_of_mixed
from campaign_effect.stats.sem.sample import GroupSample, Sample, sample_of_rows
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.standardise import defined_parameters, standardising_factors
from campaign_effect.stats.sem.threads import single_threaded

MOST_VILLAGES: Final = 200
"""Units whose tables are counted apart, once; of more, each resample's are counted."""

Resample = Callable[[Integers], Sample]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicates:
    """What resamples gave; rows that failed are NaN.

    Attributes
    ----------
    estimates, std_all : ndarray of float, shape (reps, n_rows)
        Of each row of the parameter table; thresholds and scales are not standardised.
    defined, defined_std : ndarray of float, shape (reps, n_definitions)
        Of each defined parameter.
    n_clusters : int
        Villages that were resampled; 0 where respondents were.
    """

    estimates: Floats = field(repr=False, compare=False)
    std_all: Floats = field(repr=False, compare=False)
    defined: Floats = field(repr=False, compare=False)
    defined_std: Floats = field(repr=False, compare=False)
    n_clusters: int

    @property
    def n_reps(self) -> int:
        """Resamples."""
        return len(self.estimates)

    @property
    def n_failed(self) -> int:
        """Resamples to which the model could not be fitted."""
        return int(np.isnan(self.estimates).all(axis=1).sum())


def resample_fit(
    solution: Solution, answers: ModelAnswers, coding: Coding, bootstrap: Bootstrap
) -> Replicates:
    """Fit a model to resamples, each started where the whole sample's search ended.

    Parameters
    ----------
    solution : Solution
        Of the whole sample.
    answers : ModelAnswers
        Villages are resampled where there are any, else respondents.
    coding : Coding
    bootstrap : Bootstrap

    Returns
    -------
    Replicates

    Notes
    -----
    For ordered answers the weights of least squares stay those of the whole sample: they only
    say how much each correlation counts, and consistent estimates need no more.
    """
    units = _units(answers)
    n_units = int(max(own.max() for own in units)) + 1
    resample = _resampler(solution, units, answers, coding)

    def statistic(counts: Integers) -> Floats:
        return np.array([_refitted(solution, resample, one) for one in counts])

    found = replicate(single_threaded(statistic), n_units, bootstrap)
    n_rows, n_defined = len(solution.table.parameters), len(solution.table.definitions)
    ends = np.cumsum([n_rows, n_rows, n_defined])
    estimates, std_all, defined, defined_std = np.split(found, ends, axis=1)
    return Replicates(
        estimates=frozen(estimates),
        std_all=frozen(std_all),
        defined=frozen(defined),
        defined_std=frozen(defined_std),
        n_clusters=answers.n_clusters,
    )


def _units(answers: ModelAnswers) -> tuple[Integers, ...]:
    """Say what is resampled in each group: villages, or respondents."""
    if answers.clusters is not None:
        return answers.clusters
    sizes = [len(rows) for rows in answers.rows]
    return tuple(np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1]))


def _refitted(solution: Solution, resample: Resample, counts: Integers) -> Floats:
    """Fit the model to one resample; NaN where it cannot be fitted."""
    table = solution.table
    width = 2 * (len(table.parameters) + len(table.definitions))
    try:
        sample = resample(counts)
        problem = build_problem(table, sample, solution.estimator)
        optimum = minimise(problem, [solution.optimum.x])
    except (StatisticsError, np.linalg.LinAlgError):
        return np.full(width, np.nan)
    if not optimum.is_converged:
        return np.full(width, np.nan)
    again = replace(
        solution,
        sample=sample,
        problem=problem,
        optimum=optimum,
        slots=problem.slots(optimum.x),
        implied=problem.implied(optimum.x),
    )
    parts = [again.estimates, _standardised(again)]
    if table.definitions:
        parts += [defined_parameters(again, scope=scope).values for scope in (None, "all")]
    return np.concatenate(parts)


def _standardised(solution: Solution) -> Floats:
    """Standardise all but thresholds and scales, which are many and are not asked for."""
    table = solution.table.parameters
    asked = [i for i, row in enumerate(table) if row.operator not in ("|", "~*~")]
    values = np.full(len(table), np.nan)
    factors = standardising_factors(solution, tuple(table[i] for i in asked), scope="all")
    values[asked] = solution.estimates[asked] * factors
    return values


def _resampler(
    solution: Solution, units: tuple[Integers, ...], answers: ModelAnswers, coding: Coding
) -> Resample:
    """Choose how a resample's moments are made."""
    if coding.codes:
        sizes = np.array([len(values) for values in coding.categories])
        counted = answers.weights or (None,) * len(units)
        groups = zip(coding.codes, units, counted, solution.sample.groups, strict=True)
        parts = [_OrdinalGroup.of(c, own, w, sizes, group) for c, own, w, group in groups]
        return lambda counts: Sample(groups=tuple(part.resampled(counts) for part in parts))

    def of_rows(counts: Integers) -> Sample:
        places = [np.repeat(np.arange(len(own)), counts[own]) for own in units]
        rows = [own[at] for own, at in zip(answers.rows, places, strict=True)]
        weights = answers.weights
        if weights is not None:
            weights = tuple(own[at] for own, at in zip(weights, places, strict=True))
        if coding.is_mixed:
            return sample_of_mixed(
                rows, coding.is_ordinal, given=coding.is_given, weights=weights
            )
        return sample_of_rows(rows, weights=weights)

    return of_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _OrdinalGroup:
    """One group's tables of pairs, village by village where there are few."""

    codes: Codes = field(repr=False)
    units: Integers = field(repr=False)
    weights: Floats | None = field(repr=False)
    sample: GroupSample = field(repr=False)
    n_categories: Integers = field(repr=False)
    by_unit: PairTables | None = field(repr=False)

    @classmethod
    def of(
        cls,
        codes: Codes,
        units: Integers,
        weights: Floats | None,
        sizes: Integers,
        sample: GroupSample,
    ) -> Self:
        """Count the tables of each village at once."""
        n_units = int(units.max()) + 1
        by_unit = None
        if n_units <= MOST_VILLAGES:
            counted = [
                _count(codes, np.flatnonzero(units == unit), sizes, weights)
                for unit in range(n_units)
            ]
            by_unit = PairTables(
                counts=np.stack([tables.counts for tables in counted]),
                margins=np.stack([tables.margins for tables in counted]),
                n_categories=sizes,
                n=float(len(codes)),
            )
        return cls(
            codes=codes,
            units=units,
            weights=weights,
            sample=sample,
            n_categories=sizes,
            by_unit=by_unit,
        )

    def resampled(self, counts: Integers) -> GroupSample:
        """Give the moments of a resample, weighing them as in the whole sample."""
        tables = self._tables(counts)
        polychorics = estimate_polychorics(tables)
        if polychorics.is_perfect.any():
            raise StatisticsError("A correlation of the resample is perfect.")
        thresholds = np.concatenate(polychorics.thresholds)
        if not np.isfinite(thresholds).all():
            raise StatisticsError("A category is empty in the resample.")
        return replace(
            self.sample,
            n=tables.n,
            cov=polychorics.correlations,
            thresholds=frozen(thresholds),
        )

    def _tables(self, counts: Integers) -> PairTables:
        times = counts[: int(self.units.max()) + 1].astype(np.float64)
        w = 1.0 if self.weights is None else self.weights
        n = float((w * counts[self.units]).sum())
        if self.by_unit is None:
            rows = np.repeat(np.arange(len(self.units)), counts[self.units])
            return _count(self.codes, rows, self.n_categories, self.weights)
        return PairTables(
            counts=np.tensordot(times, self.by_unit.counts, axes=1),
            margins=np.tensordot(times, self.by_unit.margins, axes=1),
            n_categories=self.n_categories,
            n=n,
        )


def _count(codes: Codes, rows: Integers, sizes: Integers, weights: Floats | None) -> PairTables:
    """Count the tables of some rows."""
    own = None if weights is None else weights[rows]
    return count_tables(np.asfortranarray(codes[rows]), n_categories=sizes, weights=own)
