"""Firth's penalised logistic regression: finite estimates under separation, less bias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from scipy.special import chdtrc, chdtri

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.models.bernoulli import fit_at
from campaign_effect.stats.models.fit import Fit, times_of
from campaign_effect.stats.models.logit import LOGIT_LIKELIHOOD, check_binary
from campaign_effect.stats.models.penalised import PenalisedLikelihood
from campaign_effect.stats.moments.arrays import Floats, frozen

MOST_STEPS = 60  # of the search for a profile's end; 4 to 8 are usual
END = 1e-9  # of the signed root of the likelihood ratio there


@dataclass(frozen=True, slots=True, kw_only=True)
class FirthFit(Fit):
    """A logit that maximises the penalised likelihood; its scores do not sum to 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Penalised likelihood-ratio tests and profile intervals of single coefficients.

    Attributes
    ----------
    lr, p_value : ndarray, shape (k,)
        Chi-square with 1 df, and its p, of the coefficient being 0.
    conf_low, conf_high : ndarray, shape (k,)
        Where the profile has fallen by half the chi-square's quantile.
    """

    lr: Floats = field(compare=False)
    p_value: Floats = field(compare=False)
    conf_low: Floats = field(compare=False)
    conf_high: Floats = field(compare=False)


def fit_firth(X: Floats, y: Floats, counts: Floats | None = None) -> FirthFit:
    """Fit a logistic regression by Firth's penalised likelihood.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, its first column of ones.
    y : ndarray of float, shape (n_rows,)
        Outcome, 0 or 1, complete.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.

    Returns
    -------
    FirthFit
        Coefficients in log odds, finite even under separation. Its bread is the inverse of
        the information without penalty; both log-likelihoods are penalised, the null one
        with all coefficients but the first at 0.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError,
    StatisticsError
        As `fit_logit`, except that separation is no obstacle.

    Notes
    -----
    log L + log|I| / 2 is maximised: the score becomes the sum of (y - mu + h (1/2 - mu)) x,
    with h the diagonal of the hat matrix [1]_, which keeps estimates finite [2]_. Steps are
    Newton's with the exact curvature of the penalty.

    References
    ----------
    .. [1] Firth, D. (1993). Bias reduction of maximum likelihood estimates. Biometrika, 80,
       27-38. https://doi.org/10.1093/biomet/80.1.27
    .. [2] Heinze, G., & Schemper, M. (2002). A solution to the problem of separation in
       logistic regression. Statistics in Medicine, 21, 2409-2419.
       https://doi.org/10.1002/sim.1047

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])
    >>> fit_firth(X, np.array([0.0, 0, 1, 1, 1, 1])).beta.round(4)
    array([-0.5108,  2.4567])
    """
    check_binary(X, y, counts)
    likelihood, p = _likelihood(X, y, counts), X.shape[1]
    beta = likelihood.maximum(np.zeros(p), np.ones(p, dtype=bool))
    is_intercept = (np.arange(p) == 0) & (np.ptp(X[:, 0]) == 0)
    null = likelihood.maximum(np.zeros(p), is_intercept) if is_intercept.any() else np.zeros(p)
    fit = replace(
        fit_at(beta, X, y, counts, LOGIT_LIKELIHOOD),
        log_likelihood=likelihood.at(beta).value,
        null_log_likelihood=likelihood.at(null).value,
    )
    return FirthFit(**{one.name: getattr(fit, one.name) for one in fields(fit)})


def profile_firth(
    fit: Fit, columns: Sequence[int] | None = None, *, level: float = 0.95
) -> Profile:
    """Test single coefficients and give their intervals by the penalised likelihood.

    Parameters
    ----------
    fit : Fit
        From `fit_firth`.
    columns : sequence of int, optional
        Which coefficients; all by default.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    Profile
        In the order of `columns`. The intervals are asymmetric where the likelihood is, as
        under separation, where Wald's mislead.

    Raises
    ------
    StatisticsError
        If `level` does not lie between 0 and 1.
    ConvergenceError
        If the end of a profile cannot be reached.

    Notes
    -----
    The other coefficients maximise the likelihood penalised by the information of all
    coefficients, as in [1]_ and R's logistf. Ends are found by Newton's method on the signed
    root of the likelihood ratio, which is nearly linear.

    References
    ----------
    .. [1] Heinze, G., & Schemper, M. (2002). A solution to the problem of separation in
       logistic regression. Statistics in Medicine, 21, 2409-2419.
       https://doi.org/10.1002/sim.1047

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])
    >>> found = profile_firth(fit_firth(X, np.array([0.0, 0, 1, 1, 1, 1])), [1])
    >>> found.p_value.round(3), found.conf_low.round(2), found.conf_high.round(2)
    (array([0.131]), array([-0.68]), array([7.64]))
    """
    if not 0 < level < 1:
        raise StatisticsError("A level lies between 0 and 1.", received=level)
    likelihood = _likelihood(fit.X, fit.y, fit.counts)
    reach = float(np.sqrt(chdtri(1, 1 - level)))
    which = range(fit.p) if columns is None else columns
    null = [_signed_root(likelihood, fit, _with(fit.beta, j, 0.0), j)[0] for j in which]
    ends = [[_end(likelihood, fit, j, side * reach) for side in (-1, 1)] for j in which]
    lr = np.square(null)
    return Profile(
        lr=frozen(lr),
        p_value=frozen(np.asarray(chdtrc(1, lr))),
        conf_low=frozen(np.array([low for low, _ in ends])),
        conf_high=frozen(np.array([high for _, high in ends])),
    )


def _likelihood(X: Floats, y: Floats, counts: Floats | None) -> PenalisedLikelihood:
    return PenalisedLikelihood(X=X, y=y, times=times_of(y, counts))


def _with(beta: Floats, j: int, value: float) -> Floats:
    """Give coefficients of which the j-th has another value."""
    changed = beta.copy()
    changed[j] = value
    return changed


def _signed_root(
    likelihood: PenalisedLikelihood, fit: Fit, start: Floats, j: int
) -> tuple[float, float, Floats]:
    """Signed root of the likelihood ratio of coefficient j, its slope, and the others."""
    beta = likelihood.maximum(start, np.arange(fit.p) != j) if fit.p > 1 else start
    point = likelihood.at(beta)
    size = np.sqrt(max(2 * (fit.log_likelihood - point.value), 0.0))
    root = float(np.copysign(size, beta[j] - fit.beta[j]))
    return root, float(-point.gradient[j] / root) if root else np.nan, beta


def _end(likelihood: PenalisedLikelihood, fit: Fit, j: int, target: float) -> float:
    """Find where the signed root of coefficient j is the target."""
    std_error = float(np.linalg.norm(fit.root[j]))
    inner, outer = float(fit.beta[j]), np.copysign(np.inf, target)
    beta, at = fit.beta, inner + target * std_error
    for _ in range(MOST_STEPS):
        root, slope, beta = _signed_root(likelihood, fit, _with(beta, j, at), j)
        if abs(root - target) <= END:
            return at
        inner, outer = (inner, at) if abs(root) > abs(target) else (at, outer)
        at = _between(at + (target - root) / slope, inner, outer, std_error)
    raise ConvergenceError(
        f"The profile of coefficient {j} (from 0) does not fall far enough.",
        hint="ask for a lower level, or use fewer terms.",
    )


def _between(proposal: float, inner: float, outer: float, std_error: float) -> float:
    """Keep a Newton step within the bounds known, and from running away."""
    side = np.sign(outer - inner)
    if np.isinf(outer):
        return float(side * min(side * proposal, side * inner + 5 * std_error))
    is_within = min(inner, outer) < proposal < max(inner, outer)
    return proposal if is_within else (inner + outer) / 2
