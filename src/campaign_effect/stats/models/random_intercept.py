"""Logistic regression with a random intercept by cluster (village)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import chdtrc, ndtri

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.clusters import group_rows
from campaign_effect.stats.models.design_matrix import inverse_factor, triangular_factor
from campaign_effect.stats.models.fit import read_only
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.models.quadrature import GroupedAnswers
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

GRADIENT = 1e-10  # of the root of n: quadrature sums over nodes as well
BOUNDARY = 1e-4  # a standard deviation below is one of 0, as in lme4
FIRST_SD = 0.5
LEAST_NODES = 7  # the fewest with which estimates are good to 1e-3
LOGISTIC_VARIANCE = np.pi**2 / 3  # of the latent error


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomInterceptFit:
    """A logit whose intercept varies between clusters, normally.

    Attributes
    ----------
    X : ndarray, shape (n_rows, p)
        Design.
    y : ndarray, shape (n_rows,)
        Outcome.
    counts : ndarray, shape (n_rows,), or None
        Answers per row; one each if None.
    beta : ndarray, shape (p,)
        Coefficients in log odds, at equal intercepts (conditional, not averaged).
    sd : float
        Standard deviation of the intercept between clusters, in log odds.
    vcov : ndarray, shape (p + 1, p + 1)
        Covariance of the coefficients, then sd. At the boundary that of sd means nothing.
    effects : ndarray, shape (G,)
        Conditional mode of each cluster's deviation, in log odds, in the order of its code.
    log_likelihood, pooled_log_likelihood : float
        Of this model and of the same without the random intercept.
    n, n_clusters, n_nodes : int
        Answers, clusters, quadrature nodes.
    is_boundary : bool
        Whether the likelihood is highest where clusters do not differ (sd = 0).
    """

    X: Floats = field(compare=False, repr=False)
    y: Floats = field(compare=False, repr=False)
    counts: Floats | None = field(compare=False, repr=False)
    beta: Floats = field(compare=False)
    sd: float
    vcov: Floats = field(compare=False, repr=False)
    effects: Floats = field(compare=False, repr=False)
    log_likelihood: float
    pooled_log_likelihood: float
    n: int
    n_clusters: int
    n_nodes: int
    is_boundary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterVariation:
    """How much clusters differ, given the regressors.

    Attributes
    ----------
    sd, sd_low, sd_high : float
        Standard deviation of the intercept, with its interval.
    icc, icc_low, icc_high : float
        Intraclass correlation on the latent scale, in [0, 1).
    median_odds_ratio, median_odds_ratio_low, median_odds_ratio_high : float
        Median of the odds ratios between the likelier and the less likely of two clusters, at
        equal regressors; at least 1.
    lr, p_value : float
        Likelihood-ratio test of sd = 0.
    """

    sd: float
    sd_low: float
    sd_high: float
    icc: float
    icc_low: float
    icc_high: float
    median_odds_ratio: float
    median_odds_ratio_low: float
    median_odds_ratio_high: float
    lr: float
    p_value: float


def fit_random_intercept(
    X: Floats,
    y: Floats,
    codes: Integers,
    counts: Floats | None = None,
    *,
    n_nodes: int = 25,
) -> RandomInterceptFit:
    """Fit a random-intercept logit by maximum likelihood.

    It is reported beside cluster-robust standard errors, not instead of them: with few
    clusters its tests reject too often.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, with its column of ones.
    y : ndarray of float, shape (n_rows,)
        Outcome, 0 or 1, complete.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.
    n_nodes : int, default 25
        Quadrature nodes, at least 7.

    Returns
    -------
    RandomInterceptFit
        With `is_boundary` where clusters do not differ.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `fit_logit`.
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If a value is missing, y is not 0 or 1, codes and rows differ in number, or there are
        fewer than 7 nodes.

    Notes
    -----
    logit P(y = 1 | b) = X beta + sd b, b ~ N(0, 1), integrated by adaptive Gauss-Hermite
    quadrature [1]_. Steps are Newton's with Louis's information [2]_. The likelihood is even
    in sd, so that sd = 0 is met as an ordinary maximum.

    References
    ----------
    .. [1] Pinheiro, J. C., & Bates, D. M. (1995). Approximations to the log-likelihood
       function in the nonlinear mixed-effects model. Journal of Computational and Graphical
       Statistics, 4, 12-35. https://doi.org/10.1080/10618600.1995.10474663
    .. [2] Louis, T. A. (1982). Finding the observed information matrix when using the EM
       algorithm. Journal of the Royal Statistical Society B, 44, 226-233.
       https://doi.org/10.1111/j.2517-6161.1982.tb01203.x

    Examples
    --------
    >>> y = np.array([0.0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1])
    >>> fit = fit_random_intercept(np.ones((12, 1)), y, np.repeat([1, 2, 3], 4))
    >>> fit.is_boundary
    True
    """
    if n_nodes < LEAST_NODES:
        raise StatisticsError(
            f"Quadrature needs {LEAST_NODES} nodes or more.", received=n_nodes
        )
    if codes.shape != y.shape:
        raise StatisticsError(
            "Every row needs one cluster code.", received=f"codes {codes.shape}, rows {y.shape}"
        )
    pooled = fit_logit(X, y, counts)
    root = inverse_factor(triangular_factor(X, None if counts is None else np.sqrt(counts)))
    answers = GroupedAnswers.of(X @ root, y, counts, group_rows(codes), n_nodes)
    gamma, sigma, point = _climb(
        answers, np.asarray(np.linalg.solve(root, pooled.beta)), pooled.n
    )
    change = np.eye(len(gamma) + 1)
    change[:-1, :-1] = root
    change[-1, -1] = np.copysign(1.0, sigma)
    is_boundary = abs(sigma) < BOUNDARY
    modes = answers.modes(answers.Z @ gamma, abs(sigma))
    effects = np.zeros(len(answers.starts)) if modes is None else abs(sigma) * modes.u
    return RandomInterceptFit(
        X=read_only(X),
        y=read_only(y),
        counts=None if counts is None else read_only(counts),
        beta=frozen(root @ gamma),
        sd=0.0 if is_boundary else abs(sigma),
        vcov=frozen(change @ np.linalg.inv(point.information) @ change.T),
        effects=frozen(effects),
        log_likelihood=point.value,
        pooled_log_likelihood=pooled.log_likelihood,
        n=pooled.n,
        n_clusters=len(answers.starts),
        n_nodes=n_nodes,
        is_boundary=is_boundary,
    )


def _climb(answers: GroupedAnswers, gamma: Floats, n: int) -> tuple[Floats, float, Point]:
    """Maximise from the coefficients without effects, by sigma times sqrt(n) as the last."""
    scale = np.append(np.ones(len(gamma)), 1 / np.sqrt(n))

    def evaluate(phi: Floats) -> Point:
        point = answers.at(phi[:-1], float(phi[-1] * scale[-1]))
        return Point(
            value=point.value,
            gradient=scale * point.gradient,
            information=np.outer(scale, scale) * point.information,
        )

    start = np.append(gamma, FIRST_SD / scale[-1])
    phi = scale * maximise(evaluate, start, tolerance=GRADIENT * np.sqrt(n))[0]
    return phi[:-1], float(phi[-1]), answers.at(phi[:-1], float(phi[-1]))


def cluster_variation(fit: RandomInterceptFit, *, level: float = 0.95) -> ClusterVariation:
    """Say how much clusters differ.

    Parameters
    ----------
    fit : RandomInterceptFit
        A fitted model.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    ClusterVariation
        The intervals are Wald's on the log of sd; nan at the boundary.

    Raises
    ------
    StatisticsError
        If `level` does not lie between 0 and 1.

    Notes
    -----
    ICC = sd^2 / (sd^2 + pi^2 / 3); median odds ratio = exp(sqrt(2) sd z(.75)) [1]_. Under
    sd = 0 the likelihood ratio is an even mixture of 0 and chi-square with 1 df [2]_.

    References
    ----------
    .. [1] Larsen, K., & Merlo, J. (2005). Appropriate assessment of neighborhood effects on
       individual health. American Journal of Epidemiology, 161, 81-88.
       https://doi.org/10.1093/aje/kwi017
    .. [2] Self, S. G., & Liang, K.-Y. (1987). Asymptotic properties of maximum likelihood
       estimators and likelihood ratio tests under nonstandard conditions. Journal of the
       American Statistical Association, 82, 605-610.
       https://doi.org/10.1080/01621459.1987.10478472

    Examples
    --------
    >>> y = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9])
    >>> fit = fit_random_intercept(np.ones((30, 1)), y, np.repeat([1, 2, 3], 10))
    >>> round(cluster_variation(fit).icc, 2)
    0.45
    """
    if not 0 < level < 1:
        raise StatisticsError("A level lies between 0 and 1.", received=level)
    low = high = np.nan
    if not fit.is_boundary:
        reach = np.exp(ndtri((1 + level) / 2) * np.sqrt(fit.vcov[-1, -1]) / fit.sd)
        low, high = fit.sd / reach, fit.sd * reach
    lr = max(2 * (fit.log_likelihood - fit.pooled_log_likelihood), 0.0)
    return ClusterVariation(
        sd=fit.sd,
        sd_low=float(low),
        sd_high=float(high),
        icc=_icc(fit.sd),
        icc_low=_icc(low),
        icc_high=_icc(high),
        median_odds_ratio=_median_odds_ratio(fit.sd),
        median_odds_ratio_low=_median_odds_ratio(low),
        median_odds_ratio_high=_median_odds_ratio(high),
        lr=lr,
        p_value=1.0 if fit.is_boundary else float(chdtrc(1, lr)) / 2,
    )


def _icc(sd: float) -> float:
    return float(sd**2 / (sd**2 + LOGISTIC_VARIANCE))


def _median_odds_ratio(sd: float) -> float:
    return float(np.exp(np.sqrt(2) * sd * ndtri(0.75)))
