"""Which discrepancy an estimator takes, with its weights."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.discrepancy import (
    Discrepancy,
    LeastSquares,
    NormalDiscrepancy,
)
from campaign_effect.stats.sem.estimators import Estimator
from campaign_effect.stats.sem.normal import expected_information, normal_point
from campaign_effect.stats.sem.places import Structure
from campaign_effect.stats.sem.robust import moment_gamma
from campaign_effect.stats.sem.sample import GroupSample


def choose_discrepancy(
    structure: Structure, sample: GroupSample, estimator: Estimator
) -> Discrepancy:
    """Return a group's discrepancy.

    Parameters
    ----------
    structure : Structure
        The group's matrices.
    sample : GroupSample
        Its moments.
    estimator : Estimator
        How both are compared.

    Returns
    -------
    Discrepancy

    Raises
    ------
    UsageError
        If the estimator does not take such a sample.
    StatisticsError
        If full weights have more moments than rows.
    """
    if estimator.measure != "normal":
        return LeastSquares(
            moments=sample_moments(structure, sample),
            weights=_weights(structure, sample, estimator),
        )
    if sample.patterns is None:
        raise UsageError("A normal likelihood needs continuous answers.")
    return NormalDiscrepancy(
        patterns=sample.patterns,
        mean=sample.mean,
        has_means=structure.has_means,
        saturated=normal_point(sample.patterns, sample.mean, sample.cov).value,
    )


def sample_moments(structure: Structure, sample: GroupSample) -> Floats:
    """Return a group's sample moments in the order of the implied ones.

    Parameters
    ----------
    structure : Structure
        The group's matrices.
    sample : GroupSample
        Its moments.

    Returns
    -------
    ndarray of float, shape (m,)
        Continuous covariances have divisor n - 1.
    """
    is_ordinal = bool(structure.is_ordinal.any())
    cov = sample.cov if is_ordinal else sample.unbiased_cov
    locations = np.concatenate([sample.thresholds, sample.mean[::-1]])[structure.locations]
    rows, columns = structure.slopes
    slopes = np.zeros(0)
    if sample.slopes is not None:
        slopes = sample.slopes[rows, np.searchsorted(structure.given, columns)]
    return np.concatenate([locations, slopes, cov[structure.pairs]])


def _weights(structure: Structure, sample: GroupSample, estimator: Estimator) -> Floats:
    """Return the weights of a group's least squares."""
    is_ordinal = bool(structure.is_ordinal.any())
    if structure.is_conditional != (sample.slopes is not None):
        raise UsageError(
            "Moments and model of ordinal variables must be given the same predictors.",
            hint="give them to sample_of_mixed, or let them vary with fixed_x=False.",
        )
    if len(structure.given) and not is_ordinal and estimator.measure != "uls":
        raise UsageError(
            f"{estimator.name} does not take given predictors.",
            hint="let them vary with fixed_x=False, or use ML or MLR.",
        )
    if estimator.measure == "uls":
        return np.ones(structure.n_moments)
    if estimator.measure == "gls":
        if sample.patterns is None:
            raise UsageError("GLS needs continuous answers.")
        point = normal_point(sample.patterns, sample.mean, sample.unbiased_cov)
        return expected_information(point, with_means=structure.has_means)
    gamma = moment_gamma(sample, structure)
    if estimator.measure == "dwls":
        return 1 / np.diag(gamma)
    if sample.n <= len(gamma):
        raise StatisticsError(
            f"WLS needs more rows ({sample.n}) than moments ({len(gamma)}).",
            hint="use WLSMV or MLR.",
        )
    return np.asarray(np.linalg.inv(gamma))
