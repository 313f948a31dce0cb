"""A fitted partial proportional odds model: its lines, probabilities and their derivatives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.stats.models.category_fit import CategoryFit, RowDerivatives, Rows
from campaign_effect.stats.models.links import Link
from campaign_effect.stats.models.margins import Margin
from campaign_effect.stats.models.ordered_likelihood import FAR, interval_derivatives
from campaign_effect.stats.moments.arrays import Booleans, Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialOrderedFit(CategoryFit):
    """A cumulative model, P(y <= k) = link.mean(threshold_k - X beta_k).

    `theta` holds the coefficients that serve all thresholds, then those of the free columns at
    the first threshold, at the second and so on, then the K - 1 thresholds.

    Attributes
    ----------
    free : tuple of int
        Columns whose coefficients differ between thresholds.
    link : Link
        LOGIT or PROBIT: the distribution of the latent variable's error.
    lines : ndarray, shape (K - 1, p + 1, q)
        The threshold and minus the coefficients of every line, as sums of theta.
    """

    free: tuple[int, ...]
    link: Link
    lines: Floats = field(compare=False, repr=False)

    @property
    def parallel(self) -> tuple[int, ...]:
        """Columns with one coefficient."""
        return tuple(j for j in range(self.X.shape[1]) if j not in self.free)

    @property
    def thresholds(self) -> Floats:
        """Where the latent variable passes from category k to k + 1, shape (K - 1,)."""
        return self.theta[1 - self.n_categories :]

    @property
    def betas(self) -> Floats:
        """Coefficients at every threshold, shape (K - 1, p)."""
        return -(self.lines[:, 1:] @ self.theta)

    @property
    def is_crossing(self) -> Booleans:
        """Where lines cross: some category has a negative probability, shape (n_rows,)."""
        return np.asarray((self.probabilities(self.X) < 0).any(axis=1))

    def directions(self, rows: Rows) -> Floats:
        """Differentiate the rows' upper and lower ends by theta, shape (m, 2, q)."""
        L, y = with_ones(self.X[rows]), self.y[rows]
        ends = np.pad(self.lines, ((1, 1), (0, 0), (0, 0)))  # infinity is no parameter
        found = [np.einsum("mi,miq->mq", L, ends[y + side]) for side in (1, 0)]
        return np.stack(found, axis=1)

    def derivatives(self, theta: Floats, rows: Rows) -> RowDerivatives | None:
        """Give log-likelihood, slopes, curvatures of one answer of the rows at any theta."""
        y = self.y[rows]
        ends = with_far_ends(with_ones(self.X[rows]) @ (self.lines @ theta).T)
        m = np.arange(len(y))
        found = interval_derivatives(self.link, ends[m, y + 1], ends[m, y])
        return None if found is None else (found.value, found.slopes, found.curvatures)

    def probabilities(self, X: Floats) -> Floats:
        """Probability of each category at a design, shape (m, K); below 0 where lines cross."""
        inner = self.link.mean(self._ends(X))
        return np.diff(np.pad(inner, ((0, 0), (1, 1)), constant_values=(0, 1)), axis=1)

    def mean_shares(self, X: Floats, weights: Floats) -> tuple[Margin, ...]:
        """Weighted sum of each category's probability over the rows of a design."""
        density = weights[:, None] * self.link.slope(self._ends(X))
        return self._margins(
            np.diff(np.pad(weights @ self.link.mean(self._ends(X)), 1, constant_values=(0, 1))),
            density.T @ with_ones(X),
        )

    def mean_slopes(self, X: Floats, derivative: Floats, weights: Floats) -> tuple[Margin, ...]:
        """Weighted sum of each probability's derivative, where that of the design is given."""
        ends = self._ends(X)
        speed = -derivative @ self.betas.T
        density = weights[:, None] * self.link.slope(ends)
        bend = weights[:, None] * self.link.curvature(ends) * speed
        moved = np.pad(derivative, ((0, 0), (1, 0)))
        return self._margins(
            np.diff(np.pad(np.sum(density * speed, axis=0), 1)),
            bend.T @ with_ones(X) + density.T @ moved,
        )

    def _ends(self, X: Floats) -> Floats:
        return np.asarray(with_ones(X) @ (self.lines @ self.theta).T)

    def _margins(self, estimates: Floats, by_lines: Floats) -> tuple[Margin, ...]:
        """Take the difference between lines of derivatives by threshold and coefficients."""
        by_theta = np.einsum("ki,kiq->kq", by_lines, self.lines)
        gradients = np.diff(np.pad(by_theta, ((1, 1), (0, 0))), axis=0)
        return tuple(
            Margin(estimate=float(estimate), gradient=frozen(gradient))
            for estimate, gradient in zip(estimates, gradients, strict=True)
        )


def with_far_ends(inner: Floats) -> Floats:
    """Put infinity on either side of the lines at each row.

    Parameters
    ----------
    inner : ndarray, shape (m, K - 1)

    Returns
    -------
    ndarray, shape (m, K + 1)

    Examples
    --------
    >>> with_far_ends(np.zeros((1, 1))) / FAR
    array([[-1.,  0.,  1.]])
    """
    return np.pad(inner, ((0, 0), (1, 1)), constant_values=((0, 0), (-FAR, FAR)))


def with_ones(X: Floats) -> Floats:
    """Put a column of ones before a design.

    Parameters
    ----------
    X : ndarray, shape (m, p)

    Returns
    -------
    ndarray, shape (m, p + 1)

    Examples
    --------
    >>> with_ones(np.zeros((1, 1)))
    array([[1., 0.]])
    """
    return np.column_stack([np.ones(len(X)), X])
