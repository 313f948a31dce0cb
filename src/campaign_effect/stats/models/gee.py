"""Generalised estimating equations: a model of the average, answers of a cluster alike."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.models.bernoulli import fit_at, fit_bernoulli
from campaign_effect.stats.models.clusters import Clusters, check_codes, group_rows
from campaign_effect.stats.models.design_matrix import inverse_factor, triangular_factor
from campaign_effect.stats.models.fit import Fit, read_only
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.links import IDENTITY, LOGIT, PROBIT, Link
from campaign_effect.stats.models.logit import LOGIT_LIKELIHOOD, check_binary
from campaign_effect.stats.models.probit import PROBIT_LIKELIHOOD
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

SCORE = 1e-11  # of the root of n; in orthonormal coordinates rounding leaves about 1e-15
ALL_ALIKE = 1 - 1e-8  # a correlation that leaves no difference within clusters
LIKELIHOODS = {LOGIT.name: LOGIT_LIKELIHOOD, PROBIT.name: PROBIT_LIKELIHOOD}
MOST_ROUNDS = 100  # each gains a digit or more


class WorkingCorrelation(StrEnum):
    """How answers of one cluster are taken to be correlated."""

    EXCHANGEABLE = "exchangeable"  # all pairs alike
    INDEPENDENCE = "independence"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeeFit:
    """A model of the average over clusters, weighted by a working correlation.

    Attributes
    ----------
    fit : Fit
        The model at these coefficients, for predictions and margins. Its own covariances
        would take answers as independent: use those of `whitened`.
    whitened : Fit
        The linear model of the rows V^(-1/2) D X with the residuals V^(-1/2) (y - mu), whose
        working covariance is the identity: for covariances.
    codes : ndarray of int, shape (n,)
        Cluster of each answer.
    correlation : WorkingCorrelation
        Which was taken.
    alpha : float
        Its estimate for two answers of a cluster, in [0, 1); 0 under independence.
    is_boundary : bool
        Whether answers of a cluster are less alike than by chance, so that alpha is held at 0.
    """

    fit: Fit = field(compare=False, repr=False)
    whitened: Fit = field(compare=False, repr=False)
    codes: Integers = field(compare=False, repr=False)
    correlation: WorkingCorrelation
    alpha: float
    is_boundary: bool

    @property
    def beta(self) -> Floats:
        """Coefficients, in units of the linear predictor, shape (p,)."""
        return self.fit.beta

    @property
    def answers(self) -> Fit:
        """The linear model whose rows, times its root, multiply the answers' own residuals.

        For what asks how alike answers of a cluster are, whatever correlation was taken.
        """
        X = _whitened(self.whitened.X, self.alpha, group_rows(self.codes))
        return replace(self.whitened, X=frozen(X))

    @property
    def dispersion(self) -> float:
        """Mean of the squared Pearson residuals: near 1; with the identity, their variance."""
        return self.whitened.dispersion


def fit_gee(
    X: Floats,
    y: Floats,
    codes: Integers,
    *,
    correlation: WorkingCorrelation = WorkingCorrelation.EXCHANGEABLE,
    link: Link = LOGIT,
) -> GeeFit:
    """Fit a binary model by generalised estimating equations.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Design, complete, with its column of ones.
    y : ndarray of float, shape (n,)
        Outcome, 0 or 1, complete.
    codes : ndarray of int, shape (n,)
        Cluster of each answer.
    correlation : WorkingCorrelation, default EXCHANGEABLE
        Between answers of a cluster. The estimates are consistent whether or not it is right.
    link : Link, default LOGIT
        LOGIT, PROBIT, or IDENTITY, which takes the variance as constant (Gaussian).

    Returns
    -------
    GeeFit
        Coefficients of the average over clusters (not at equal clusters, as those of a random
        intercept): in log odds, standard deviations of the latent variable, or probability.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError
        As `fit_logit`.
    ConvergenceError
        If the outcome is separated, or the estimating equations have no solution near.
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If a value is missing, y is not 0 or 1, codes and rows differ in number, or answers of
        every cluster are one or all alike.

    Notes
    -----
    Solves the sum of D'V^-1 (y - mu) = 0 over clusters [1]_, with V = A^(1/2) R A^(1/2),
    A = diag(mu (1 - mu)), or I with the identity link, and R with alpha off its diagonal. Of
    the Pearson residuals e, dispersion = mean(e^2) and alpha = mean of e_j e_k over the pairs
    of all clusters, over the dispersion: geepack's estimators, which take no p from the
    numbers. A correlation below 0 is taken as 0: below -1 / (m - 1) a cluster of m answers
    cannot have it, and near that the weights of clusters run wild.

    V^(-1/2) turns the equations into those of least squares with independent rows, so that
    the covariances of linear models apply as they are. CR2 is then Kauermann and Carroll's
    correction [2]_, its adjustment (I - H)^(-1/2) with the hat block H of a cluster, and its
    Satterthwaite degrees of freedom take V as the true covariance.

    References
    ----------
    .. [1] Liang, K.-Y., & Zeger, S. L. (1986). Longitudinal data analysis using generalized
       linear models. Biometrika, 73, 13-22. https://doi.org/10.1093/biomet/73.1.13
    .. [2] Kauermann, G., & Carroll, R. J. (2001). A note on the efficiency of sandwich
       covariance matrix estimation. Journal of the American Statistical Association, 96,
       1387-1396. https://doi.org/10.1198/016214501753382309

    Examples
    --------
    >>> y = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9])
    >>> fit = fit_gee(np.ones((30, 1)), y, np.repeat([1, 2, 3], 10))
    >>> round(fit.alpha, 4), abs(fit.beta[0]) < 1e-12
    (0.363, np.True_)
    """
    check_binary(X, y, None)
    independent = _independent(X, y, link)
    check_codes(independent, codes)
    clusters = group_rows(codes)
    if correlation is WorkingCorrelation.INDEPENDENCE:
        return _gather(independent, 0.0, codes, clusters, correlation)
    sizes = np.diff(clusters.bounds)
    if sizes.max() < 2:
        raise StatisticsError(
            "No cluster has two answers, so that none can be correlated.",
            received=f"{len(sizes)} clusters of 1",
            hint="use a model of independent answers, or a coarser cluster.",
        )
    fit = independent
    for _ in range(MOST_ROUNDS):
        found = _gather(fit, _alpha(fit, clusters), codes, clusters, correlation)
        Z = found.whitened.X @ found.whitened.root
        score = Z.T @ found.whitened.residual
        if np.linalg.norm(score) <= SCORE * np.sqrt(fit.n):
            return found
        fit = _moved(fit, fit.beta + found.whitened.root @ score)
    raise ConvergenceError(
        "The estimating equations have no solution that could be reached.",
        received=f"a correlation of {found.alpha:.3f} in the last of {MOST_ROUNDS} rounds",
        hint="use the working correlation 'independence'.",
    )


def _independent(X: Floats, y: Floats, link: Link) -> Fit:
    """Fit the model as if answers were independent."""
    if link is IDENTITY:
        return fit_ols(X, y)
    return fit_bernoulli(X, y, None, LIKELIHOODS[link.name])


def _moved(fit: Fit, beta: Floats) -> Fit:
    """Give the model at other coefficients."""
    if fit.link is IDENTITY:
        mean = frozen(fit.X @ beta)
        return replace(fit, beta=frozen(beta), mean=mean, log_likelihood=np.nan)
    return fit_at(beta, fit.X, fit.y, None, LIKELIHOODS[fit.link.name])


def _pearson(fit: Fit) -> Floats:
    return np.asarray(fit.residual / np.sqrt(fit.variance))


def _alpha(fit: Fit, clusters: Clusters) -> float:
    """Average the products of the residuals of a cluster's pairs, over the dispersion."""
    e = _pearson(fit)
    sizes = np.diff(clusters.bounds).astype(np.float64)
    sums = np.bincount(clusters.index, weights=e)
    alpha = float((sums @ sums - e @ e) / (sizes @ (sizes - 1)) / np.mean(e**2))
    if alpha > ALL_ALIKE:
        raise StatisticsError(
            "Answers of a cluster are all alike, so that one tells as much as all.",
            received=f"a correlation of {alpha:.4f}",
            hint="use the working correlation 'independence'.",
        )
    return alpha


def _whitened(columns: Floats, alpha: float, clusters: Clusters) -> Floats:
    """Multiply each cluster's rows by R^(-1/2).

    It acts on a cluster's mean by (1 + (m - 1) alpha)^(-1/2), and on what differs from it by
    (1 - alpha)^(-1/2).
    """
    sizes = np.diff(clusters.bounds).astype(np.float64)
    between, within = 1 / np.sqrt(1 + (sizes - 1) * alpha), 1 / np.sqrt(1 - alpha)
    lifts = ((between - within) / sizes)[clusters.index]
    sums = [np.bincount(clusters.index, weights=one)[clusters.index] for one in columns.T]
    return np.asarray(within * columns + lifts[:, None] * np.column_stack(sums))


def _gather(
    fit: Fit, found: float, codes: Integers, clusters: Clusters, correlation: WorkingCorrelation
) -> GeeFit:
    """Turn rows into ones whose working covariance is the identity.

    With the correlation that was found, or 0.
    """
    alpha = max(found, 0.0)
    scaled = (fit.slope / np.sqrt(fit.variance))[:, None] * fit.X
    X = _whitened(scaled, alpha, clusters)
    e = _pearson(fit)
    ones = np.ones(fit.n)
    whitened = Fit(
        X=frozen(X),
        y=frozen(_whitened(e[:, None], alpha, clusters)[:, 0]),
        counts=None,
        link=IDENTITY,
        beta=fit.beta,
        root=frozen(inverse_factor(triangular_factor(X))),
        mean=frozen(np.zeros(fit.n)),
        slope=frozen(ones),
        variance=frozen(ones),
        dispersion=float(np.mean(e**2)),
        log_likelihood=np.nan,
        null_log_likelihood=np.nan,
        n=fit.n,
        df=np.inf,
    )
    return GeeFit(
        fit=fit,
        whitened=whitened,
        codes=read_only(codes),
        correlation=correlation,
        alpha=alpha,
        is_boundary=found < 0,
    )
