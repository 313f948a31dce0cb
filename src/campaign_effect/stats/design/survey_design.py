"""Samples drawn in strata and clusters with unequal probabilities, and their variance."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen


class Lonely(StrEnum):
    """What a stratum with one primary sampling unit adds to a variance."""

    REFUSE = "refuse"  # it is an error
    CERTAINTY = "certainty"  # nothing: the unit was sure to be drawn
    ADJUST = "adjust"  # its distance from the mean over all units, which is conservative


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDesign:
    """How each answer came into the sample.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        Probability weights: how many of the population an answer stands for. They say
        nothing about how many answers there are.
    psu : ndarray of int, shape (n,)
        Position of each answer's primary sampling unit, from 0.
    stratum : ndarray of int, shape (n_psu,)
        Position of each unit's stratum, from 0.
    fraction : ndarray, shape (n_strata,)
        Share of the stratum's units that was drawn; 0 if the population is endless.
    drawn : ndarray of int, shape (n_strata,)
        Units drawn in each stratum, those without answers among them.
    lonely : Lonely
        What a stratum with one unit adds.
    """

    weights: Floats = field(compare=False, repr=False)
    psu: Integers = field(compare=False, repr=False)
    stratum: Integers = field(compare=False, repr=False)
    fraction: Floats = field(compare=False, repr=False)
    drawn: Integers = field(compare=False, repr=False)
    lonely: Lonely

    @property
    def n_psu(self) -> int:
        """Primary sampling units."""
        return len(self.stratum)

    @property
    def n_strata(self) -> int:
        """Strata; 1 if there are none."""
        return len(self.fraction)

    def df(self, domain: Booleans | None = None) -> int:
        """Units less strata, among those that hold answers of the domain."""
        units = np.unique(self.psu if domain is None else self.psu[domain])
        return len(units) - len(np.unique(self.stratum[units]))


def survey_design(
    weights: Floats,
    *,
    strata: Integers | None = None,
    psu: Integers | None = None,
    population: Floats | None = None,
    drawn: Integers | None = None,
    lonely: Lonely = Lonely.REFUSE,
) -> SurveyDesign:
    """Describe how a sample was drawn.

    Parameters
    ----------
    weights : ndarray, shape (n,)
        Probability weights, positive; their scale does not matter to means and models.
    strata : ndarray of int, shape (n,), optional
        Stratum of each answer; one stratum by default.
    psu : ndarray of int, shape (n,), optional
        Primary sampling unit (village) of each answer; each answer its own by default. A
        code that two strata use names two units.
    population : ndarray, shape (n,), optional
        Units in the population of the answer's stratum (the finite population correction of
        the first stage); endless by default.
    drawn : ndarray of int, shape (n,), optional
        Units drawn in the answer's stratum, where some of them have no answers left (which
        then count as a domain); by default those there are.
    lonely : Lonely, default REFUSE
        What a stratum with one unit adds.

    Returns
    -------
    SurveyDesign
        With units and strata numbered from 0.

    Raises
    ------
    StatisticsError
        If a weight is not positive, shapes differ, a stratum has one unit (and `lonely` is
        REFUSE), or a population or the units drawn are fewer than the sample, or vary within
        a stratum.

    Examples
    --------
    >>> design = survey_design(np.ones(6), psu=np.array([1, 1, 2, 2, 3, 3]))
    >>> design.n_psu, design.n_strata, design.df()
    (3, 1, 2)
    """
    n = len(weights)
    strata = np.zeros(n, dtype=np.int64) if strata is None else strata
    psu = np.arange(n) if psu is None else psu
    _check_rows(n, strata, psu, population)
    if not np.all(np.isfinite(weights) & (weights > 0)):
        raise StatisticsError(
            "Every weight must be a positive number.",
            received=f"{int(np.sum(~(weights > 0)))} weights that are not positive",
            hint="drop answers without a weight, and say so.",
        )
    stratum_of_row = np.unique(strata, return_inverse=True)[1]
    pairs = np.column_stack([stratum_of_row, psu])
    units, unit_of_row = np.unique(pairs, axis=0, return_inverse=True)
    stratum = units[:, 0]
    sizes = np.bincount(stratum)
    if drawn is not None:
        sizes = _of_strata(drawn, stratum_of_row, sizes).astype(np.int64)
    _check_lonely(sizes, lonely)
    return SurveyDesign(
        weights=frozen(np.array(weights, dtype=np.float64)),
        psu=frozen(unit_of_row.ravel()),
        stratum=frozen(np.ascontiguousarray(stratum)),
        fraction=frozen(_fractions(sizes, stratum_of_row, population)),
        drawn=frozen(sizes),
        lonely=lonely,
    )


def total_covariance(influence: Floats, design: SurveyDesign) -> Floats:
    """Estimate the covariance of totals, or of estimates by their influence values.

    Parameters
    ----------
    influence : ndarray, shape (n, q)
        What each answer adds to the total, weights included: for an estimate, its
        linearised contribution; 0 for answers outside a domain, which still count for
        their unit.
    design : SurveyDesign
        How the answers were drawn.

    Returns
    -------
    ndarray, shape (q, q)
        The covariance.

    Raises
    ------
    StatisticsError
        If the answers differ in number.

    Notes
    -----
    sum over h of (1 - f_h) n_h / (n_h - 1) sum over units of (t - mean t)(t - mean t)': the
    first stage's units as if drawn with replacement [1]_. Units without answers have t = 0.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from
       complex surveys. International Statistical Review, 51, 279-292.
       https://doi.org/10.2307/1402588

    Examples
    --------
    >>> design = survey_design(np.ones(4), psu=np.array([1, 1, 2, 2]))
    >>> total_covariance(np.array([[1.0], [2.0], [3.0], [4.0]]), design)
    array([[16.]])
    """
    if len(influence) != len(design.psu):
        raise StatisticsError(
            "Every answer of the design needs its influence.",
            received=f"{len(influence)} influences, {len(design.psu)} answers",
        )
    totals = _sums(influence, design.psu, design.n_psu)
    sizes = design.drawn
    means = _sums(totals, design.stratum, design.n_strata) / sizes[:, None]
    if design.lonely is Lonely.ADJUST:
        means[sizes == 1] = totals.mean(axis=0)
    deviations = totals - means[design.stratum]
    factor = (1 - design.fraction) * np.where(sizes > 1, sizes / np.maximum(sizes - 1, 1), 1.0)
    lost = factor * (sizes - np.bincount(design.stratum, minlength=design.n_strata))
    found = (deviations * factor[design.stratum, None]).T @ deviations
    return np.asarray(found + (means * lost[:, None]).T @ means)


def _sums(values: Floats, positions: Integers, length: int) -> Floats:
    """Sum rows by position, shape (length, q)."""
    columns = [np.bincount(positions, weights=column, minlength=length) for column in values.T]
    return np.column_stack(columns)


def _check_rows(n: int, strata: Integers, psu: Integers, population: Floats | None) -> None:
    lengths = [len(strata), len(psu), n if population is None else len(population)]
    if any(length != n for length in lengths):
        raise StatisticsError(
            "Weights, strata, units and populations must have the same answers.",
            received=f"{n} weights; {lengths}",
        )


def _check_lonely(sizes: Integers, lonely: Lonely) -> None:
    n_lonely = int(np.sum(sizes == 1))
    if n_lonely and lonely is Lonely.REFUSE:
        raise StatisticsError(
            "A stratum with one sampling unit has no variance within.",
            received=f"{n_lonely} such strata",
            hint="join them with strata like them, or choose how they count.",
        )


def _fractions(sizes: Integers, stratum_of_row: Integers, population: Floats | None) -> Floats:
    """Share of each stratum's units that was drawn."""
    if population is None:
        return np.zeros(len(sizes))
    return np.asarray(sizes / _of_strata(population, stratum_of_row, sizes))


def _of_strata(values: Floats | Integers, stratum_of_row: Integers, least: Integers) -> Floats:
    """Take what every answer says of its stratum, shape (n_strata,)."""
    largest = np.full(len(least), -np.inf)
    np.maximum.at(largest, stratum_of_row, values)
    if not np.all(values == largest[stratum_of_row]) or np.any(largest < least):
        raise StatisticsError(
            "A stratum's population must be one number, at least the units drawn.",
            hint="give the number of villages in the stratum, not of people.",
        )
    return largest
