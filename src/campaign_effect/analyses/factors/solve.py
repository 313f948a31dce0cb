"""A factor solution of complete answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.analyses.blocks import repeated_items
from campaign_effect.analyses.factors.choices import Basis, Choices
from campaign_effect.errors import CollinearityError
from campaign_effect.stats.items.factors import Extraction, extract_factors
from campaign_effect.stats.items.rotation import RotatedFactors, rotate
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.smoothing import Smoothed, smooth_correlations
from campaign_effect.stats.moments.tables import count_tables, encode

N_STARTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A solution and what it rests on.

    Attributes
    ----------
    items : tuple of str
    X : ndarray, shape (n, k)
        Complete answers.
    R : ndarray, shape (k, k)
        Correlations.
    extracted : Extraction
    rotated : RotatedFactors
    """

    items: tuple[str, ...]
    X: Floats = field(repr=False)
    R: Floats = field(repr=False)
    extracted: Extraction
    rotated: RotatedFactors


def correlate(names: tuple[str, ...], X: Floats, basis: Basis) -> Smoothed:
    """Correlate the items, smoothed where polychoric correlations need it.

    Raises
    ------
    CollinearityError
        If items are sums of each other; the error names them.
    """
    R = np.asarray(np.corrcoef(X, rowvar=False), dtype=np.float64)
    if repeated := repeated_items(names, R):
        raise CollinearityError(
            f"Items that repeat each other ({len(repeated)}): {list(repeated)}.",
            hint="leave out one of them: factors cannot tell them apart.",
            cause="repeated_items",
            items=tuple(repeated),
        )
    if basis == "polychoric":
        found = estimate_polychorics(count_tables(encode(X).codes))
        return smooth_correlations(found.correlations)
    smallest = float(np.linalg.eigvalsh(R)[0])
    return Smoothed(correlations=R, smallest_eigenvalue=smallest, is_smoothed=False)


def solve(names: tuple[str, ...], X: Floats, R: Floats, m: int, choices: Choices) -> Found:
    """Extract m factors and rotate them."""
    extracted = extract_factors(R, m, method=choices.extraction)
    rotated = rotate(extracted.loadings, choices.rotation, n_starts=N_STARTS, seed=choices.seed)
    return Found(items=names, X=X, R=R, extracted=extracted, rotated=rotated)
