"""The likelihood of a random-intercept logit by adaptive Gauss-Hermite quadrature.

The nodes of a cluster sit around the mode u of its effect b ~ N(0, 1), in units s of the
curvature there. Both move with the parameters, and the gradient is that of the approximated
likelihood itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.special import expit, logsumexp, roots_hermitenorm

from campaign_effect.stats.models.clusters import Clusters
from campaign_effect.stats.models.fit import times_of
from campaign_effect.stats.models.newton import Point
from campaign_effect.stats.moments.arrays import Floats, Integers

MODE = 1e-8  # largest last step to a mode; the error left is about its square
MOST_MODE_STEPS = 100
TINY = 1e-100  # keeps a direction without curvature from dividing by zero
FLAT = 1e-3  # of the steepest curvature: less would make a step too long
LONGEST_STEP = 2.0  # of a mode at once, in log odds; longer ones may overshoot for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """Where each cluster's effect is most probable, and how that moves.

    Attributes
    ----------
    u, s : ndarray, shape (G,)
        Mode, and the standard deviation that the curvature there implies.
    du, ds : ndarray, shape (G, p + 1)
        Their derivatives by the coefficients, then sigma.
    """

    u: Floats = field(compare=False)
    s: Floats = field(compare=False)
    du: Floats = field(compare=False)
    ds: Floats = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrals:
    """Each cluster's likelihood, its effect integrated out, by the coefficients, then sigma.

    Attributes
    ----------
    values : ndarray, shape (G,)
        Log-likelihoods.
    scores : ndarray, shape (G, q)
        Their derivatives.
    information : ndarray, shape (G, q, q)
        Louis's: minus the second derivatives.
    """

    values: Floats = field(compare=False)
    scores: Floats = field(compare=False)
    information: Floats = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedAnswers:
    """Answers in the order of their clusters, and the rule that integrates over effects.

    Attributes
    ----------
    Z : ndarray, shape (n_rows, p)
        Design.
    y : ndarray, shape (n_rows,)
        Outcome, 0 or 1.
    times : ndarray, shape (n_rows,)
        Answers per row.
    starts : ndarray of int, shape (G,)
        First row of each cluster.
    index : ndarray of int, shape (n_rows,)
        Cluster of each row.
    nodes, log_weights : ndarray, shape (Q,)
        Of Gauss-Hermite quadrature over the standard normal density.
    """

    Z: Floats = field(compare=False)
    y: Floats = field(compare=False)
    times: Floats = field(compare=False)
    starts: Integers = field(compare=False)
    index: Integers = field(compare=False)
    nodes: Floats = field(compare=False)
    log_weights: Floats = field(compare=False)

    @classmethod
    def of(
        cls, Z: Floats, y: Floats, counts: Floats | None, clusters: Clusters, n_nodes: int
    ) -> GroupedAnswers:
        """Sort answers by cluster and choose the rule."""
        nodes, weights = roots_hermitenorm(n_nodes)
        order = clusters.order
        return cls(
            Z=Z[order],
            y=y[order],
            times=times_of(y, counts)[order],
            starts=clusters.bounds[:-1],
            index=clusters.index[order],
            nodes=nodes,
            log_weights=np.log(weights / weights.sum()),
        )

    def at(self, gamma: Floats, sigma: float) -> Point:
        """Log-likelihood and derivatives by the coefficients, then sigma.

        The information is Louis's (1982): that of answers whose effects were known, less what
        their being unknown takes away, every direction turned downwards.
        """
        q = len(gamma) + 1
        found = self.integrate(gamma, sigma)
        if found is None:
            return Point(value=-np.inf, gradient=np.zeros(q), information=np.eye(q))
        return Point(
            value=float(np.sum(found.values)),
            gradient=found.scores.sum(axis=0),
            information=_hill(found.information.sum(axis=0)),
        )

    def integrate(self, gamma: Floats, sigma: float) -> Integrals | None:
        """Integrate each cluster's likelihood over its effect; None if sigma is too large."""
        eta = self.Z @ gamma
        modes = self.modes(eta, sigma)
        if modes is None:
            return None
        b = modes.u[:, None] + modes.s[:, None] * self.nodes
        linear = eta[:, None] + sigma * b[self.index]
        mean = expit(linear)
        residual = self.times[:, None] * (self.y[:, None] - mean)
        logs = self.times[:, None] * np.logaddexp(0, (1 - 2 * self.y)[:, None] * linear)
        terms = self.nodes**2 / 2 - b**2 / 2 + self.log_weights - self._sum(logs)
        totals = logsumexp(terms, axis=1)
        share = np.exp(terms - totals[:, None])
        scores = self._scores(residual, b)
        mean_scores = np.einsum("gq,gqk->gk", share, scores)
        by_b = share * (sigma * self._sum(residual) - b)
        drift = by_b.sum(axis=1)[:, None] * modes.du
        drift += (by_b @ self.nodes + 1 / modes.s)[:, None] * modes.ds
        centred = scores - mean_scores[:, None]
        lost = np.swapaxes(share[:, :, None] * centred, 1, 2) @ centred
        return Integrals(
            values=totals + np.log(modes.s),
            scores=mean_scores + drift,
            information=self._known_information(share, mean, b) - lost,
        )

    def modes(self, eta: Floats, sigma: float) -> Modes | None:
        """Find each cluster's mode by Newton's method; None where sigma is far too large."""
        u, longest = np.zeros(len(self.starts)), LONGEST_STEP / max(abs(sigma), 1.0)
        for _ in range(MOST_MODE_STEPS):
            mean = expit(eta + sigma * u[self.index])
            weight = self._sum(self.times * mean * (1 - mean))
            slope = sigma * self._sum(self.times * (self.y - mean)) - u
            step = np.clip(slope / (sigma**2 * weight + 1), -longest, longest)
            u = u + step
            if np.abs(step).max() <= MODE:
                return self._moving(eta, sigma, u)
        return None

    def _moving(self, eta: Floats, sigma: float, u: Floats) -> Modes:
        """Differentiate modes and their scales implicitly; h is the log-density of b."""
        mean = expit(eta + sigma * u[self.index])
        weights = self.times * mean * (1 - mean)
        skewed = weights * (1 - 2 * mean)
        residual = self._sum(self.times * (self.y - mean))
        weight, skew = self._sum(weights), self._sum(skewed)
        s = 1 / np.sqrt(sigma**2 * weight + 1)
        h_b = np.column_stack(
            [-sigma * self._sum(weights[:, None] * self.Z), residual - sigma * u * weight]
        )
        du = s[:, None] ** 2 * h_b
        h_bb = np.column_stack(
            [
                -(sigma**2) * self._sum(skewed[:, None] * self.Z),
                -2 * sigma * weight - sigma**2 * u * skew,
            ]
        )
        ds = s[:, None] ** 3 / 2 * (h_bb - (sigma**3 * skew)[:, None] * du)
        return Modes(u=u, s=s, du=du, ds=ds)

    def _sum(self, rows: Floats) -> Floats:
        """Sum rows by cluster."""
        return np.asarray(np.add.reduceat(rows, self.starts, axis=0))

    def _scores(self, residual: Floats, b: Floats) -> Floats:
        """Scores at every node as if it were the effect, shape (G, Q, p + 1)."""
        columns = [self._sum(residual * z[:, None]) for z in self.Z.T]
        return np.stack([*columns, self._sum(residual) * b], axis=2)

    def _known_information(self, share: Floats, mean: Floats, b: Floats) -> Floats:
        """Information of answers with known effects, averaged over them, shape (G, q, q)."""
        weights = self.times[:, None] * mean * (1 - mean) * share[self.index]
        at = b[self.index]
        p = self.Z.shape[1]
        found = np.empty((len(self.starts), p + 1, p + 1))
        weighted = self.Z * weights.sum(axis=1)[:, None]
        bounds = np.append(self.starts, len(self.Z)).tolist()
        for g, (first, last) in enumerate(pairwise(bounds)):
            found[g, :p, :p] = weighted[first:last].T @ self.Z[first:last]
        found[:, :p, p] = self._sum(np.sum(weights * at, axis=1)[:, None] * self.Z)
        found[:, p, :p] = found[:, :p, p]
        found[:, p, p] = self._sum(np.sum(weights * at**2, axis=1))
        return found


def _hill(information: Floats) -> Floats:
    """Turn every direction downwards: steps then lead away from a saddle, not to it."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), TINY))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    if values[0] > 0:
        return information
    steep = np.maximum(np.abs(values), FLAT * np.abs(values).max())
    return np.asarray((vectors * steep) @ vectors.T * np.outer(scale, scale))
