"""A fitted multinomial logit: its equations, probabilities and their derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign_effect.stats.models.category_fit import CategoryFit, RowDerivatives, Rows
from campaign_effect.stats.models.margins import Margin
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class MultinomialFit(CategoryFit):
    """A multinomial logit, log(P(y = k) / P(y = base)) = X beta_k.

    `theta` holds the p coefficients of each category but the base, in their order. The
    linear predictors of a row are these categories' X beta_k.

    Attributes
    ----------
    base : int
        The category that the others are compared with.
    """

    base: int

    @property
    def others(self) -> Integers:
        """The categories but the base, shape (K - 1,)."""
        return np.delete(np.arange(self.n_categories), self.base)

    @property
    def beta(self) -> Floats:
        """Coefficients, one equation a row, in the order of `others`, shape (K - 1, p)."""
        return self.theta.reshape(self.n_categories - 1, -1)

    def directions(self, rows: Rows) -> Floats:
        """Differentiate the rows' linear predictors by theta, shape (m, K - 1, q)."""
        X, equations = self.X[rows], self.n_categories - 1
        found = np.zeros((len(X), equations, equations, X.shape[1]))
        found[:, np.arange(equations), np.arange(equations)] = X[:, None]
        return found.reshape(len(X), equations, self.q)

    def derivatives(self, theta: Floats, rows: Rows) -> RowDerivatives:
        """Give log-likelihood, slopes, curvatures of one answer of the rows at any theta."""
        eta = self.X[rows] @ theta.reshape(self.n_categories - 1, -1).T
        shares, log_totals = shares_of(eta)
        is_in = (self.y[rows, None] == self.others).astype(np.float64)
        logs = np.einsum("mk,mk->m", is_in, eta) - log_totals
        return logs, is_in - shares, curvatures_of(shares)

    def probabilities(self, X: Floats) -> Floats:
        """Probability of each category at a design, shape (m, K)."""
        shares, log_totals = shares_of(X @ self.beta.T)
        return np.insert(shares, self.base, np.exp(-log_totals), axis=1)

    def mean_shares(self, X: Floats, weights: Floats) -> tuple[Margin, ...]:
        """Weighted sum of each category's probability over the rows of a design."""
        P = self.probabilities(X)
        bends = (weights[:, None] * P)[:, :, None] * self._pulls(P)
        return self._margins(weights @ P, self._by_equations(bends, X))

    def mean_slopes(self, X: Floats, derivative: Floats, weights: Floats) -> tuple[Margin, ...]:
        """Weighted sum of each probability's derivative, where that of the design is given."""
        P = self.probabilities(X)
        speeds = np.insert(derivative @ self.beta.T, self.base, 0.0, axis=1)
        ahead = speeds - np.sum(P * speeds, axis=1, keepdims=True)
        share, pulls = (weights[:, None] * P)[:, :, None], self._pulls(P)
        own = ahead[:, :, None] * pulls - (P * ahead)[:, None, self.others]
        gradients = self._by_equations(share * own, X)
        gradients += self._by_equations(share * pulls, derivative)
        return self._margins(np.sum(share[:, :, 0] * ahead, axis=0), gradients)

    def _pulls(self, P: Floats) -> Floats:
        """Differentiate each log-probability by each linear predictor, (m, K, K - 1)."""
        return np.asarray(np.eye(self.n_categories)[:, self.others] - P[:, None, self.others])

    def _by_equations(self, bends: Floats, X: Floats) -> Floats:
        """Sum derivatives by linear predictors over the rows, by parameters, shape (K, q)."""
        m, K, equations = bends.shape
        return np.asarray((bends.reshape(m, -1).T @ X).reshape(K, equations * X.shape[1]))

    def _margins(self, estimates: Floats, gradients: Floats) -> tuple[Margin, ...]:
        return tuple(
            Margin(estimate=float(estimate), gradient=frozen(gradient.copy()))
            for estimate, gradient in zip(estimates, gradients, strict=True)
        )


def shares_of(eta: Floats) -> tuple[Floats, Floats]:
    """Turn linear predictors into probabilities, without overflow.

    Parameters
    ----------
    eta : ndarray, shape (m, K - 1)
        Linear predictors of all categories but the base, whose predictor is 0.

    Returns
    -------
    shares : ndarray, shape (m, K - 1)
        Probabilities of these categories.
    log_totals : ndarray, shape (m,)
        log(1 + sum of exp(eta)), minus the log-probability of the base.

    Examples
    --------
    >>> shares, log_totals = shares_of(np.zeros((1, 3)))
    >>> shares, np.exp(-log_totals)
    (array([[0.25, 0.25, 0.25]]), array([0.25]))
    """
    top = np.maximum(eta.max(axis=1), 0.0)
    powers = np.exp(eta - top[:, None])
    totals = np.exp(-top) + powers.sum(axis=1)
    return powers / totals[:, None], top + np.log(totals)


def curvatures_of(shares: Floats) -> Floats:
    """Give minus the second derivatives of an answer's log-likelihood.

    Parameters
    ----------
    shares : ndarray, shape (m, K - 1)
        Probabilities of the categories but the base.

    Returns
    -------
    ndarray, shape (m, K - 1, K - 1)
        diag(p) - p p' of each row.

    Examples
    --------
    >>> curvatures_of(np.array([[0.5]]))
    array([[[0.25]]])
    """
    found = -shares[:, :, None] * shares[:, None, :]
    diagonal = np.arange(shares.shape[1])
    found[:, diagonal, diagonal] += shares
    return np.asarray(found)
