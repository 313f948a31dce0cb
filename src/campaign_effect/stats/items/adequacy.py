"""Whether items correlate enough for factors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from campaign_effect.stats.items.checks import (
    check_counts,
    check_covariance,
    check_positive_definite,
)
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingAdequacy:
    """Kaiser, Meyer and Olkin's measure and Bartlett's test of sphericity.

    Attributes
    ----------
    kmo : float
        Of all items, in [0, 1]; above .60 factors are worth looking for.
    kmo_items : ndarray, shape (k,)
        Of each item.
    chi_square, p_value : float
        Bartlett's test that no items correlate.
    df : int
        k (k - 1) / 2.
    """

    kmo: float
    kmo_items: Floats = field(compare=False)
    chi_square: float
    df: int
    p_value: float


def sampling_adequacy(correlations: ArrayLike, *, n: float) -> SamplingAdequacy:
    """Compute KMO and Bartlett's test.

    Parameters
    ----------
    correlations : array_like of float, shape (k, k)
        Pearson correlations; for polychoric ones KMO only has its meaning.
    n : float
        Respondents.

    Returns
    -------
    SamplingAdequacy

    Raises
    ------
    TooFewItemsError, TooFewRowsError
        If k < 2 or n < 2.
    CollinearityError
        If the correlations are not positive definite.

    Notes
    -----
    Sum of squared correlations, by that plus the sum of squared partial correlations [1]_;
    -(n - 1 - (2 k + 5) / 6) log |R| [2]_. From correlations, so that the units of the items
    do not matter (factor_analyzer's KMO falls back to a pseudo-inverse where the covariances
    of items in small units have a small determinant).

    References
    ----------
    .. [1] Kaiser, H. F., & Rice, J. (1974). Little jiffy, mark IV. Educational and
       Psychological Measurement, 34, 111-117. https://doi.org/10.1177/001316447403400115
    .. [2] Bartlett, M. S. (1951). The effect of standardization on a chi-square approximation
       in factor analysis. Biometrika, 38, 337-344. https://doi.org/10.1093/biomet/38.3-4.337

    Examples
    --------
    >>> found = sampling_adequacy([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]], n=100)
    >>> round(found.kmo, 3), found.df
    (0.692, 3)
    """
    R = check_covariance(correlations)
    k = len(R)
    check_counts(n, k)
    check_positive_definite(R)
    df = k * (k - 1) // 2
    chi_square = float(-(n - 1 - (2 * k + 5) / 6) * np.linalg.slogdet(R)[1])
    full, partial = _squares(R), _squares(np.asarray(np.linalg.inv(R), dtype=np.float64))
    return SamplingAdequacy(
        kmo=float(full.sum() / (full.sum() + partial.sum())),
        kmo_items=frozen(full.sum(axis=0) / (full.sum(axis=0) + partial.sum(axis=0))),
        chi_square=chi_square,
        df=df,
        p_value=float(special.chdtrc(df, chi_square)),
    )


def _squares(matrix: Floats) -> Floats:
    """Squares of a matrix scaled to a unit diagonal, 0 on it."""
    deviations = np.sqrt(np.diagonal(matrix))
    scaled: Floats = matrix / np.outer(deviations, deviations)
    np.fill_diagonal(scaled, 0.0)
    return scaled**2
