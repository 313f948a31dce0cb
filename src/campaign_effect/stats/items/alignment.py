"""Factors of two solutions brought into one order, with the same signs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from campaign_effect.stats.items.rotation import RotatedFactors
from campaign_effect.stats.moments.arrays import Floats, frozen


def align_factors(rotated: RotatedFactors, target: ArrayLike) -> RotatedFactors:
    """Order and sign factors so that they resemble those of another solution.

    Parameters
    ----------
    rotated : RotatedFactors
        For example of a bootstrap resample, whose factors come in any order.
    target : array_like of float, shape (k, m)
        Loadings to resemble, for example of all answers.

    Returns
    -------
    RotatedFactors
        The same solution; its columns pair with the target's so that the sum of the absolute
        congruences is greatest.

    Examples
    --------
    >>> loadings = np.array([[0.0, -0.7], [0.8, 0.0]])
    >>> found = RotatedFactors(loadings=loadings, phi=np.eye(2), criterion=0.0)
    >>> align_factors(found, np.eye(2)).loadings
    array([[ 0.7,  0. ],
           [-0. ,  0.8]])
    """
    congruences = congruence(rotated.loadings, target)
    columns, order = linear_sum_assignment(-np.abs(congruences).T)
    signs = np.where(congruences[order, columns] < 0, -1.0, 1.0)
    phi = rotated.phi[np.ix_(order, order)] * np.outer(signs, signs)
    return RotatedFactors(
        loadings=frozen(rotated.loadings[:, order] * signs),
        phi=frozen(phi),
        criterion=rotated.criterion,
    )


def congruence(loadings: ArrayLike, target: ArrayLike) -> Floats:
    """Compute Tucker's coefficient of congruence of every two factors.

    Parameters
    ----------
    loadings, target : array_like of float, shapes (k, m) and (k, l)

    Returns
    -------
    ndarray of float, shape (m, l)
        In [-1, 1]; from .95 two factors count as equal [1]_.

    References
    ----------
    .. [1] Lorenzo-Seva, U., & ten Berge, J. M. F. (2006). Tucker's congruence coefficient as
       a meaningful index of factor similarity. Methodology, 2, 57-64.
       https://doi.org/10.1027/1614-2241.2.2.57

    Examples
    --------
    >>> congruence([[0.6], [0.8]], [[0.3], [0.4]])
    array([[1.]])
    """
    L, T = np.asarray(loadings, dtype=np.float64), np.asarray(target, dtype=np.float64)
    lengths = np.outer(np.linalg.norm(L, axis=0), np.linalg.norm(T, axis=0))
    return np.asarray(L.T @ T / lengths)
