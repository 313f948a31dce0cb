"""Multinomial logit: each category against a base chosen by the caller."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.category_fit import check_categories, null_log_likelihood
from campaign_effect.stats.models.design_matrix import (
    check_answers,
    inverse_factor,
    row_blocks,
    triangular_factor,
)
from campaign_effect.stats.models.fit import read_only, times_of
from campaign_effect.stats.models.multinomial_fit import (
    MultinomialFit,
    curvatures_of,
    shares_of,
)
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

GRADIENT = 1e-12  # of the root of n, in coordinates in which columns have length 1


def fit_multinomial(
    X: Floats, y: Integers, counts: Floats | None = None, *, base: int = 0
) -> MultinomialFit:
    """Fit a multinomial logit by maximum likelihood.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, with its column of ones.
    y : ndarray of int, shape (n_rows,)
        Category of each row, 0 to K - 1, each with an answer.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.
    base : int, default 0
        The category that the others are compared with.

    Returns
    -------
    MultinomialFit
        Coefficients in log odds of each other category against the base.

    Raises
    ------
    TooFewRowsError
        If there are no more answers than columns.
    NoVariationError
        If there are fewer than two categories.
    DependentColumnsError
        If columns of X are linear combinations of columns before them.
    ConvergenceError
        If the likelihood has no finite maximum, as under separation.
    StatisticsError
        If a value is missing or infinite, a category has no answer, or the base is none.

    Notes
    -----
    log L = sum of eta_y - log(sum of exp(eta_k)) with eta_base = 0 [1]_. Newton's steps are
    taken in coordinates in which X has orthonormal columns.

    References
    ----------
    .. [1] McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In
       P. Zarembka (Ed.), Frontiers in econometrics (pp. 105-142). Academic Press.

    Examples
    --------
    >>> X = np.ones((6, 1))
    >>> fit_multinomial(X, np.array([0, 0, 0, 1, 1, 2]), base=2).beta.round(4)
    array([[1.0986],
           [0.6931]])
    """
    check_answers(X, y.astype(np.float64), counts)
    return multinomial_maximum(X, y, counts, base=base)


def multinomial_maximum(
    X: Floats, y: Integers, counts: Floats | None, *, base: int, start: Floats | None = None
) -> MultinomialFit:
    """Maximise the likelihood of answers that were checked.

    Parameters
    ----------
    X, y, counts, base
        As in `fit_multinomial`; counts need not be whole (weights of a mean of 1).
    start : ndarray, shape (q,), optional
        Parameters at which the search begins; by default those without regressors.

    Returns
    -------
    MultinomialFit

    Raises
    ------
    NoVariationError, DependentColumnsError, ConvergenceError, StatisticsError
        As `fit_multinomial`.

    Examples
    --------
    >>> y = np.array([0, 0, 0, 1, 1, 2])
    >>> multinomial_maximum(np.ones((6, 1)), y, None, base=2).beta.round(4)
    array([[1.0986],
           [0.6931]])
    """
    K = check_categories(y)
    if not 0 <= base < K:
        raise StatisticsError(
            f"The base must be one of the categories 0 to {K - 1}.", received=base
        )
    root = inverse_factor(triangular_factor(X, None if counts is None else np.sqrt(counts)))
    answers = _Answers(
        X=X,
        root=root,
        is_in=(y[:, None] == np.delete(np.arange(K), base)).astype(np.float64),
        times=times_of(y, counts),
    )
    change = np.kron(np.eye(K - 1), root)
    first = answers.start() if start is None else np.linalg.solve(change, start)
    n = answers.times.sum()
    gamma, point = maximise(answers.at, first, tolerance=GRADIENT * np.sqrt(n))
    lower = np.linalg.cholesky(point.information)
    theta = change @ gamma
    shares, log_likelihood = answers.fitted(theta)
    return MultinomialFit(
        X=read_only(X),
        y=read_only(y),
        counts=None if counts is None else read_only(counts),
        theta=frozen(theta),
        root=frozen(np.linalg.solve(lower, change.T).T),
        slopes=frozen(answers.is_in - shares),
        curvatures=frozen(curvatures_of(shares)),
        log_likelihood=log_likelihood,
        null_log_likelihood=null_log_likelihood(y, counts),
        n=round(float(n)),
        n_categories=K,
        base=base,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """What the likelihood is evaluated on, by gamma: root^-1 beta, equation by equation."""

    X: Floats
    root: Floats
    is_in: Floats  # whether each row is in each category but the base
    times: Floats

    def start(self) -> Floats:
        """Begin at the model of the intercepts, or what of it lies in the columns of X."""
        shares = self.times @ self.is_in / self.times.sum()
        logits = np.log(shares / (1 - shares.sum()))
        return np.outer(logits, self.root.T @ (self.times @ self.X)).ravel()

    def fitted(self, theta: Floats) -> tuple[Floats, float]:
        """Shares of the categories but the base at theta, and the log-likelihood."""
        eta = self.X @ theta.reshape(self.is_in.shape[1], -1).T
        shares, log_totals = shares_of(eta)
        logs = np.einsum("mk,mk->m", self.is_in, eta) - log_totals
        return shares, float(self.times @ logs)

    def at(self, gamma: Floats) -> Point:
        """Log-likelihood and derivatives by gamma."""
        p, equations = self.X.shape[1], self.is_in.shape[1]
        value, gradient = 0.0, np.zeros((equations, p))
        information = np.zeros((equations, p, equations, p))
        for rows in row_blocks(len(self.X)):
            z, is_in, times = self.X[rows] @ self.root, self.is_in[rows], self.times[rows]
            eta = z @ gamma.reshape(equations, p).T
            shares, log_totals = shares_of(eta)
            value += float(times @ (np.einsum("mk,mk->m", is_in, eta) - log_totals))
            gradient += (times[:, None] * (is_in - shares)).T @ z
            _add_information(information, z, times, shares)
        return Point(
            value=value,
            gradient=gradient.ravel(),
            information=_mirrored(information.reshape(gamma.size, gamma.size)),
        )


def _add_information(information: Floats, z: Floats, times: Floats, shares: Floats) -> None:
    """Add rows to the blocks on and below the diagonal, equation by equation."""
    for k in range(shares.shape[1]):
        weighted = z * (times * shares[:, k])[:, None]
        for j in range(k):
            information[k, :, j] -= (weighted * shares[:, [j]]).T @ z
        information[k, :, k] += (weighted * (1 - shares[:, [k]])).T @ z


def _mirrored(lower: Floats) -> Floats:
    """Copy the lower triangle above the diagonal."""
    return np.tril(lower) + np.tril(lower, -1).T
