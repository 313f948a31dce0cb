"""The likelihood of any model around its estimates: for refits, and under a hypothesis."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace

import numpy as np

from campaign_effect.stats.covariances.cluster_information import (
    BLOCK_ROWS,
    cluster_information,
)
from campaign_effect.stats.models.bernoulli import GRADIENT, Answers
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.clusters import Clusters
from campaign_effect.stats.models.design_matrix import row_blocks
from campaign_effect.stats.models.fit import Fit, times_of
from campaign_effect.stats.models.gee import LIKELIHOODS
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.models.quadrature import GroupedAnswers
from campaign_effect.stats.models.random_intercept import (
    FIRST_SD,
    RandomInterceptFit,
)
from campaign_effect.stats.models.random_intercept import GRADIENT as MIXED_GRADIENT
from campaign_effect.stats.moments.arrays import Floats

LikelihoodFit = Fit | CategoryFit | RandomInterceptFit
"""Models whose estimates maximise a likelihood that is a sum over clusters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLikelihood(ABC):
    """A model's likelihood by coordinates gamma, theta = root gamma.

    Attributes
    ----------
    root : ndarray, shape (q, q)
        Makes coordinates of like size: in them the information at the estimates is about I.
    gamma : ndarray, shape (q,)
        The estimates.
    times : ndarray, shape (n_rows,)
        Answers that each row counts for.
    clusters : Clusters
        The rows by cluster.
    gradient : float
        Largest length of the gradient at a maximum, of the root of n.
    """

    root: Floats = field(repr=False)
    gamma: Floats = field(repr=False)
    times: Floats = field(repr=False)
    clusters: Clusters = field(repr=False)
    gradient: float = GRADIENT

    @abstractmethod
    def at(self, gamma: Floats, times: Floats) -> Point:
        """Evaluate the log-likelihood and its derivatives, with answers counted by `times`."""

    @abstractmethod
    def scores(self, gamma: Floats) -> Floats:
        """Sum the derivatives over each cluster, shape (G, q)."""

    def maximum(self, start: Floats, basis: Floats, times: Floats) -> Floats:
        """Maximise over gamma = start + basis phi, shape (q,).

        Parameters
        ----------
        start : ndarray, shape (q,)
        basis : ndarray, shape (q, r)
            Directions that are free, orthonormal.
        times : ndarray, shape (n_rows,)
            Answers that each row counts for; 0 leaves it out.

        Raises
        ------
        ConvergenceError
            If there is no maximum that could be reached.
        """

        def evaluate(phi: Floats) -> Point:
            point = self.at(start + basis @ phi, times)
            return Point(
                value=point.value,
                gradient=basis.T @ point.gradient,
                information=basis.T @ point.information @ basis,
            )

        tolerance = self.gradient * np.sqrt(times.sum())
        phi, _ = maximise(evaluate, np.zeros(basis.shape[1]), tolerance=tolerance)
        return np.asarray(start + basis @ phi)


def local_likelihood(fit: LikelihoodFit, clusters: Clusters) -> LocalLikelihood:
    """Take a fitted model's likelihood, for other answers or under a hypothesis.

    Parameters
    ----------
    fit : Fit, CategoryFit or RandomInterceptFit
        A model of maximum likelihood with another link than the identity; quasi-likelihood
        will do.
    clusters : Clusters
        Its rows by cluster; those of the model itself, where it has a random intercept.

    Returns
    -------
    LocalLikelihood

    Examples
    --------
    >>> from campaign_effect.stats.models.clusters import group_rows
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> fit = fit_logit(np.ones((4, 1)), np.array([0.0, 1, 1, 1]))
    >>> local = local_likelihood(fit, group_rows(np.array([0, 0, 1, 1])))
    >>> local.at(local.gamma, local.times).information.round(6)
    array([[1.]])
    """
    times = times_of(fit.y, fit.counts)
    if isinstance(fit, Fit):
        return _OneIndex(
            root=fit.root,
            gamma=np.asarray(np.linalg.solve(fit.root, fit.beta)),
            times=times,
            clusters=clusters,
            answers=Answers(
                Z=fit.X @ fit.root,
                y=fit.y,
                times=times,
                likelihood=LIKELIHOODS[fit.link.name],
            ),
        )
    if isinstance(fit, CategoryFit):
        gamma = np.asarray(np.linalg.solve(fit.root, fit.theta))
        return _Categories(root=fit.root, gamma=gamma, times=times, clusters=clusters, fit=fit)
    root = cluster_information(fit, clusters).root
    Z = fit.X @ root[:-1, :-1]
    return _Mixed(
        root=root,
        gamma=np.asarray(np.linalg.solve(root, np.append(fit.beta, fit.sd))),
        times=times,
        clusters=clusters,
        gradient=MIXED_GRADIENT,
        answers=GroupedAnswers.of(Z, fit.y, fit.counts, clusters, fit.n_nodes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _OneIndex(LocalLikelihood):
    """A logit, fractional logit or probit."""

    answers: Answers = field(repr=False)

    def at(self, gamma: Floats, times: Floats) -> Point:
        return replace(self.answers, times=times).at(gamma)

    def scores(self, gamma: Floats) -> Floats:
        Z, y = self.answers.Z, self.answers.y
        slopes = self.answers.likelihood.derivatives(y, Z @ gamma)[1]
        return _sums((self.times * slopes)[:, None] * Z, self.clusters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Categories(LocalLikelihood):
    """A model of categories."""

    fit: CategoryFit

    def at(self, gamma: Floats, times: Floats) -> Point:
        q, theta = len(gamma), self.root @ gamma
        value, gradient, information = 0.0, np.zeros(q), np.zeros((q, q))
        for rows in row_blocks(len(times), BLOCK_ROWS):
            found = self.fit.derivatives(theta, rows)
            if found is None:
                return Point(value=-np.inf, gradient=np.zeros(q), information=np.eye(q))
            logs, slopes, curvatures = found
            D = self.fit.directions(rows)
            value += float(times[rows] @ logs)
            gradient += (times[rows, None] * slopes).ravel() @ D.reshape(-1, q)
            bent = (times[rows, None, None] * curvatures) @ D
            information += D.reshape(-1, q).T @ bent.reshape(-1, q)
        return Point(
            value=value,
            gradient=self.root.T @ gradient,
            information=self.root.T @ information @ self.root,
        )

    def scores(self, gamma: Floats) -> Floats:
        theta, everyone = self.root @ gamma, slice(None)
        found = self.fit.derivatives(theta, everyone)
        if found is None:
            return np.full((self.clusters.n_clusters, len(gamma)), np.nan)
        each = np.einsum("mr,mrq->mq", found[1], self.fit.directions(everyone))
        return _sums(self.times[:, None] * each, self.clusters) @ self.root


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mixed(LocalLikelihood):
    """A random-intercept logit; its last coordinate is the standard deviation's."""

    answers: GroupedAnswers = field(repr=False)

    def at(self, gamma: Floats, times: Floats) -> Point:
        scale = np.append(np.ones(len(gamma) - 1), self.root[-1, -1])
        answers = replace(self.answers, times=times[self.clusters.order])
        point = answers.at(gamma[:-1], float(gamma[-1] * scale[-1]))
        return Point(
            value=point.value,
            gradient=scale * point.gradient,
            information=np.outer(scale, scale) * point.information,
        )

    def scores(self, gamma: Floats) -> Floats:
        scale = np.append(np.ones(len(gamma) - 1), self.root[-1, -1])
        found = self.answers.integrate(gamma[:-1], float(gamma[-1] * scale[-1]))
        if found is None:
            return np.full((self.clusters.n_clusters, len(gamma)), np.nan)
        return np.asarray(found.scores * scale)

    def maximum(self, start: Floats, basis: Floats, times: Floats) -> Floats:
        """Maximise from clusters that differ: where they do not, the gradient by sd is 0."""
        lifted = start.copy()
        lifted[-1] = max(start[-1], FIRST_SD / self.root[-1, -1])
        found = LocalLikelihood.maximum(self, lifted, basis, times)
        found[-1] = abs(found[-1])
        return found


def _sums(rows: Floats, clusters: Clusters) -> Floats:
    """Sum rows by cluster."""
    return np.asarray(np.add.reduceat(rows[clusters.order], clusters.bounds[:-1], axis=0))
