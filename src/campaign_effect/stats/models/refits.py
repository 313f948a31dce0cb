"""A model of one linear predictor fitted again with many sets of weights at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.special import expit

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import IDENTITY, LOGIT, PROBIT
from campaign_effect.stats.models.newton import LEAST_CURVATURE
from campaign_effect.stats.models.probit import PROBIT_LIKELIHOOD
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers

CELLS = 400_000  # rows times sets of weights that are in memory at once
MOST_STEPS = 25
NEAR = 1e-5  # standard errors: a step so short is followed by none that matters
LONGEST = 30.0  # standard errors that one step may go
TINY = 1e-13  # keeps a singular information solvable; it is found out afterwards


Derivatives = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""Of the answers' log-likelihoods by their linear predictors, and minus the second ones."""


def refit(fit: Fit, times: Floats, rows: Integers | None = None) -> Floats:
    """Estimate the coefficients again with other weights of the rows.

    Parameters
    ----------
    fit : Fit
        A linear, logistic or probit model.
    times : ndarray, shape (m, B)
        Weights in place of the fit's counts, a column per set; 0 leaves a row out.
    rows : ndarray of int, shape (m,), optional
        The rows that the weights are for; all by default.

    Returns
    -------
    ndarray, shape (B, p)
        Coefficients; nan where a set's model has no finite or no unique estimate.

    Raises
    ------
    StatisticsError
        If rows differ in number.

    Notes
    -----
    Newton's method from the fit's coefficients for all sets together: residuals and
    information of B sets are two matrix products. Exact: steps go on until they are at
    rounding error. Where the outcome is separated they never end, and there is no estimate.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((3, 1)), np.array([0.0, 3.0, 6.0]))
    >>> refit(fit, np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 2.0]])).round(6)
    array([[3.],
           [6.]])
    """
    X, y = (fit.X, fit.y) if rows is None else (fit.X[rows], fit.y[rows])
    if len(times) != len(y):
        raise StatisticsError(
            "A model is refitted with weights of every row.",
            received=f"{len(times)} weights, {len(y)} rows",
        )
    Z, offset = X @ fit.root, X @ fit.beta
    pairs = _pair_products(Z)
    size = max(1, CELLS // len(Z))
    parts = []
    for first in range(0, times.shape[1], size):
        chunk = np.ascontiguousarray(times[:, first : first + size])
        if fit.link is IDENTITY:
            theta = _linear(Z, pairs, y - offset, chunk)
        else:
            theta = _climbed(Z, pairs, y, offset, chunk, DERIVATIVES[fit.link.name])
        parts.append(fit.beta + theta @ fit.root.T)
    return np.vstack(parts)


def _linear(Z: Floats, pairs: Floats, residual: Floats, times: Floats) -> Floats:
    """Solve the normal equations of every set, shape (b, p)."""
    information = _unpacked(times.T @ pairs, Z.shape[1])
    scores = (times * residual[:, None]).T @ Z
    theta = _solved(information, scores)
    theta[_is_flat(information)] = np.nan
    return theta


def _climbed(
    Z: Floats, pairs: Floats, y: Floats, offset: Floats, times: Floats, derive: Derivatives
) -> Floats:
    """Climb to every set's maximum, shape (b, p); sets that have arrived wait."""
    theta = np.zeros((times.shape[1], Z.shape[1]))
    is_failed = np.zeros(len(theta), dtype=bool)
    active = np.arange(len(theta))
    for _ in range(MOST_STEPS):
        own = times if len(active) == len(theta) else times[:, active]
        slopes, weights = derive(y[:, None], offset[:, None] + Z @ theta[active].T)
        scores = (own * slopes).T @ Z
        information = _unpacked((own * weights).T @ pairs, Z.shape[1])
        steps = _tempered(_solved(information, scores))
        theta[active] += steps
        is_near = np.linalg.norm(steps, axis=1) <= NEAR
        is_failed[active[is_near]] = _is_flat(information[is_near])
        active = active[~is_near]
        if len(active) == 0:
            break
    is_failed[active] = True
    theta[is_failed] = np.nan
    return theta


def _of_logit(y: Floats, eta: Floats) -> tuple[Floats, Floats]:
    mean = expit(eta)
    return y - mean, mean * (1 - mean)


def _of_probit(y: Floats, eta: Floats) -> tuple[Floats, Floats]:
    return PROBIT_LIKELIHOOD.derivatives(y, eta)[1:]


DERIVATIVES: Mapping[str, Derivatives] = {LOGIT.name: _of_logit, PROBIT.name: _of_probit}


def _tempered(steps: Floats) -> Floats:
    """Shorten steps far beyond the sample's own uncertainty, where Newton may overshoot."""
    length = np.linalg.norm(steps, axis=1)
    return np.asarray(steps * np.minimum(1.0, LONGEST / np.maximum(length, 1e-300))[:, None])


def _pair_products(Z: Floats) -> Floats:
    """Products of columns i <= j, shape (n, p (p + 1) / 2)."""
    i, j = np.triu_indices(Z.shape[1])
    return np.asarray(Z[:, i] * Z[:, j])


def _unpacked(sums: Floats, p: int) -> Floats:
    """Symmetric matrices from their upper triangles, shape (b, p, p)."""
    i, j = np.triu_indices(p)
    matrices = np.empty((len(sums), p, p))
    matrices[:, i, j] = sums
    matrices[:, j, i] = sums
    return matrices


def _solved(information: Floats, scores: Floats) -> Floats:
    """Solve each set's equations; singular ones give some finite answer."""
    p = scores.shape[1]
    ridge = TINY * (np.trace(information, axis1=1, axis2=2) + 1e-300)
    lifted = information + ridge[:, None, None] * np.eye(p)
    return np.asarray(np.linalg.solve(lifted, scores[:, :, None])[:, :, 0])


def _is_flat(information: Floats) -> Booleans:
    """Tell the sets whose likelihood is flat along some direction."""
    values = np.linalg.eigvalsh(information)
    return np.asarray(values[:, 0] <= LEAST_CURVATURE * values[:, -1])
