"""Bootstrap intervals of loadings."""

from __future__ import annotations

import numpy as np

from campaign_effect.analyses.factors.choices import Choices
from campaign_effect.analyses.resampling import Bootstrap, replicate
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.items.alignment import align_factors
from campaign_effect.stats.items.factors import extract_factors
from campaign_effect.stats.items.rotation import RotatedFactors, rotate
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.resampling import correlations_of, resampled_covariances

LEVEL = 0.95


def loading_bounds(
    X: Floats,
    clusters: Integers | None,
    target: RotatedFactors,
    choices: Choices,
    bootstrap: Bootstrap | None,
) -> tuple[Floats, Floats] | None:
    """Bound loadings by the middle 95% of those of resamples, each aligned with the target.

    Returns
    -------
    low, high : ndarray of float, shape (k, m)
        None without a bootstrap.

    Raises
    ------
    UsageError
        If the correlations are polychoric.
    """
    if bootstrap is None:
        return None
    if choices.basis != "pearson":
        raise UsageError("Loadings are bootstrapped from Pearson correlations only.")
    n_units = len(X) if clusters is None else int(clusters.max()) + 1

    def loadings(counts: Integers) -> Floats:
        S = resampled_covariances(X, counts, clusters=clusters)
        return np.array([_aligned(R, target, choices) for R in correlations_of(S)])

    draws = replicate(loadings, n_units, bootstrap)
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(draws, [tail, 1 - tail], axis=0)
    return low, high


def _aligned(R: Floats, target: RotatedFactors, choices: Choices) -> Floats:
    """Find the loadings of one resample in the target's order; nan where it has none."""
    m = target.loadings.shape[1]
    try:
        found = extract_factors(R, m, method=choices.extraction)
        rotated = rotate(found.loadings, choices.rotation, n_starts=1)
    except (StatisticsError, np.linalg.LinAlgError):
        return np.full(target.loadings.shape, np.nan)
    return align_factors(rotated, target.loadings).loadings
