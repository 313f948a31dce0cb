"""Ordered logit and ordered probit: cumulative models with free thresholds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.stats.models.category_fit import check_categories, null_log_likelihood
from campaign_effect.stats.models.design_matrix import (
    check_answers,
    inverse_factor,
    triangular_factor,
)
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.models.fit import read_only, times_of
from campaign_effect.stats.models.links import LOGIT, PROBIT, Link
from campaign_effect.stats.models.logit import LOGIT_LIKELIHOOD
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.models.ordered_fit import OrderedFit
from campaign_effect.stats.models.ordered_likelihood import (
    FAR,
    SortedAnswers,
    fitted_intervals,
)
from campaign_effect.stats.models.probit import PROBIT_LIKELIHOOD
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

GRADIENT = 1e-12  # of the root of n, in coordinates in which columns have length 1
QUANTILES = {LOGIT.name: LOGIT_LIKELIHOOD.start, PROBIT.name: PROBIT_LIKELIHOOD.start}


def fit_ordered(
    X: Floats, y: Integers, counts: Floats | None = None, *, link: Link = LOGIT
) -> OrderedFit:
    """Fit an ordered logit or probit by maximum likelihood.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, **without** a column of ones: the thresholds take its place.
    y : ndarray of int, shape (n_rows,)
        Category of each row, 0 to K - 1 in their order, each with an answer.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.
    link : Link, default LOGIT
        LOGIT or PROBIT.

    Returns
    -------
    OrderedFit
        Coefficients (in log odds of a higher category, or standard deviations of the latent
        variable) and thresholds; the bread is the inverse of the observed information.

    Raises
    ------
    TooFewRowsError
        If there are no more answers than columns.
    NoVariationError
        If there are fewer than two categories.
    DependentColumnsError
        If columns of X are constant or linear combinations of columns before them.
    ConvergenceError
        If the likelihood has no finite maximum, as under separation.
    StatisticsError
        If a value is missing or infinite, or a category has no answer.

    Notes
    -----
    P(y <= k) = F(threshold_k - X beta) [1]_; the likelihood is concave [2]_. Newton's steps
    are taken on its analytic derivatives, by the thresholds themselves, in coordinates in
    which the columns, taken from their means, are orthonormal.

    References
    ----------
    .. [1] McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal
       Statistical Society B, 42, 109-142. https://doi.org/10.1111/j.2517-6161.1980.tb01109.x
    .. [2] Pratt, J. W. (1981). Concavity of the log likelihood. Journal of the American
       Statistical Association, 76, 103-106.
       https://doi.org/10.1080/01621459.1981.10477613

    Examples
    --------
    >>> X = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> fit = fit_ordered(X, np.array([0, 1, 2, 1, 2, 2]))
    >>> fit.beta.round(3), fit.thresholds.round(3)
    (array([1.724]), array([-0.93,  0.93]))
    """
    check_answers(X, y.astype(np.float64), counts)
    return ordered_maximum(X, y, counts, link=link)


def ordered_maximum(
    X: Floats, y: Integers, counts: Floats | None, *, link: Link, start: Floats | None = None
) -> OrderedFit:
    """Maximise the likelihood of answers that were checked.

    Parameters
    ----------
    X, y, counts, link
        As in `fit_ordered`; counts need not be whole (weights of a mean of 1).
    start : ndarray, shape (q,), optional
        Parameters at which the search begins; by default those without regressors.

    Returns
    -------
    OrderedFit

    Raises
    ------
    NoVariationError, DependentColumnsError, ConvergenceError, StatisticsError
        As `fit_ordered`.

    Examples
    --------
    >>> X = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> ordered_maximum(X, np.array([0, 1, 2, 1, 2, 2]), None, link=LOGIT).beta.round(3)
    array([1.724])
    """
    K = check_categories(y)
    n = len(y) if counts is None else float(counts.sum())
    frame = _Coordinates.of(X, counts, n)
    answers = SortedAnswers.of(frame.design(X), y, counts, link)
    change = frame.change(K - 1)
    if start is None:
        shares = np.cumsum(np.bincount(y, weights=counts))[:-1] / n
        cuts = [QUANTILES[link.name](float(share)) for share in shares]
        start = np.concatenate([np.zeros(X.shape[1]), cuts])
    phi, point = maximise(
        lambda phi: frame.evaluate(answers, phi),
        np.asarray(np.linalg.solve(change, start)),
        tolerance=GRADIENT * np.sqrt(n),
    )
    lower = np.linalg.cholesky(point.information)
    root = np.linalg.solve(lower, change.T).T
    return _gather(change @ phi, root, X, y, counts, link)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coordinates:
    """Coordinates in which columns are centred and orthonormal, and thresholds of like size.

    phi holds gamma and zeta; beta = root gamma, thresholds = zeta / sqrt(n) + means beta.
    """

    n: float
    means: Floats = field(compare=False)
    root: Floats = field(compare=False)

    @classmethod
    def of(cls, X: Floats, counts: Floats | None, n: float) -> _Coordinates:
        """Read them off the triangular factor of the design with a column of ones."""
        with_ones = np.column_stack([np.ones(len(X)), X])
        R = triangular_factor(with_ones, None if counts is None else np.sqrt(counts))
        try:
            inverse = inverse_factor(R)
        except DependentColumnsError as error:
            raise DependentColumnsError.of(tuple(j - 1 for j in error.columns)) from None
        return cls(n=n, means=R[0, 1:] / R[0, 0], root=inverse[1:, 1:])

    def design(self, X: Floats) -> Floats:
        """Give the design in these coordinates."""
        return np.asarray((X - self.means) @ self.root)

    def evaluate(self, answers: SortedAnswers, phi: Floats) -> Point:
        """Log-likelihood and derivatives by phi."""
        p = len(self.means)
        scale = np.where(np.arange(len(phi)) < p, 1.0, 1 / np.sqrt(self.n))
        gamma, cuts = np.split(scale * phi, [p])
        point = answers.at(gamma, cuts)
        return Point(
            value=point.value,
            gradient=scale * point.gradient,
            information=point.information * np.outer(scale, scale),
        )

    def change(self, n_thresholds: int) -> Floats:
        """Give the matrix that turns phi into theta."""
        p = len(self.means)
        found = np.zeros((p + n_thresholds, p + n_thresholds))
        found[:p, :p] = self.root
        found[p:, :p] = self.means @ self.root
        np.fill_diagonal(found[p:, p:], 1 / np.sqrt(self.n))
        return found


def _gather(
    theta: Floats, root: Floats, X: Floats, y: Integers, counts: Floats | None, link: Link
) -> OrderedFit:
    """Gather what follows from the parameters."""
    p = X.shape[1]
    eta = X @ theta[:p]
    ends = np.concatenate([[-FAR], theta[p:], [FAR]])
    found = fitted_intervals(link, ends[y + 1] - eta, ends[y] - eta)
    times = times_of(y, counts)
    return OrderedFit(
        X=read_only(X),
        y=read_only(y),
        counts=None if counts is None else read_only(counts),
        theta=frozen(theta),
        root=frozen(root),
        slopes=frozen(found.slopes),
        curvatures=frozen(found.curvatures),
        log_likelihood=float(times @ found.value),
        null_log_likelihood=null_log_likelihood(y, counts),
        n=round(float(times.sum())),
        n_categories=len(theta) - p + 1,
        link=link,
    )
