"""Bootstrap intervals of alpha: respondents are resampled, or whole villages."""

from __future__ import annotations

from functools import partial

import numpy as np

from campaign_effect.analyses.reliability.answers import ScaleAnswers
from campaign_effect.analyses.reliability.coefficients import Attempts
from campaign_effect.analyses.reliability.rows import BootstrapReliability
from campaign_effect.analyses.resampling import Bootstrap, replicate
from campaign_effect.stats.design.bootstrap import bca_interval
from campaign_effect.stats.items.alpha import average_correlation, coefficient_alpha
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.resampling import resampled_covariances

COEFFICIENTS = ("alpha", "alpha_standardised")


def interval_rows(
    answers: ScaleAnswers, bootstrap: Bootstrap, level: float, attempts: Attempts
) -> tuple[BootstrapReliability, ...]:
    """Bound alpha and standardised alpha by resampling; complete rows only."""
    if np.isnan(answers.X).any():
        return ()
    units = _units(answers)
    estimate = _alphas(answers, units, np.ones((1, units.max() + 1), dtype=np.int64))[0]
    statistic = partial(_alphas, answers, units)
    replicates = replicate(statistic, int(units.max()) + 1, bootstrap)
    jackknife = _without_each(answers, units)
    rows = (
        attempts.make(
            f"{name}_interval",
            partial(
                _row,
                answers,
                name,
                (float(estimate[i]), replicates[:, i], jackknife[:, i]),
                level,
            ),
        )
        for i, name in enumerate(COEFFICIENTS)
    )
    return tuple(row for row in rows if row)


def _row(
    answers: ScaleAnswers, name: str, found: tuple[float, Floats, Floats], level: float
) -> BootstrapReliability:
    estimate, replicates, jackknife = found
    interval = bca_interval(estimate, replicates, jackknife, level=level)
    return BootstrapReliability(
        construct=answers.construct,
        group=answers.group,
        coefficient=f"coefficient.{name}",
        estimate=estimate,
        std_error=interval.std_error,
        conf_low=interval.conf_low,
        conf_high=interval.conf_high,
        n_clusters=None if answers.clusters is None else int(answers.clusters.max()) + 1,
        n_reps=len(replicates),
        n_failed=interval.n_failed,
    )


def _units(answers: ScaleAnswers) -> Integers:
    """Give what is resampled: the village of each row, or the row itself."""
    return np.arange(len(answers.X)) if answers.clusters is None else answers.clusters


def _alphas(answers: ScaleAnswers, units: Integers, counts: Integers) -> Floats:
    """Alpha and standardised alpha of resamples of units, shape (b, 2)."""
    if answers.weights is not None:
        times = counts[:, units] * answers.weights
        return _both(resampled_covariances(answers.X, times))
    return _both(resampled_covariances(answers.X, counts, clusters=answers.clusters))


def _both(S: Floats) -> Floats:
    k = S.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        r = average_correlation(S)
        return np.column_stack([coefficient_alpha(S), k * r / (1 + (k - 1) * r)])


def _without_each(answers: ScaleAnswers, units: Integers) -> Floats:
    """Both alphas without each unit, from sums over rows, shape (units, 2)."""
    X = answers.X - answers.X.mean(axis=0)
    w = np.ones(len(X)) if answers.weights is None else answers.weights
    n_units, k = int(units.max()) + 1, X.shape[1]
    first, second = np.triu_indices(k)
    features = [w, *(w * X.T), *(w * X.T[first] * X.T[second])]
    sums = np.column_stack([np.bincount(units, each, n_units) for each in features])
    left = sums.sum(axis=0) - sums
    n = left[:, :1]
    with np.errstate(invalid="ignore"):  # without the only unit nothing is left
        means, products = left[:, 1 : k + 1] / n, left[:, k + 1 :] / n
    S = np.empty((n_units, k, k))
    upper = products - means[:, first] * means[:, second]
    S[:, first, second] = S[:, second, first] = upper
    return _both(S)
