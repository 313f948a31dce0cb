"""Populations in which a factor model is wrong by a known amount."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Booleans, Floats

RESIDUAL_CORRELATION: Final = 0.3
"""Left out of a model of one factor."""

ROOM: Final = 0.95
"""Share of the largest possible cross-loading that is used at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorPopulation:
    """A population of standardised variables that a factor model describes.

    Attributes
    ----------
    loadings : ndarray of float, shape (p, m)
        Zero where an item does not load.
    factors : ndarray of float, shape (m, m)
        Correlations.
    residuals : ndarray of float, shape (p, p)
        Correlations of the residuals.
    """

    loadings: Floats = field(compare=False)
    factors: Floats = field(compare=False)
    residuals: Floats = field(compare=False)

    @property
    def errors(self) -> Floats:
        """Residual variances, shape (p,)."""
        common = np.einsum("if,fg,ig->i", self.loadings, self.factors, self.loadings)
        return np.asarray(1 - common)

    @property
    def correlations(self) -> Floats:
        """Correlations of the items, shape (p, p)."""
        common = self.loadings @ self.factors @ self.loadings.T
        spread = np.sqrt(np.maximum(self.errors, 0.0))
        found = common + self.residuals * np.outer(spread, spread)
        np.fill_diagonal(found, 1.0)
        return np.asarray(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """A parameter that the population has and the model leaves out.

    Attributes
    ----------
    level : int
        The first level that has it, from 1.
    item : int
    factor : int or None
        On which the item loads as well.
    other : int or None
        The item whose residual goes with it.
    value : float
        The cross-loading or the correlation of the residuals.
    """

    level: int
    item: int
    factor: int | None
    other: int | None
    value: float


def omissions(population: FactorPopulation) -> tuple[Omission, ...]:
    """Choose what a model leaves out, more at each level.

    Parameters
    ----------
    population : FactorPopulation
        The fitted model, standardised.

    Returns
    -------
    tuple of Omission
        Those of the first level, then those that each further level adds.

    Raises
    ------
    StatisticsError
        If too few items are free of cross-loadings and correlated residuals.

    Notes
    -----
    *One factor* [2]_: items in order of their loadings, the weakest first, are paired, and
    residuals of a third, two thirds and all of the pairs correlate by .3 (four items: one pair;
    five: one and two pairs). *Several* [1]_: of the factors, m - 1 give the weakest item each
    (factors of three items or more first, weaker items first), which loads as much on another
    factor, at most 95% of what its variance leaves: on the one of the largest coefficient H
    whose pair with its own is still free. Each level adds one.

    References
    ----------
    .. [1] McNeish, D., & Wolf, M. G. (2023). Dynamic fit index cutoffs for confirmatory factor
       analysis models. Psychological Methods, 28, 61-88. https://doi.org/10.1037/met0000425
    .. [2] McNeish, D., & Wolf, M. G. (2023). Dynamic fit index cutoffs for one-factor models.
       Behavior Research Methods, 55, 1157-1174. https://doi.org/10.3758/s13428-022-01847-y

    Examples
    --------
    >>> one = FactorPopulation(loadings=np.array([[0.5], [0.8], [0.7], [0.6]]),
    ...     factors=np.eye(1), residuals=np.eye(4))
    >>> [(o.level, o.item, o.other, o.value) for o in omissions(one)]
    [(1, 0, 3, 0.3)]
    """
    is_free = _free_items(population)
    if population.loadings.shape[1] == 1:
        return _correlated_residuals(population, is_free)
    return _cross_loadings(population, is_free)


def misspecified(population: FactorPopulation, added: tuple[Omission, ...]) -> FactorPopulation:
    """Add what a model leaves out, keeping the items standardised."""
    loadings, residuals = population.loadings.copy(), population.residuals.copy()
    for one in added:
        if one.factor is not None:
            loadings[one.item, one.factor] = one.value
        elif one.other is not None:
            residuals[one.item, one.other] = residuals[one.other, one.item] = one.value
    return FactorPopulation(loadings=loadings, factors=population.factors, residuals=residuals)


def _free_items(population: FactorPopulation) -> Booleans:
    """Find the items that load on one factor, with a residual of their own."""
    alone = (np.abs(population.residuals) > 0).sum(axis=1) == 1
    return np.asarray(alone & ((population.loadings != 0).sum(axis=1) == 1))


def _correlated_residuals(
    population: FactorPopulation, is_free: Booleans
) -> tuple[Omission, ...]:
    strength = np.abs(population.loadings[:, 0])
    items = [int(i) for i in np.argsort(strength, kind="stable") if is_free[i]]
    if len(items) < 4:
        raise StatisticsError(
            "A model of one factor needs four items with residuals of their own.",
            received=f"{len(items)} items",
            hint="cut-offs cannot be simulated for this model.",
        )
    pairs = list(zip(items[::2], items[1::2], strict=False))
    n = len(pairs)
    levels = {4: [1], 5: [1, 2]}.get(len(items), [n // 3, 2 * n // 3, n])
    return tuple(
        Omission(
            level=1 + sum(place >= size for size in levels),
            item=first,
            factor=None,
            other=second,
            value=RESIDUAL_CORRELATION,
        )
        for place, (first, second) in enumerate(pairs[: levels[-1]])
    )


def _cross_loadings(population: FactorPopulation, is_free: Booleans) -> tuple[Omission, ...]:
    loadings = population.loadings
    own = np.abs(loadings).argmax(axis=1)
    counts = (loadings != 0).sum(axis=0)
    weakest: list[tuple[bool, float, int]] = []
    for factor in range(loadings.shape[1]):
        candidates = np.flatnonzero(is_free & (own == factor))
        if len(candidates):
            item = int(candidates[np.abs(loadings[candidates, factor]).argmin()])
            weakest.append((bool(counts[factor] < 3), float(abs(loadings[item, factor])), item))
    wanted = loadings.shape[1] - 1
    if len(weakest) < wanted:
        raise StatisticsError(
            "Too few items have one loading and a residual of their own.",
            received=f"items of {len(weakest)} factors, where {wanted} are needed",
            hint="cut-offs cannot be simulated for this model.",
        )
    chosen = sorted(weakest)[:wanted]
    targets = _targets(population, [item for _, _, item in sorted(chosen, key=lambda w: w[1])])
    items = [item for _, _, item in chosen if item in targets]
    return tuple(
        Omission(
            level=level,
            item=item,
            factor=targets[item],
            other=None,
            value=_cross_loading(population, item, int(own[item]), targets[item]),
        )
        for level, item in enumerate(items, start=1)
    )


def _targets(population: FactorPopulation, items: list[int]) -> dict[int, int]:
    """Give each item, the weakest first, the best measured factor whose pair is free."""
    loadings = population.loadings
    squares = loadings**2
    replicability = 1 / (1 + 1 / (squares / (1 - squares)).sum(axis=0))
    best_first = [int(factor) for factor in np.argsort(-replicability, kind="stable")]
    used: set[frozenset[int]] = set()
    found: dict[int, int] = {}
    for item in items:
        own = int(np.abs(loadings[item]).argmax())
        pairs = {frozenset((own, other)): other for other in best_first if other != own}
        free = [pair for pair in pairs if pair not in used]
        if free:
            used.add(free[0])
            found[item] = pairs[free[0]]
    return found


def _cross_loading(population: FactorPopulation, item: int, own: int, other: int) -> float:
    """Load as much as on the own factor, as far as the item's variance goes."""
    loading = population.loadings[item, own]
    shared = abs(loading) * population.factors[own, other]
    most = ROOM * (np.sqrt(shared**2 + 1 - loading**2) - shared)
    return float(np.copysign(min(abs(loading), most), loading))
