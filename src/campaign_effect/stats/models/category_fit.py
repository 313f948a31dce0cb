"""What every fitted model of a categorical outcome hands on: to covariances and margins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import NoVariationError, StatisticsError
from campaign_effect.stats.models.fit import times_of
from campaign_effect.stats.models.margins import Margin
from campaign_effect.stats.moments.arrays import Floats, Integers

Rows = Integers | slice

FLAT = 1e-14  # of a row's largest curvature

RowDerivatives = tuple[Floats, Floats, Floats]
"""Of each answer: its log-likelihood, the slopes, the curvatures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFit(ABC):
    """A model of categories whose log-likelihood depends on r linear predictors a row.

    A row may stand for several equal answers (`counts`).

    Attributes
    ----------
    X : ndarray, shape (n_rows, p)
        Design.
    y : ndarray of int, shape (n_rows,)
        Category of each row, 0 to K - 1.
    counts : ndarray, shape (n_rows,), or None
        Answers per row; one each if None.
    theta : ndarray, shape (q,)
        All parameters; the subclass says which is which.
    root : ndarray, shape (q, q)
        A root of the bread.
    slopes : ndarray, shape (n_rows, r)
        Derivative of one answer's log-likelihood by its linear predictors.
    curvatures : ndarray, shape (n_rows, r, r)
        Minus its second derivatives.
    log_likelihood, null_log_likelihood : float
        Of this model and of one without regressors.
    n : int
        Answers.
    n_categories : int
        K.
    """

    X: Floats = field(compare=False, repr=False)
    y: Integers = field(compare=False, repr=False)
    counts: Floats | None = field(compare=False, repr=False)
    theta: Floats = field(compare=False)
    root: Floats = field(compare=False, repr=False)
    slopes: Floats = field(compare=False, repr=False)
    curvatures: Floats = field(compare=False, repr=False)
    log_likelihood: float
    null_log_likelihood: float
    n: int
    n_categories: int

    @property
    def q(self) -> int:
        """Parameters."""
        return len(self.theta)

    @property
    def df_residual(self) -> int:
        """Answers less parameters."""
        return self.n - self.q

    @property
    def times(self) -> Floats:
        """Answers per row, one each without counts, shape (n_rows,)."""
        return times_of(self.y, self.counts)

    @property
    def bread(self) -> Floats:
        """Inverse of the observed information, shape (q, q)."""
        return np.asarray(self.root @ self.root.T)

    @abstractmethod
    def directions(self, rows: Rows) -> Floats:
        """Differentiate the rows' linear predictors by theta, shape (m, r, q)."""

    @abstractmethod
    def derivatives(self, theta: Floats, rows: Rows) -> RowDerivatives | None:
        """Give log-likelihood, slopes, curvatures of one answer of the rows at any theta.

        None where some answer is impossible.
        """

    @abstractmethod
    def probabilities(self, X: Floats) -> Floats:
        """Probability of each category at a design, shape (m, K)."""

    @abstractmethod
    def mean_shares(self, X: Floats, weights: Floats) -> tuple[Margin, ...]:
        """Weighted sum of each category's probability over a design's rows."""

    @abstractmethod
    def mean_slopes(self, X: Floats, derivative: Floats, weights: Floats) -> tuple[Margin, ...]:
        """Weighted sum of each probability's derivative, where the design's is given."""

    def scores(self, rows: Rows) -> Floats:
        """Differentiate one answer's log-likelihood by theta, shape (m, q)."""
        return np.asarray(np.einsum("mr,mrq->mq", self.slopes[rows], self.directions(rows)))

    def whitened(self, rows: Rows) -> tuple[Floats, Floats]:
        """Turn answers into rows of a linear model with their scores and their information.

        Shapes (m, r, q) and (m, r): B with B'B an answer's information, e with B'e its score.
        """
        curvatures, U = np.linalg.eigh(self.curvatures[rows])
        is_flat = curvatures <= FLAT * curvatures[:, -1:]  # the end of an outermost category
        lengths = np.sqrt(np.where(is_flat, 1.0, curvatures))
        turned = np.where(is_flat, 0.0, lengths)[:, :, None] * np.swapaxes(U, 1, 2)
        slopes = np.einsum("mrs,mr->ms", U, self.slopes[rows])
        return np.asarray(turned @ self.directions(rows)), np.where(
            is_flat, 0, slopes / lengths
        )


def check_categories(y: Integers, *, least: int = 2) -> int:
    """Refuse categories that are not 0 to K - 1, each with an answer, and count them.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Category of each row.
    least : int, default 2
        Categories that the model needs.

    Returns
    -------
    int
        K.

    Raises
    ------
    StatisticsError
        If a category is not a whole number from 0, or one below the highest has no answer.
    NoVariationError
        If there are fewer categories than `least`.

    Examples
    --------
    >>> check_categories(np.array([0, 2, 1, 1]))
    3
    """
    if not np.issubdtype(y.dtype, np.integer) or y.size == 0 or y.min() < 0:
        raise StatisticsError(
            "Categories must be whole numbers from 0.", received=f"{y.dtype} of {y.size} rows"
        )
    answers = np.bincount(y)
    if np.any(answers == 0):
        raise StatisticsError(
            "Every category up to the highest needs an answer.",
            received=f"none in categories {np.flatnonzero(answers == 0).tolist()}, from 0",
            hint="leave empty categories out and number the others on.",
        )
    if len(answers) < least:
        raise NoVariationError(
            f"The model needs {least} categories or more.", received=f"{len(answers)}"
        )
    return len(answers)


def null_log_likelihood(y: Integers, counts: Floats | None) -> float:
    """Log-likelihood of the categories' shares.

    Parameters
    ----------
    y : ndarray of int, shape (n_rows,)
        Category of each row, every one from 0 on with an answer.
    counts : ndarray, shape (n_rows,), or None
        Answers per row.

    Returns
    -------
    float
        Sum of n_k log(n_k / n).

    Examples
    --------
    >>> round(null_log_likelihood(np.array([0, 1, 1, 0]), None), 4)
    -2.7726
    """
    answers = np.bincount(y, weights=counts)
    return float(answers @ np.log(answers / answers.sum()))
