"""Factor means of many groups, by making loadings and intercepts as alike as can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.sem.optimise import Optimum, minimise

EPSILON: Final = 0.01
"""Rounds the loss off at zero; the paper's value."""

N_STARTS: Final = 5
"""Random starts besides those of the items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMeasures:
    """One factor's loadings and intercepts in every group, of factors with mean 0 and SD 1.

    Attributes
    ----------
    loadings : ndarray of float, shape (G, k)
    intercepts : ndarray of float, shape (G, q)
        Of numbers, or thresholds of ordered answers with their signs turned.
    item : ndarray of int, shape (q,)
        The item of each intercept.
    sizes : ndarray of float, shape (G,)
        Respondents; two groups weigh the root of their product.
    """

    loadings: Floats = field(compare=False)
    intercepts: Floats = field(compare=False)
    item: Integers = field(compare=False)
    sizes: Floats = field(compare=False)

    @property
    def n_groups(self) -> int:
        """Groups."""
        return len(self.loadings)

    @property
    def stacked(self) -> Floats:
        """Loadings, then intercepts, shape (G, k + q)."""
        return np.hstack([self.loadings, self.intercepts])

    @property
    def pair_weights(self) -> Floats:
        """What each pair of groups weighs, shape (G, G)."""
        weights = np.sqrt(np.outer(self.sizes, self.sizes))
        np.fill_diagonal(weights, 0.0)
        return np.asarray(weights / weights.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Where loadings and intercepts are most alike.

    Attributes
    ----------
    means : ndarray of float, shape (G,)
        Of the factor.
    sds : ndarray of float, shape (G,)
        Of the factor; their product is 1.
    aligned : ndarray of float, shape (G, k + q)
        Loadings and intercepts on the common scale.
    loss : float
        A weighted mean over pairs of groups.
    n_best : int
        Starts that reached it.
    n_starts : int
        Starts that converged.
    basis : ndarray of float, shape (2 G, r)
        Means and log SDs by what was free.
    """

    means: Floats = field(compare=False)
    sds: Floats = field(compare=False)
    aligned: Floats = field(compare=False)
    loss: float
    n_best: int
    n_starts: int
    basis: Floats = field(compare=False)


def align_measures(measures: GroupMeasures, *, reference: int | None = 0) -> Alignment:
    """Find factor means and SDs for which few loadings and intercepts differ much.

    Parameters
    ----------
    measures : GroupMeasures
    reference : int or None, default 0
        The group whose mean is 0 (the paper's FIXED); None estimates all means (FREE).

    Returns
    -------
    Alignment

    Raises
    ------
    ConvergenceError
        If no start ends where the gradient is zero, as where FREE means are not identified.

    Notes
    -----
    Minimises [1]_ ``sum over pairs of groups and parameters of sqrt(n_1 n_2) f(a_1 - a_2)``
    with ``f(x) = (x**2 + 0.01)**(1/4)`` and the aligned parameters ``a``:
    ``loading / sd`` and ``intercept - mean * loading / sd``; the product of the SDs is 1.
    The loss has many minima: the search starts from the alignment that each item asks for,
    from their means and from places at random, and takes the smallest.

    References
    ----------
    .. [1] Asparouhov, T., & Muthén, B. (2014). Multiple-group factor analysis alignment.
       Structural Equation Modeling, 21, 495-508. https://doi.org/10.1080/10705511.2014.919210

    Examples
    --------
    >>> loadings = np.array([[0.5, 0.7, 0.9], [0.6, 0.84, 1.08]])
    >>> intercepts = np.array([[0.0, 0.0, 0.0], [0.25, 0.35, 0.45]])
    >>> given = GroupMeasures(loadings=loadings, intercepts=intercepts, item=np.arange(3),
    ...     sizes=np.array([100.0, 100.0]))
    >>> found = align_measures(given)
    >>> (found.means / found.sds[0]).round(3), (found.sds / found.sds[0]).round(3)
    (array([0. , 0.5]), array([1. , 1.2]))
    """
    basis = _basis(measures.n_groups, reference)
    loss = Loss(measures=measures, basis=basis)
    found: list[Optimum] = []
    for start in _starts(measures, reference):
        x = np.asarray(np.linalg.lstsq(basis, start, rcond=None)[0], dtype=np.float64)
        optimum = minimise(loss, [x])
        if optimum.is_converged:
            found.append(optimum)
    if not found:
        raise ConvergenceError(
            "The alignment of the groups has no minimum that the search could find.",
            hint="fix the mean of one group, or leave out groups whose loadings are near zero.",
        )
    best = min(found, key=lambda optimum: optimum.value)
    means, logs = np.split(basis @ best.x, 2)
    return Alignment(
        means=means,
        sds=np.exp(logs),
        aligned=aligned_measures(measures, means, logs),
        loss=best.value,
        n_best=sum(optimum.value < best.value + 1e-9 for optimum in found),
        n_starts=len(found),
        basis=basis,
    )


def aligned_measures(measures: GroupMeasures, means: Floats, logs: Floats) -> Floats:
    """Bring loadings and intercepts to factors of these means and log SDs, (G, k + q)."""
    loadings = measures.loadings * np.exp(-logs)[:, None]
    intercepts = measures.intercepts - means[:, None] * loadings[:, measures.item]
    return np.hstack([loadings, intercepts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What alignment minimises, as a function of what is free of means and log SDs."""

    measures: GroupMeasures
    basis: Floats = field(compare=False)

    def value(self, x: Floats) -> float:
        """Return the loss."""
        means, logs = np.split(self.basis @ x, 2)
        if np.abs(logs).max() > 20 or not np.isfinite(means).all():
            return np.inf
        away = self.differences(aligned_measures(self.measures, means, logs))
        return float(np.einsum("gh,jgh->", self.measures.pair_weights, _f(away)))

    def slope(self, x: Floats, *, exact: bool) -> tuple[Floats, Floats]:
        """Return the gradient and half the second derivative, or that of a bound from above.

        A quadratic function of the differences that touches the loss and lies above it [1]_
        has ``f'(x) / x`` in place of ``f''(x)``.

        References
        ----------
        .. [1] Hunter, D. R., & Lange, K. (2004). A tutorial on MM algorithms. The American
           Statistician, 58, 30-37. https://doi.org/10.1198/0003130042836
        """
        means, logs = np.split(self.basis @ x, 2)
        aligned = aligned_measures(self.measures, means, logs)
        pulls, second = self.parts(aligned, exact=exact)
        slopes = parameter_slopes(self.measures, means, aligned)
        n_groups = self.measures.n_groups
        gradient = np.einsum("gj,gju->ug", pulls, slopes).reshape(2 * n_groups)
        half = 0.5 * np.einsum("gju,jgh,hjv->ugvh", slopes, second, slopes)
        half = half.reshape(2 * n_groups, 2 * n_groups)
        if exact:
            half = half + 0.5 * self.curvature(means, aligned, pulls)
        return gradient @ self.basis, self.basis.T @ half @ self.basis

    def differences(self, aligned: Floats) -> Floats:
        """Return each parameter's differences between groups, shape (k + q, G, G)."""
        return np.asarray(aligned.T[:, :, None] - aligned.T[:, None, :])

    def parts(self, aligned: Floats, *, exact: bool) -> tuple[Floats, Floats]:
        """Return the derivatives of the loss by the aligned parameters.

        Returns
        -------
        pulls : ndarray of float, shape (G, k + q)
        second : ndarray of float, shape (k + q, G, G)
        """
        away, weights = self.differences(aligned), self.measures.pair_weights
        rounded = away**2 + EPSILON
        ratio = 0.5 * rounded**-0.75
        pulls = 2 * (weights * ratio * away).sum(axis=2).T
        pair = ratio - 0.75 * away**2 * rounded**-1.75 if exact else ratio
        second = -2 * weights * pair
        places = np.arange(len(aligned))
        second[:, places, places] = -second.sum(axis=2)
        return pulls, second

    def curvature(self, means: Floats, aligned: Floats, pulls: Floats) -> Floats:
        """Return what the second derivatives of the aligned parameters add, (2 G, 2 G)."""
        k, item = self.measures.loadings.shape[1], self.measures.item
        loadings = aligned[:, :k]
        by_item = pulls[:, k:] * loadings[:, item]
        crossed = by_item.sum(axis=1)
        own = (pulls[:, :k] * loadings).sum(axis=1) - means * crossed
        zero = np.zeros_like(own)
        return np.block([[np.diag(zero), np.diag(crossed)], [np.diag(crossed), np.diag(own)]])


def parameter_slopes(measures: GroupMeasures, means: Floats, aligned: Floats) -> Floats:
    """Return the derivative of aligned parameters by their group's mean and log SD.

    Returns
    -------
    ndarray of float, shape (G, k + q, 2)
    """
    k = measures.loadings.shape[1]
    loadings = aligned[:, :k]
    slopes = np.zeros((*aligned.shape, 2))
    slopes[:, :k, 1] = -loadings
    slopes[:, k:, 0] = -loadings[:, measures.item]
    slopes[:, k:, 1] = means[:, None] * loadings[:, measures.item]
    return slopes


def _f(x: Floats) -> Floats:
    return np.asarray((x**2 + EPSILON) ** 0.25)


def _basis(n_groups: int, reference: int | None) -> Floats:
    """Leave the reference's mean out, and let the log SDs sum to zero."""
    means = np.eye(n_groups)
    if reference is not None:
        means = np.delete(means, reference, axis=1)
    centred = np.eye(n_groups) - 1 / n_groups
    logs = np.linalg.svd(centred)[0][:, : n_groups - 1]
    return np.block(
        [
            [means, np.zeros((n_groups, n_groups - 1))],
            [np.zeros((n_groups, means.shape[1])), logs],
        ]
    )


def _starts(measures: GroupMeasures, reference: int | None) -> Iterator[Floats]:
    """Give means and log SDs at which one item is the same in all groups, and others."""
    of_items = [_start_of(measures, j, reference or 0) for j in range(len(measures.item))]
    middle = np.median(of_items, axis=0)
    yield middle
    yield from of_items
    rng = np.random.default_rng(1)
    spread = np.repeat([1.0, 0.3], measures.n_groups)
    for _ in range(N_STARTS):
        yield middle + spread * rng.normal(size=len(middle))


def _start_of(measures: GroupMeasures, place: int, anchor: int) -> Floats:
    """Align by one intercept and its item's loading alone."""
    loading = measures.loadings[:, measures.item[place]]
    size = np.maximum(np.abs(loading), 0.1)
    logs = np.log(size) - np.log(size).mean()
    intercept = measures.intercepts[:, place]
    means = (intercept - intercept[anchor]) / (np.where(loading < 0, -1, 1) * size)
    means = means * np.exp(logs)
    return np.concatenate([np.clip(means, -3, 3), np.clip(logs, -1, 1)])
