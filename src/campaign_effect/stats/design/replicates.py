"""Replicate weights: the sample as it would be with some sampling units left out or doubled.

An estimate is made again with each set of weights; how it varies gives its covariance, for
any estimator that takes weights.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import hadamard

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.design.survey_design import SurveyDesign
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicateWeights:
    """Weights of each replicate, and what its squared deviation counts.

    Attributes
    ----------
    values : ndarray, shape (n, R)
        Weights, the probability weights among them; 0 leaves an answer out.
    scales : ndarray, shape (R,)
        Factor of each replicate's squared deviation.
    """

    values: Floats = field(compare=False, repr=False)
    scales: Floats = field(compare=False)


def jackknife_replicates(design: SurveyDesign) -> ReplicateWeights:
    """Leave out one sampling unit at a time, raising its stratum's others (JK1, JKn).

    Parameters
    ----------
    design : SurveyDesign
        How the answers were drawn; every stratum with at least 2 units.

    Returns
    -------
    ReplicateWeights
        One replicate per unit, scaled by (1 - f_h) (n_h - 1) / n_h.

    Raises
    ------
    StatisticsError
        If a stratum has one unit.

    References
    ----------
    .. [1] Wolter, K. M. (2007). Introduction to variance estimation (2nd ed., chapter 4).
       Springer. https://doi.org/10.1007/978-0-387-35099-8

    Examples
    --------
    >>> from campaign_effect.stats.design.survey_design import survey_design
    >>> design = survey_design(np.ones(3))
    >>> jackknife_replicates(design).values
    array([[0. , 1.5, 1.5],
           [1.5, 0. , 1.5],
           [1.5, 1.5, 0. ]])
    """
    sizes = _sizes(design)
    own = sizes[design.stratum]
    is_same = design.stratum[:, None] == design.stratum
    factor = np.where(is_same, own / (own - 1), 1.0)
    np.fill_diagonal(factor, 0.0)
    scales = (1 - design.fraction[design.stratum]) * (own - 1) / own
    return _of_units(design, factor, scales)


def balanced_replicates(design: SurveyDesign) -> ReplicateWeights:
    """Keep one of two units in every stratum, in balanced halves (BRR).

    Parameters
    ----------
    design : SurveyDesign
        How the answers were drawn; every stratum with exactly 2 units.

    Returns
    -------
    ReplicateWeights
        As many as the next power of 2 above the strata, each scaled by 1 / R.

    Raises
    ------
    StatisticsError
        If a stratum does not have 2 units, or part of a finite population was drawn.

    References
    ----------
    .. [1] McCarthy, P. J. (1969). Pseudo-replication: Half samples. Review of the
       International Statistical Institute, 37, 239-264. https://doi.org/10.2307/1402116

    Examples
    --------
    >>> from campaign_effect.stats.design.survey_design import survey_design
    >>> design = survey_design(np.ones(4), strata=np.array([0, 0, 1, 1]))
    >>> balanced_replicates(design).values.sum(axis=0)
    array([4., 4., 4., 4.])
    """
    sizes = _sizes(design)
    if np.any(sizes != 2) or np.any(design.fraction > 0):
        raise StatisticsError(
            "Balanced half-samples need 2 units in every stratum, of endless populations.",
            received=f"strata of {sorted(set(sizes.astype(int).tolist()))} units",
            hint="use the jackknife or the bootstrap replicates.",
        )
    n_replicates = 2 ** int(np.ceil(np.log2(design.n_strata + 1)))
    halves = hadamard(n_replicates)[:, 1 : design.n_strata + 1]
    order = np.argsort(design.stratum, kind="stable")
    is_second = np.empty(design.n_psu, dtype=np.int64)
    is_second[order] = np.tile([0, 1], design.n_strata)
    sign = 1 - 2 * is_second
    factor = np.asarray(1.0 + halves[:, design.stratum] * sign, dtype=np.float64)
    return _of_units(design, factor.T, np.full(n_replicates, 1 / n_replicates))


def bootstrap_replicates(
    design: SurveyDesign, *, draws: int = 1000, seed: int = 0
) -> ReplicateWeights:
    """Draw n_h - 1 units of every stratum with replacement, and rescale.

    Parameters
    ----------
    design : SurveyDesign
        How the answers were drawn; every stratum with at least 2 units.
    draws : int, default 1000
        Replicates.
    seed : int
        Of the draws.

    Returns
    -------
    ReplicateWeights
        Each scaled by 1 / draws.

    Raises
    ------
    StatisticsError
        If a stratum has one unit, or part of a finite population was drawn.

    References
    ----------
    .. [1] Rao, J. N. K., Wu, C. F. J., & Yue, K. (1992). Some recent work on resampling
       methods for complex surveys. Survey Methodology, 18, 209-217.

    Examples
    --------
    >>> from campaign_effect.stats.design.survey_design import survey_design
    >>> bootstrap_replicates(survey_design(np.ones(3)), draws=5).values.sum(axis=0)
    array([3., 3., 3., 3., 3.])
    """
    sizes = _sizes(design).astype(np.int64)
    if np.any(design.fraction > 0):
        raise StatisticsError(
            "The bootstrap replicates are for endless populations.",
            hint="use the jackknife replicates, which know of the share drawn.",
        )
    rng = np.random.default_rng(seed)
    factor = np.empty((design.n_psu, draws))
    for h, size in enumerate(sizes):
        times = rng.multinomial(size - 1, np.full(size, 1 / size), size=draws)
        factor[design.stratum == h] = times.T * (size / (size - 1))
    return _of_units(design, factor, np.full(draws, 1 / draws))


def replicate_covariance(
    estimates: Floats, centre: Floats, replicates: ReplicateWeights
) -> Floats:
    """Estimate a covariance from an estimate's replicates.

    Parameters
    ----------
    estimates : ndarray, shape (R, q)
        The estimate with each replicate's weights.
    centre : ndarray, shape (q,)
        The estimate with the probability weights themselves, or the replicates' mean.
    replicates : ReplicateWeights
        Whose scales to use.

    Returns
    -------
    ndarray, shape (q, q)
        sum of scale (estimate - centre)(estimate - centre)'.

    Raises
    ------
    StatisticsError
        If a replicate has no estimate.

    Examples
    --------
    >>> from campaign_effect.stats.design.survey_design import survey_design
    >>> y, replicates = np.arange(4.0), jackknife_replicates(survey_design(np.ones(4)))
    >>> means = (y @ replicates.values / replicates.values.sum(axis=0))[:, None]
    >>> replicate_covariance(means, np.array([1.5]), replicates).round(4)
    array([[0.4167]])
    """
    if estimates.shape[0] != len(replicates.scales) or not np.isfinite(estimates).all():
        raise StatisticsError(
            "Every replicate needs a finite estimate.",
            received=f"{int(np.sum(~np.isfinite(estimates).all(axis=1)))} of "
            f"{len(replicates.scales)} without: a category or a level that is left out with "
            "some units, or a term that separates the outcome without them",
            hint="join categories or levels that are rare, or use SurveyDesign or CR2.",
        )
    deviations = estimates - centre
    return np.asarray((deviations * replicates.scales[:, None]).T @ deviations)


def _sizes(design: SurveyDesign) -> Floats:
    """Units of each stratum, refusing those with one."""
    sizes = np.bincount(design.stratum, minlength=design.n_strata).astype(np.float64)
    if np.any(sizes < 2):
        raise StatisticsError(
            "Replicate weights need at least 2 sampling units in every stratum.",
            received=f"{int(np.sum(sizes < 2))} strata with one unit",
            hint="join them with strata like them.",
        )
    return sizes


def _of_units(design: SurveyDesign, factor: Floats, scales: Floats) -> ReplicateWeights:
    """Spread the factors of units, shape (n_psu, R), to their answers."""
    return ReplicateWeights(
        values=frozen(design.weights[:, None] * factor[design.psu]),
        scales=frozen(np.asarray(scales, dtype=np.float64)),
    )
