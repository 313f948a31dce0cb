"""Omega of a general factor above group factors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.errors import TooFewItemsError
from campaign_effect.stats.items.factors import Method, extract_factors
from campaign_effect.stats.items.rotation import rotate
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchicalOmega:
    """Schmid and Leiman's solution, and what share of a sum's variance it explains.

    Attributes
    ----------
    omega_total : float
        Share of all common factors.
    omega_h : float
        Share of the general factor.
    omega_limit : float
        Share of the general factor in what is common.
    explained_common_variance : float
        Of the general factor, over the items' common variance (ECV).
    general : ndarray, shape (k,)
        Loadings on the general factor, all positive.
    group : ndarray, shape (k, m)
        Loadings on the group factors.
    uniquenesses : ndarray, shape (k,)
        1 - communalities.
    signs : ndarray of int, shape (k,)
        -1 for the items that were turned to load positively.
    """

    omega_total: float
    omega_h: float
    omega_limit: float
    explained_common_variance: float
    general: Floats = field(compare=False)
    group: Floats = field(compare=False)
    uniquenesses: Floats = field(compare=False)
    signs: Integers = field(compare=False)


def hierarchical_omega(
    correlations: ArrayLike, n_groups: int = 3, *, method: Method = "minres"
) -> HierarchicalOmega:
    """Estimate omega total and omega hierarchical, as psych does.

    Parameters
    ----------
    correlations : array_like of float, shape (k, k)
        Pearson or polychoric correlations. An item that loads negatively on the general
        factor is turned.
    n_groups : int, default 3
        m, at least 2. With two, the general factor is taken to load on both alike.
    method : {"minres", "ml", "paf"}, default "minres"
        Extraction of both orders of factors.

    Returns
    -------
    HierarchicalOmega

    Raises
    ------
    TooFewItemsError
        If m < 2, or so many items cannot have m factors.
    CollinearityError, ConvergenceError
        As in `extract_factors` and `rotate`.

    Notes
    -----
    The oblimin-rotated factors get a general factor of their correlations; its loadings are
    carried down to the items [1]_. omega_h = (sum of general loadings)^2 / variance of the
    sum; omega_total = 1 - sum of uniquenesses / variance of the sum [2]_.

    References
    ----------
    .. [1] Schmid, J., & Leiman, J. M. (1957). The development of hierarchical factor
       solutions. Psychometrika, 22, 53-61. https://doi.org/10.1007/BF02289209
    .. [2] Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Cronbach's alpha, Revelle's
       beta, and McDonald's omega_H: Their relations with each other and two alternative
       conceptualizations of reliability. Psychometrika, 70, 123-133.
       https://doi.org/10.1007/s11336-003-0974-7

    Examples
    --------
    >>> R = np.full((6, 6), 0.3) + np.kron(np.eye(2), np.full((3, 3), 0.2)) + 0.5 * np.eye(6)
    >>> result = hierarchical_omega(R, 2)
    >>> round(result.omega_h, 3), round(result.omega_total, 3)
    (0.621, 0.828)
    """
    if n_groups < 2:
        raise TooFewItemsError(
            "A general factor needs at least 2 group factors.", received=f"{n_groups}"
        )
    R = np.asarray(correlations, dtype=np.float64)
    found = extract_factors(R, n_groups, method=method)
    rotated = rotate(found.loadings, "oblimin")
    g = _second_order(rotated.phi, method)
    general = rotated.loadings @ g
    signs = np.where(general < 0, -1, 1)
    general = general * signs
    group = rotated.loadings * np.sqrt(np.maximum(1 - g**2, 0)) * signs[:, None]
    variance = float((R * np.outer(signs, signs)).sum())
    common = variance - found.uniquenesses.sum()
    of_general = general.sum() ** 2
    squares = (general**2).sum()
    return HierarchicalOmega(
        omega_total=float(common / variance),
        omega_h=float(of_general / variance),
        omega_limit=float(of_general / common),
        explained_common_variance=float(squares / (squares + (group**2).sum())),
        general=frozen(general),
        group=frozen(group),
        uniquenesses=found.uniquenesses,
        signs=frozen(signs.astype(np.int64)),
    )


def group_omegas(result: HierarchicalOmega, correlations: ArrayLike) -> Floats:
    """Compute omega of each group of items by itself.

    Parameters
    ----------
    result : HierarchicalOmega
    correlations : array_like of float, shape (k, k)
        Those that the result is from.

    Returns
    -------
    ndarray of float, shape (m, 3)
        For the sum of the items that load most on each group factor: the share of its
        variance from both factors, from the general one, and from the group's own; nan where
        no item loads most on a group.

    Examples
    --------
    >>> R = np.full((6, 6), 0.3) + np.kron(np.eye(2), np.full((3, 3), 0.2)) + 0.5 * np.eye(6)
    >>> group_omegas(hierarchical_omega(R, 2), R).round(3)
    array([[0.75, 0.45, 0.3 ],
           [0.75, 0.45, 0.3 ]])
    """
    S = np.asarray(correlations, dtype=np.float64) * np.outer(result.signs, result.signs)
    strongest = np.abs(result.group).argmax(axis=1)
    omegas = np.full((result.group.shape[1], 3), np.nan)
    for group, loadings in enumerate(result.group.T):
        items = np.flatnonzero(strongest == group)
        if len(items):
            variance = S[np.ix_(items, items)].sum()
            general = result.general[items].sum() ** 2 / variance
            own = loadings[items].sum() ** 2 / variance
            omegas[group] = general + own, general, own
    return omegas


def _second_order(phi: Floats, method: Method) -> Floats:
    """Find the loadings of the group factors on the general factor."""
    if len(phi) == 2:
        r = float(phi[0, 1])
        return np.array([abs(r) ** 0.5, np.sign(r) * abs(r) ** 0.5])
    return extract_factors(phi, 1, method=method).loadings[:, 0]
