"""Rotation of factor loadings by gradient projection.

One algorithm serves every criterion; a criterion is a function of the rotated loadings that
gives its value and gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.moments.arrays import Floats, frozen

Rotation = Literal["none", "varimax", "quartimax", "promax", "oblimin", "quartimin", "geomin"]
Criterion = Callable[[Floats], tuple[float, Floats]]
SMALL_GRADIENT = 1e-10
MAX_STEPS = 5_000
SHORTEST = 1e-12  # step of a line search
ROUNDING = 1e-13  # a smaller squared gradient moves a criterion by less than its last digits


@dataclass(frozen=True, slots=True, kw_only=True)
class RotatedFactors:
    """Rotated loadings, the factor that explains most first.

    Attributes
    ----------
    loadings : ndarray, shape (k, m)
        Pattern; each column sums to a positive number.
    phi : ndarray, shape (m, m)
        Correlations of the factors.
    criterion : float
        What the rotation minimised, at its end.
    """

    loadings: Floats = field(compare=False)
    phi: Floats = field(compare=False)
    criterion: float

    @property
    def structure(self) -> Floats:
        """Correlations of items with factors, shape (k, m)."""
        return self.loadings @ self.phi


def rotate(
    loadings: ArrayLike, method: Rotation = "oblimin", *, n_starts: int = 4, seed: int = 0
) -> RotatedFactors:
    """Rotate loadings to simple structure.

    Parameters
    ----------
    loadings : array_like of float, shape (k, m)
        Unrotated loadings.
    method : str, default "oblimin"
        ``"varimax"`` (with Kaiser's normalisation), ``"quartimax"``: factors stay uncorrelated.
        ``"promax"`` (power 4 of the Kaiser-normalised varimax [2]_), ``"oblimin"`` and
        ``"quartimin"`` (one criterion, direct oblimin with gamma 0), ``"geomin"`` (with .01
        added): factors correlate. ``"none"``: left as they are.
    n_starts : int, default 4
        Starting positions: the unrotated one, then random ones; the best end is kept. One
        may be a point of rest that is no minimum, or (for geomin above all) a local one.
    seed : int, default 0
        For the random starting positions.

    Returns
    -------
    RotatedFactors

    Raises
    ------
    ConvergenceError
        If no start comes to rest.

    Notes
    -----
    Gradient projection [1]_ until the projected gradient is below 1e-10, which is closer
    than the default of most programs (1e-5).

    References
    ----------
    .. [1] Bernaards, C. A., & Jennrich, R. I. (2005). Gradient projection algorithms and
       software for arbitrary rotation criteria in factor analysis. Educational and
       Psychological Measurement, 65, 676-696. https://doi.org/10.1177/0013164404272507
    .. [2] Hendrickson, A. E., & White, P. O. (1964). Promax: A quick method for rotation to
       oblique simple structure. British Journal of Statistical Psychology, 17, 65-70.
       https://doi.org/10.1111/j.2044-8317.1964.tb00244.x

    Examples
    --------
    >>> turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    >>> simple = np.array([[0.8, 0], [0.7, 0], [0, 0.6], [0, 0.5]])
    >>> np.abs(rotate(simple @ turn, "varimax").loadings).round(3)
    array([[0.8, 0. ],
           [0.7, 0. ],
           [0. , 0.6],
           [0. , 0.5]])
    """
    A = np.asarray(loadings, dtype=np.float64)
    m = A.shape[1]
    if method == "none" or m == 1:
        return _ordered(A, np.eye(m), 0.0)
    if method == "promax":
        return _promax(A, n_starts, seed)
    if method == "varimax":
        lengths = np.sqrt((A**2).sum(axis=1))
        L, phi, value = _best(A / lengths[:, None], varimax, False, n_starts, seed)
        return _ordered(L * lengths[:, None], phi, value)
    criterion, is_oblique = CRITERIA[method]
    return _ordered(*_best(A, criterion, is_oblique, n_starts, seed))


def varimax(L: Floats) -> tuple[float, Floats]:
    """Compute Kaiser's criterion: minus a quarter of the variance of squared loadings.

    Parameters
    ----------
    L : ndarray of float, shape (k, m)

    Returns
    -------
    value : float
    gradient : ndarray of float, shape (k, m)

    References
    ----------
    .. [1] Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor
       analysis. Psychometrika, 23, 187-200. https://doi.org/10.1007/BF02289233

    Examples
    --------
    >>> varimax(np.eye(2))[0]
    -0.25
    """
    deviations = L**2 - (L**2).mean(axis=0)
    return float(-(deviations**2).sum() / 4), -L * deviations


def oblimin(L: Floats, gamma: float = 0.0) -> tuple[float, Floats]:
    """Compute the criterion of oblimin: a quarter of the covariances of squared loadings.

    Parameters
    ----------
    L : ndarray of float, shape (k, m)
    gamma : float, default 0
        0 is quartimin; for uncorrelated factors it is then quartimax.

    Returns
    -------
    value : float
    gradient : ndarray of float, shape (k, m)

    References
    ----------
    .. [1] Jennrich, R. I., & Sampson, P. F. (1966). Rotation for simple loadings.
       Psychometrika, 31, 313-323. https://doi.org/10.1007/BF02289465

    Examples
    --------
    >>> oblimin(np.eye(2))[0]
    0.0
    """
    squares = L**2
    others = squares.sum(axis=1, keepdims=True) - squares
    others = others - gamma * others.mean(axis=0)
    return float((squares * others).sum() / 4), L * others


def geomin(L: Floats, delta: float = 0.01) -> tuple[float, Floats]:
    """Compute the criterion of geomin: the sum of the rows' geometric means of squares.

    Parameters
    ----------
    L : ndarray of float, shape (k, m)
    delta : float, default 0.01
        Added to each squared loading.

    Returns
    -------
    value : float
    gradient : ndarray of float, shape (k, m)

    References
    ----------
    .. [1] Yates, A. (1987). Multivariate exploratory data analysis: A perspective on
       exploratory factor analysis. State University of New York Press.

    Examples
    --------
    >>> round(geomin(np.eye(2))[0], 3)
    0.201
    """
    squares = L**2 + delta
    means = np.exp(np.log(squares).mean(axis=1))
    return float(means.sum()), (2 / L.shape[1]) * L / squares * means[:, None]


CRITERIA: dict[str, tuple[Criterion, bool]] = {  # with whether its factors may correlate
    "quartimax": (oblimin, False),
    "oblimin": (oblimin, True),
    "quartimin": (oblimin, True),
    "geomin": (geomin, True),
}


def _best(
    A: Floats, criterion: Criterion, is_oblique: bool, n_starts: int, seed: int
) -> tuple[Floats, Floats, float]:
    """Keep the loadings, factor correlations and criterion of the best start."""
    rng = np.random.default_rng(seed)
    starts = [np.eye(A.shape[1])]
    starts += [_random_rotation(A.shape[1], rng) for _ in range(n_starts - 1)]
    ends = [_project(A, T, criterion, is_oblique) for T in starts]
    found = [end for end in ends if end is not None]
    if not found:
        raise ConvergenceError(
            "The rotation did not come to rest.",
            received=f"{n_starts} starts of {MAX_STEPS} steps",
            hint="ask for fewer factors or more starts.",
        )
    return min(found, key=lambda end: end[2])


def _project(
    A: Floats, T: Floats, criterion: Criterion, is_oblique: bool
) -> tuple[Floats, Floats, float] | None:
    """Gradient projection from T (Bernaards & Jennrich); None where it does not rest."""
    turn = _unit_columns if is_oblique else _nearest_orthogonal
    length = 0.5
    L = _rotated(A, T, is_oblique)
    value, by_L = criterion(L)
    for _ in range(MAX_STEPS):
        G = _tangent(_by_rotation(A, T, L, by_L, is_oblique), T, is_oblique)
        slope = float((G**2).sum())
        if np.sqrt(slope) < SMALL_GRADIENT:
            return L, T.T @ T if is_oblique else np.eye(len(T)), value
        is_visible = slope > ROUNDING
        length = 2 * length if is_visible else length
        while True:
            moved = turn(T - length * G)
            L = _rotated(A, moved, is_oblique)
            new, by_L = criterion(L)
            if not is_visible or new < value - slope * length / 2 or length < SHORTEST:
                break
            length /= 2
        T, value = moved, new
    return None


def _rotated(A: Floats, T: Floats, is_oblique: bool) -> Floats:
    """Turn loadings by T."""
    return np.asarray(np.linalg.solve(T, A.T).T if is_oblique else A @ T, dtype=np.float64)


def _by_rotation(A: Floats, T: Floats, L: Floats, by_L: Floats, is_oblique: bool) -> Floats:
    """Carry a gradient by the rotated loadings over to T."""
    G = -np.linalg.solve(T.T, by_L.T @ L) if is_oblique else A.T @ by_L
    return np.asarray(G, dtype=np.float64)


def _tangent(G: Floats, T: Floats, is_oblique: bool) -> Floats:
    """Part of a gradient that keeps columns at unit length, or orthogonal."""
    if is_oblique:
        return np.asarray(G - T * (T * G).sum(axis=0))
    M = T.T @ G
    return np.asarray(G - T @ (M + M.T) / 2)


def _unit_columns(X: Floats) -> Floats:
    return np.asarray(X / np.sqrt((X**2).sum(axis=0)))


def _nearest_orthogonal(X: Floats) -> Floats:
    U, _, V = np.linalg.svd(X)
    return np.asarray(U @ V)


def _random_rotation(m: int, rng: np.random.Generator) -> Floats:
    Q, triangle = np.linalg.qr(rng.normal(size=(m, m)))
    return np.asarray(Q * np.sign(np.diagonal(triangle)))


def _promax(A: Floats, n_starts: int, seed: int, power: int = 4) -> RotatedFactors:
    """Least-squares target: varimax loadings to a power, with their signs."""
    start = rotate(A, "varimax", n_starts=n_starts, seed=seed)
    V = start.loadings
    U = np.linalg.lstsq(V, V * np.abs(V) ** (power - 1))[0]
    U = U * np.sqrt(np.diagonal(np.linalg.inv(U.T @ U)))
    phi = np.linalg.inv(U.T @ U)
    return _ordered(V @ U, phi, start.criterion)


def _ordered(L: Floats, phi: Floats, value: float) -> RotatedFactors:
    """Factors by the variance they explain, each turned to a positive sum."""
    signs = np.where(L.sum(axis=0) < 0, -1.0, 1.0)
    order = np.argsort(-np.diagonal(phi @ L.T @ L), kind="stable")
    phi = (phi * np.outer(signs, signs))[np.ix_(order, order)]
    return RotatedFactors(
        loadings=frozen((L * signs)[:, order]), phi=frozen(phi), criterion=value
    )
