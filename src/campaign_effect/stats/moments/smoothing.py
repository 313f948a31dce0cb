"""Correlation matrices made positive definite."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.moments.arrays import Floats, frozen

SMALLEST_EIGENVALUE = 1e-12
RAISED_EIGENVALUE = 100 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """A correlation matrix, and whether it had to be changed.

    Attributes
    ----------
    correlations : ndarray of float, shape (p, p)
        The matrix as given where it was positive definite, else smoothed.
    smallest_eigenvalue : float
        Of the matrix as given.
    is_smoothed : bool
        Whether it was changed.
    """

    correlations: Floats = field(compare=False)
    smallest_eigenvalue: float
    is_smoothed: bool


def smooth_correlations(correlations: ArrayLike) -> Smoothed:
    """Raise eigenvalues that are not positive, where there are any.

    Parameters
    ----------
    correlations : array_like of float, shape (p, p)
        Symmetric with ones on the diagonal; pairwise or polychoric correlations need not be
        positive definite.

    Returns
    -------
    Smoothed

    Notes
    -----
    Eigenvalues below 1e-12 become 2e-14, and the matrix is standardised again [1]_: that is
    psych::cor.smooth, whose eigenvalues are first brought to their former sum.

    References
    ----------
    .. [1] Wothke, W. (1993). Nonpositive definite matrices in structural modeling. In K. A.
       Bollen & J. S. Long (Eds.), Testing structural equation models (pp. 256-293). Sage.

    Examples
    --------
    >>> smooth_correlations([[1, 0.9, 0.1], [0.9, 1, 0.9], [0.1, 0.9, 1]]).is_smoothed
    True
    """
    R = np.array(correlations, dtype=np.float64)
    values, vectors = np.linalg.eigh(R)
    smallest = float(values[0])
    if smallest >= SMALLEST_EIGENVALUE:
        return Smoothed(correlations=frozen(R), smallest_eigenvalue=smallest, is_smoothed=False)
    values = np.where(values < SMALLEST_EIGENVALUE, RAISED_EIGENVALUE, values)
    S = (vectors * values) @ vectors.T
    deviations = np.sqrt(np.diagonal(S))
    smoothed = S / np.outer(deviations, deviations)
    np.fill_diagonal(smoothed, 1.0)
    return Smoothed(
        correlations=frozen(smoothed), smallest_eigenvalue=smallest, is_smoothed=True
    )
