"""Tests of parallel lines: whether one coefficient serves every threshold."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import chdtrc

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.diagnosis.linear_tests import AssumptionTest
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import LOGIT
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.ordered_fit import OrderedFit
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelLines:
    """A test of parallel lines, for all columns together and for each.

    Attributes
    ----------
    chi2, p_value : float
        Of all columns together.
    df : int
        (K - 2) p.
    column_chi2, column_p_value : ndarray, shape (p,)
        Of each column of the design, the others as they are.
    column_df : int
        K - 2.
    """

    chi2: float
    df: int
    p_value: float
    column_chi2: Floats = field(compare=False)
    column_df: int
    column_p_value: Floats = field(compare=False)


def brant_test(fit: OrderedFit) -> ParallelLines:
    """Compare the coefficients of the binary logits at every threshold.

    Parameters
    ----------
    fit : OrderedFit
        An ordered logit of three categories or more.

    Returns
    -------
    ParallelLines
        Wald tests of equal coefficients.

    Raises
    ------
    StatisticsError
        If there are two categories, or the model is no ordered logit.
    ConvergenceError
        If the outcome is separated at some threshold, which is named.

    Notes
    -----
    Logits of y > k for each k; the covariance between the coefficients at thresholds j < k is
    I_j^-1 X' diag(pi_k - pi_j pi_k) X I_k^-1 [1]_. (The test of car 3.1 in R leaves one of the
    mirrored blocks untransposed.)

    References
    ----------
    .. [1] Brant, R. (1990). Assessing proportionality in the proportional odds model for
       ordinal logistic regression. Biometrics, 46, 1171-1178.
       https://doi.org/10.2307/2532457

    Examples
    --------
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> x = np.repeat([[0.0], [1.0]], 6, axis=0)
    >>> fit = fit_ordered(x, np.array([0, 0, 0, 1, 1, 2, 0, 1, 1, 2, 2, 2]))
    >>> brant_test(fit).df
    1
    """
    _refuse_two_categories(fit)
    if fit.link.name != LOGIT.name:
        raise StatisticsError(
            "Brant's test is one of the ordered logit.",
            received=f"an ordered {fit.link.name}",
            hint="use the score test of parallel lines.",
        )
    logits = [_logit_above(fit, k) for k in range(fit.n_categories - 1)]
    beta = np.array([logit.beta[1:] for logit in logits])
    K1, p = beta.shape
    covariance = np.empty((K1, p, K1, p))
    for j in range(K1):
        for k in range(j, K1):
            block = _covariance_between(logits[j], logits[k])
            covariance[j, :, k, :], covariance[k, :, j, :] = block, block.T
    differences = np.column_stack([-np.ones(K1 - 1), np.eye(K1 - 1)])
    gaps = differences @ beta
    spread = np.einsum("aj,jskt,bk->asbt", differences, covariance, differences)
    return _tests(
        float(_quadratic(gaps.ravel(), spread.reshape(gaps.size, gaps.size))),
        np.array([_quadratic(gaps[:, j], spread[:, j, :, j]) for j in range(p)]),
        K1 - 1,
    )


def score_test_parallel(fit: OrderedFit) -> ParallelLines:
    """Test parallel lines by the score of the model that frees them.

    Parameters
    ----------
    fit : OrderedFit
        An ordered logit or probit of three categories or more.

    Returns
    -------
    ParallelLines
        Rao's tests; nothing else needs to be fitted.

    Raises
    ------
    StatisticsError
        If there are two categories.

    Notes
    -----
    P(y <= k) = F(threshold_k - X beta_k) is the model with free lines [1]_; its score and its
    expected information are taken where all beta_k are the fitted beta.

    References
    ----------
    .. [1] Peterson, B., & Harrell, F. E. (1990). Partial proportional odds models for ordinal
       response variables. Applied Statistics, 39, 205-217. https://doi.org/10.2307/2347760

    Examples
    --------
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> x = np.repeat([[0.0], [1.0]], 6, axis=0)
    >>> fit = fit_ordered(x, np.array([0, 0, 0, 1, 1, 2, 0, 1, 1, 2, 2, 2]))
    >>> round(score_test_parallel(fit).chi2, 4)
    0.0
    """
    _refuse_two_categories(fit)
    K1, p = fit.n_categories - 1, fit.X.shape[1]
    score, information = _free_lines(fit)
    common = np.zeros((K1, p + 1, p))
    common[:, 1:] = np.eye(p)
    thresholds = np.zeros((K1, p + 1, K1))
    thresholds[np.arange(K1), 0, np.arange(K1)] = 1.0
    held = np.concatenate([thresholds, common], axis=2).reshape(K1 * (p + 1), -1)

    def statistic(columns: list[int]) -> float:
        freed = np.zeros((K1, p + 1, K1 - 1, len(columns)))
        for position, j in enumerate(columns):
            freed[np.arange(1, K1), j + 1, np.arange(K1 - 1), position] = 1.0
        T = np.column_stack([held, freed.reshape(K1 * (p + 1), -1)])
        return _quadratic(T.T @ score, T.T @ information @ T)

    each = np.array([statistic([j]) for j in range(p)])
    return _tests(statistic(list(range(p))), each, K1 - 1)


def _refuse_two_categories(fit: OrderedFit) -> None:
    if fit.n_categories < 3:
        raise StatisticsError(
            "Lines can differ only where there are two thresholds or more.",
            received=f"{fit.n_categories} categories",
        )


def _tests(chi2: float, each: Floats, df: int) -> ParallelLines:
    total = df * len(each)
    return ParallelLines(
        chi2=chi2,
        df=total,
        p_value=float(chdtrc(total, chi2)),
        column_chi2=frozen(each),
        column_df=df,
        column_p_value=frozen(np.asarray(chdtrc(df, each))),
    )


def _logit_above(fit: OrderedFit, k: int) -> Fit:
    """Fit the binary logit of a category above k."""
    X = np.column_stack([np.ones(len(fit.y)), fit.X])
    try:
        return fit_logit(X, (fit.y > k).astype(np.float64), fit.counts)
    except ConvergenceError as error:
        raise ConvergenceError(
            f"Brant's test cannot be computed: a term separates categories up to {k} (from 0) "
            "from those above.",
            received=error.received,
            hint="join rare categories or levels, or use the score test of parallel lines.",
        ) from error


def _covariance_between(low: Fit, high: Fit) -> Floats:
    """Covariance between slopes of the logits of a lower and a higher threshold."""
    weights = high.mean * (1 - low.mean)
    if low.counts is not None:
        weights = weights * low.counts
    middle = (low.X * weights[:, None]).T @ low.X
    return np.asarray((low.bread @ middle @ high.bread)[1:, 1:])


def _quadratic(vector: Floats, matrix: Floats) -> float:
    return float(vector @ np.linalg.solve(matrix, vector))


def _free_lines(fit: OrderedFit) -> tuple[Floats, Floats]:
    """Score and expected information by each threshold with its own minus beta."""
    K1 = fit.n_categories - 1
    X = np.column_stack([np.ones(len(fit.y)), -fit.X])
    times = fit.times
    shares = fit.probabilities(fit.X)
    density = fit.link.slope(fit.thresholds - (fit.X @ fit.beta)[:, None])
    is_below = fit.y[:, None] == np.arange(K1)
    is_above = fit.y[:, None] == np.arange(1, K1 + 1)
    slopes = density * (is_below / shares[:, :-1] - is_above / shares[:, 1:])
    information = np.zeros((K1, X.shape[1], K1, X.shape[1]))
    for k in range(K1):
        own = times * density[:, k] ** 2 * (1 / shares[:, k] + 1 / shares[:, k + 1])
        information[k, :, k, :] = (X * own[:, None]).T @ X
        if k:
            cross = -times * density[:, k - 1] * density[:, k] / shares[:, k]
            block = (X * cross[:, None]).T @ X
            information[k, :, k - 1, :], information[k - 1, :, k, :] = block, block.T
    size = K1 * X.shape[1]
    score = (times[:, None] * slopes).T @ X
    return score.ravel(), information.reshape(size, size)


def lr_test_parallel(
    parallel: OrderedFit | PartialOrderedFit, freed: PartialOrderedFit
) -> AssumptionTest:
    """Test parallel lines by the likelihood ratio to the model that frees them.

    Parameters
    ----------
    parallel : OrderedFit or PartialOrderedFit
        A model with one coefficient for the columns in question.
    freed : PartialOrderedFit
        The same design and answers, with these columns freed.

    Returns
    -------
    AssumptionTest
        Chi-square with (K - 2) degrees of freedom for each column freed.

    Raises
    ------
    StatisticsError
        If there are two categories or no free column.

    Examples
    --------
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> from campaign_effect.stats.models.partial_ordered import fit_partial_ordered
    >>> x = np.repeat([[0.0], [1.0]], 6, axis=0)
    >>> y = np.array([0, 0, 0, 1, 1, 2, 0, 1, 1, 2, 2, 2])
    >>> test = lr_test_parallel(fit_ordered(x, y), fit_partial_ordered(x, y, free=[0]))
    >>> round(test.statistic, 6), test.df
    (0.0, 1.0)
    """
    df = freed.q - parallel.q
    if not df:
        raise StatisticsError(
            "Lines can differ only where there are two thresholds and a free column.",
            received=f"{parallel.n_categories} categories, {len(freed.free)} free columns",
        )
    chi2 = max(2 * (freed.log_likelihood - parallel.log_likelihood), 0.0)
    return AssumptionTest(statistic=chi2, p_value=float(chdtrc(df, chi2)), df=float(df))
