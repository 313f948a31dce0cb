"""Weights that a bootstrap multiplies the clusters' residuals or scores by."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Booleans, Floats, frozen

DRAWS = 9_999  # with the sample itself 10,000, so that 5% is a whole number of them
MOST_ENUMERATED = 10_000
FEWEST_FOR_SIGNS = 10  # clusters; below, signs give too few different statistics
SIGNS = (1.0, -1.0)
WEBB = (1.0, -1.0, 0.5**0.5, -(0.5**0.5), 1.5**0.5, -(1.5**0.5))


class WeightKind(StrEnum):
    """The distribution of a weight; both have mean 0 and variance 1."""

    RADEMACHER = "Rademacher"  # 1 or -1
    WEBB = "Webb"  # six points


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapWeights:
    """Weights of every cluster in every draw.

    Attributes
    ----------
    values : ndarray, shape (B, G)
        One draw a row. The first row is all ones: the sample itself.
    kind : WeightKind
        Their distribution.
    is_enumerated : bool
        Whether the rows are all draws that can be (of signs, one of each pair of opposites)
        rather than drawn.
    """

    values: Floats = field(compare=False, repr=False)
    kind: WeightKind
    is_enumerated: bool

    @property
    def n_draws(self) -> int:
        """Draws besides the sample itself; all vectors of weights if enumerated."""
        if not self.is_enumerated:
            return len(self.values) - 1
        return len(self.values) * (2 if self.kind is WeightKind.RADEMACHER else 1)

    @property
    def is_constant(self) -> Booleans:
        """Draws that give all clusters one weight and so the sample's own |t|, shape (B,)."""
        return np.asarray(self.values.max(axis=1) == self.values.min(axis=1))


def bootstrap_weights(
    n_clusters: int, *, seed: int = 0, draws: int = DRAWS
) -> BootstrapWeights:
    """Choose the weights for a number of clusters.

    Parameters
    ----------
    n_clusters : int
        G, at least 2.
    seed : int
        Of the draws, where they are not enumerated.
    draws : int, default 9999
        How many, where they are not enumerated; draws + 1 should be a multiple of 100.

    Returns
    -------
    BootstrapWeights
        Six-point weights below 10 clusters, else signs; every possible vector where there
        are at most 10,000.

    Raises
    ------
    StatisticsError
        If there are fewer than 2 clusters or no draws.

    Notes
    -----
    Signs give only 2^(G - 1) different values of |t|: below 10 clusters the six points of [1]_
    give enough to tell *p* at 5%.

    References
    ----------
    .. [1] Webb, M. D. (2023). Reworking wild bootstrap-based inference for clustered errors.
       Canadian Journal of Economics, 56, 839-858. https://doi.org/10.1111/caje.12661

    Examples
    --------
    >>> weights = bootstrap_weights(12)
    >>> weights.kind.value, weights.is_enumerated, weights.n_draws
    ('Rademacher', True, 4096)
    """
    if n_clusters < 2 or draws < 1:
        raise StatisticsError(
            "A bootstrap by cluster needs at least 2 clusters and 1 draw.",
            received=f"{n_clusters} clusters, {draws} draws",
        )
    kind = WeightKind.WEBB if n_clusters < FEWEST_FOR_SIGNS else WeightKind.RADEMACHER
    points = WEBB if kind is WeightKind.WEBB else SIGNS
    is_enumerated = len(points) ** n_clusters <= MOST_ENUMERATED
    values = (
        _all_vectors(points, n_clusters)
        if is_enumerated
        else _drawn_vectors(points, n_clusters, draws, seed)
    )
    return BootstrapWeights(values=frozen(values), kind=kind, is_enumerated=is_enumerated)


def _all_vectors(points: tuple[float, ...], G: int) -> Floats:
    """List every vector; of signs those whose first is 1, as opposites have the same |t|."""
    first = (1.0,) if points == SIGNS else points
    return np.array(list(product(first, *[points] * (G - 1))))


def _drawn_vectors(points: tuple[float, ...], G: int, draws: int, seed: int) -> Floats:
    """Draw vectors after one of ones."""
    which = np.random.default_rng(seed).integers(0, len(points), (draws, G), dtype=np.int8)
    return np.vstack([np.ones(G), np.array(points)[which]])
