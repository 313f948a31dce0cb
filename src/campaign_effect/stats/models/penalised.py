"""The logistic likelihood penalised by Jeffreys' prior, with its exact derivatives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit

from campaign_effect.stats.models.bernoulli import GRADIENT
from campaign_effect.stats.models.design_matrix import (
    inverse_factor,
    row_blocks,
    triangular_factor,
)
from campaign_effect.stats.models.logit import LOGIT_LIKELIHOOD
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.moments.arrays import Booleans, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PenalisedLikelihood:
    """log L + log|I| / 2 of a logistic regression.

    Attributes
    ----------
    X : ndarray, shape (n_rows, p)
        Design.
    y : ndarray, shape (n_rows,)
        Outcome, 0 or 1.
    times : ndarray, shape (n_rows,)
        Answers each row stands for.
    """

    X: Floats = field(compare=False)
    y: Floats = field(compare=False)
    times: Floats = field(compare=False)

    def at(self, beta: Floats) -> Point:
        """Evaluate the likelihood and its derivatives by beta.

        Where the exact curvature is not that of a hill, the information without penalty
        stands in for it.
        """
        eta = self.X @ beta
        mean = expit(eta)
        weights = mean * expit(-eta)
        R = triangular_factor(self.X, np.sqrt(self.times * weights))
        Z = self.X @ inverse_factor(R)
        hat = weights * np.einsum("ij,ij->i", Z, Z)
        logs = LOGIT_LIKELIHOOD.derivatives(self.y, eta)[0]
        score = self.times * (self.y - mean + hat * (0.5 - mean))
        plain = R.T @ R
        exact = plain - self._penalty_curvature(Z, mean, weights, hat)
        return Point(
            value=float(self.times @ logs + np.sum(np.log(np.abs(np.diag(R))))),
            gradient=score @ self.X,
            information=exact if _is_positive(exact) else plain,
        )

    def maximum(self, start: Floats, free: Booleans) -> Floats:
        """Maximise over the free coefficients, the others staying at the start.

        Raises
        ------
        ConvergenceError
            If no maximum is reached.
        """
        scale = np.sqrt(self.times)
        root = inverse_factor(triangular_factor(self.X[:, free], scale))
        columns = np.ix_(free, free)

        def beta_of(theta: Floats) -> Floats:
            beta = start.copy()
            beta[free] += root @ theta
            return beta

        def evaluate(theta: Floats) -> Point:
            point = self.at(beta_of(theta))
            return Point(
                value=point.value,
                gradient=root.T @ point.gradient[free],
                information=root.T @ point.information[columns] @ root,
            )

        tolerance = GRADIENT * np.sqrt(self.times.sum())
        return beta_of(maximise(evaluate, np.zeros(len(root)), tolerance=tolerance)[0])

    def _penalty_curvature(
        self, Z: Floats, mean: Floats, weights: Floats, hat: Floats
    ) -> Floats:
        """Second derivatives of log|I| / 2, of O(n p^3)."""
        p, skew = Z.shape[1], 1 - 2 * mean
        direct = self.times * hat * (skew**2 - 2 * weights)
        change = self.times * weights * skew
        cross = np.zeros((p, p * p))
        for rows in row_blocks(len(mean)):
            products = np.einsum("ij,ik->ijk", Z[rows], Z[rows]).reshape(-1, p * p)
            cross += (self.X[rows] * change[rows, None]).T @ products
        return np.asarray(((self.X * direct[:, None]).T @ self.X - cross @ cross.T) / 2)


def _is_positive(matrix: Floats) -> bool:
    """Tell whether a symmetric matrix is positive definite."""
    scale = np.sqrt(np.abs(np.diag(matrix)))
    return bool(scale.min() > 0 and np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0] > 0)
