"""The standard bivariate normal distribution on grids of limits, many grids at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from campaign_effect.stats.moments.arrays import Floats

FARTHEST = 38.0  # the normal density is 0 in float64 beyond it
NEARLY_ZERO = 1e-100  # Owen's formula divides by its limits; the result is that at 0
HIGH_CORRELATION = 0.925  # above, Plackett's integrand is too steep for 20 nodes (Genz)
RULES = tuple(  # Gauss-Legendre nodes enough for 1e-16 up to each |r| (Genz)
    (largest, *np.polynomial.legendre.leggauss(n_nodes))
    for largest, n_nodes in ((0.3, 6), (0.75, 12), (HIGH_CORRELATION, 20))
)


def bivariate_normal_cdf(h: ArrayLike, k: ArrayLike, r: ArrayLike) -> Floats:
    """Compute P(X <= h_a, Y <= k_b) on a grid of limits for each correlation.

    Parameters
    ----------
    h : array_like of float, shape (q, a)
        Limits of the first variable; infinite ones are allowed.
    k : array_like of float, shape (q, b)
        Limits of the second variable.
    r : array_like of float, shape (q,)
        Correlations, in (-1, 1).

    Returns
    -------
    ndarray of float, shape (q, a, b)
        Probabilities, within 1e-15 absolutely.

    Notes
    -----
    Up to |r| = .925 by Gauss-Legendre quadrature of Plackett's integral over the angle
    arcsin r, as Drezner and Wesolowsky [1]_ and Genz [2]_ do; beyond, by Owen's T function
    [3]_.

    References
    ----------
    .. [1] Drezner, Z., & Wesolowsky, G. O. (1990). On the computation of the bivariate
       normal integral. Journal of Statistical Computation and Simulation, 35, 101-107.
       https://doi.org/10.1080/00949659008811236
    .. [2] Genz, A. (2004). Numerical computation of rectangular bivariate and trivariate
       normal and t probabilities. Statistics and Computing, 14, 251-260.
       https://doi.org/10.1023/B:STCO.0000035304.20635.31
    .. [3] Owen, D. B. (1956). Tables for computing bivariate normal probabilities. Annals
       of Mathematical Statistics, 27, 1075-1090. https://doi.org/10.1214/aoms/1177728074

    Examples
    --------
    >>> bivariate_normal_cdf([[0.0]], [[0.0]], [0.5]).round(6)
    array([[[0.333333]]])
    """
    h, k, r = _grids(h, k, r)
    out = np.empty(np.broadcast_shapes(h.shape, k.shape))
    size = np.abs(r[:, 0, 0])
    smallest = -1.0
    for largest, nodes, weights in RULES:
        chosen = (smallest < size) & (size <= largest)
        if chosen.any():
            out[chosen] = _plackett(h[chosen], k[chosen], r[chosen], nodes, weights)
        smallest = largest
    high = size > HIGH_CORRELATION
    if high.any():
        out[high] = _owen(h[high], k[high], r[high])
    return out


def bivariate_normal_pdf(h: ArrayLike, k: ArrayLike, r: ArrayLike) -> Floats:
    """Compute the density on a grid of points for each correlation.

    Parameters
    ----------
    h, k, r : array_like of float, shapes (q, a), (q, b), (q,)
        As in `bivariate_normal_cdf`. The density is also the derivative of the distribution
        function by the correlation (Plackett's identity).

    Returns
    -------
    ndarray of float, shape (q, a, b)

    Examples
    --------
    >>> bivariate_normal_pdf([[0.0]], [[0.0]], [0.0]).round(6)
    array([[[0.159155]]])
    """
    h, k, r = _grids(h, k, r)
    rest = (1 - r) * (1 + r)
    distance = (h**2 - 2 * r * h * k + k**2) / rest
    return np.asarray(np.exp(-distance / 2) / (2 * np.pi * np.sqrt(rest)))


def _grids(h: ArrayLike, k: ArrayLike, r: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Limits along two axes, infinite ones drawn in to where the density has ended."""
    first = np.clip(np.asarray(h, dtype=np.float64), -FARTHEST, FARTHEST)
    second = np.clip(np.asarray(k, dtype=np.float64), -FARTHEST, FARTHEST)
    return first[:, :, None], second[:, None, :], np.asarray(r, dtype=np.float64)[:, None, None]


def _plackett(h: Floats, k: Floats, r: Floats, nodes: Floats, weights: Floats) -> Floats:
    """Independence plus the integral of the density from correlation 0 to r."""
    angle = np.arcsin(r[:, 0])
    sines = np.sin(angle * (nodes + 1) / 2)
    scale = 1 / (1 - sines**2)
    product = (h * k).reshape(len(h), -1, 1)
    squares = (h**2 + k**2).reshape(len(h), -1, 1) / 2
    exponent = product * (sines * scale)[:, None, :] - squares * scale[:, None, :]
    integral = np.exp(exponent, out=exponent) @ weights * angle / (4 * np.pi)
    independent = special.ndtr(h) * special.ndtr(k)
    return np.asarray(independent + integral.reshape(independent.shape))


def _owen(h: Floats, k: Floats, r: Floats) -> Floats:
    """Two triangles by Owen's T, for high correlations."""
    h, k = np.where(h == 0, NEARLY_ZERO, h), np.where(k == 0, NEARLY_ZERO, k)
    triangles = _triangle(h, k, r) + _triangle(k, h, r)
    halves = np.where((h < 0) != (k < 0), 0.5, 0.0)
    probability = (special.ndtr(h) + special.ndtr(k)) / 2 - triangles - halves
    return np.asarray(np.clip(probability, 0, 1))


def _triangle(h: Floats, k: Floats, r: Floats) -> Floats:
    """Owen's T(h, (k - r h) / (h sqrt(1 - r^2)))."""
    gap = np.where(r > 0, (k - h) + (1 - r) * h, (k + h) - (1 + r) * h)  # k - r h, unrounded
    return np.asarray(special.owens_t(h, gap / (h * np.sqrt((1 - r) * (1 + r)))))
