"""A fitted ordered model: its parameters, probabilities and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from campaign_effect.stats.models.category_fit import CategoryFit, RowDerivatives, Rows
from campaign_effect.stats.models.links import Link
from campaign_effect.stats.models.margins import Margin
from campaign_effect.stats.models.ordered_likelihood import FAR, interval_derivatives
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedFit(CategoryFit):
    """A cumulative model, P(y <= k) = link.mean(threshold_k - X beta).

    `theta` holds the p coefficients, then the K - 1 thresholds. The two linear predictors of
    a row are the ends of its category: the threshold above and the one below, less X beta.

    Attributes
    ----------
    link : Link
        LOGIT or PROBIT: the distribution of the latent variable's error.
    """

    link: Link

    @property
    def beta(self) -> Floats:
        """Coefficients, shape (p,)."""
        return self.theta[: self.X.shape[1]]

    @property
    def thresholds(self) -> Floats:
        """Where the latent variable passes from category k to k + 1, shape (K - 1,)."""
        return self.theta[self.X.shape[1] :]

    def directions(self, rows: Rows) -> Floats:
        """Differentiate the rows' upper and lower ends by theta, shape (m, 2, q)."""
        X, y = self.X[rows], self.y[rows]
        m, p = X.shape
        K = self.n_categories
        found = np.zeros((m, 2, p + K + 1))
        found[:, :, :p] = -X[:, None]
        found[np.arange(m), 0, p + y + 1] = 1.0
        found[np.arange(m), 1, p + y] = 1.0
        return np.delete(found, [p, p + K], axis=2)  # infinity is no parameter

    def derivatives(self, theta: Floats, rows: Rows) -> RowDerivatives | None:
        """Give log-likelihood, slopes, curvatures of one answer of the rows at any theta."""
        X, y = self.X[rows], self.y[rows]
        p = X.shape[1]
        ends = np.concatenate([[-FAR], theta[p:], [FAR]])
        eta = X @ theta[:p]
        found = interval_derivatives(self.link, ends[y + 1] - eta, ends[y] - eta)
        return None if found is None else (found.value, found.slopes, found.curvatures)

    def probabilities(self, X: Floats) -> Floats:
        """Probability of each category at a design, shape (m, K)."""
        ends = np.concatenate([[-FAR], self.thresholds, [FAR]]) - (X @ self.beta)[:, None]
        return np.diff(self.link.mean(ends), axis=1)

    def mean_shares(self, X: Floats, weights: Floats) -> tuple[Margin, ...]:
        """Weighted sum of each category's probability over the rows of a design."""
        density = weights[:, None] * self._at_ends(X, self.link.slope)
        in_beta = -np.diff(density, axis=1).T @ X
        return self._margins(weights @ self.probabilities(X), in_beta, density.sum(axis=0))

    def mean_slopes(self, X: Floats, derivative: Floats, weights: Floats) -> tuple[Margin, ...]:
        """Weighted sum of each probability's derivative, where that of the design is given."""
        speed = weights * (derivative @ self.beta)
        density = self._at_ends(X, self.link.slope)
        bend = speed[:, None] * self._at_ends(X, self.link.curvature)
        in_beta = np.diff(bend, axis=1).T @ X
        in_beta -= np.diff(weights[:, None] * density, axis=1).T @ derivative
        return self._margins(-np.diff(speed @ density), in_beta, -bend.sum(axis=0))

    def _at_ends(self, X: Floats, function: Callable[[Floats], Floats]) -> Floats:
        """Evaluate a function at the categories' ends, 0 at infinity, shape (m, K + 1)."""
        inner = function(self.thresholds - (X @ self.beta)[:, None])
        return np.pad(inner, ((0, 0), (1, 1)))

    def _margins(
        self, estimates: Floats, in_beta: Floats, in_ends: Floats
    ) -> tuple[Margin, ...]:
        """Join derivatives by beta with those by the categories' ends."""
        K = self.n_categories
        by_ends = np.zeros((K, K + 1))
        by_ends[np.arange(K), np.arange(1, K + 1)] = in_ends[1:]
        by_ends[np.arange(K), np.arange(K)] = -in_ends[:-1]
        gradients = np.column_stack([in_beta, by_ends[:, 1:-1]])
        return tuple(
            Margin(estimate=float(estimate), gradient=frozen(gradient))
            for estimate, gradient in zip(estimates, gradients, strict=True)
        )
