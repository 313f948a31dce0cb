"""How well factors reproduce the correlations, and how simple they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from campaign_effect.stats.items.checks import check_positive_definite
from campaign_effect.stats.items.factors import factor_degrees_of_freedom
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorFit:
    """Fit of a factor model to correlations.

    Attributes
    ----------
    chi_square, p_value : float
        Bartlett's corrected likelihood-ratio test; p is nan without degrees of freedom.
    df : int
        Degrees of freedom.
    rmsea, rmsea_low, rmsea_high : float
        Root mean square error of approximation with its 90% interval; nan without df.
    tli : float
        Tucker-Lewis index; nan without df.
    bic : float
        chi_square - df log n.
    rmsr : float
        Root mean square of the residual correlations.
    """

    chi_square: float
    df: int
    p_value: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    tli: float
    bic: float
    rmsr: float


def factor_fit(
    correlations: ArrayLike, loadings: ArrayLike, *, n: float, phi: ArrayLike | None = None
) -> FactorFit:
    """Measure the fit of any factor solution, as psych does.

    Parameters
    ----------
    correlations : array_like of float, shape (k, k)
        Positive definite.
    loadings : array_like of float, shape (k, m)
        Unrotated or pattern loadings.
    n : float
        Respondents.
    phi : array_like of float, shape (m, m), optional
        Correlations of the factors; by default uncorrelated.

    Returns
    -------
    FactorFit

    Raises
    ------
    CollinearityError
        If the correlations are not positive definite.

    Notes
    -----
    With the maximum likelihood discrepancy F of the solution (whatever found it):
    chi_square = F (n - 1 - (2 k + 5) / 6 - 2 m / 3) [1]_; rmsea^2 = chi_square / (df n) -
    1 / (n - 1), with n in both places as psych has it, its interval by the noncentral chi
    square [2]_.

    References
    ----------
    .. [1] Bartlett, M. S. (1951). The effect of standardization on a chi-square approximation
       in factor analysis. Biometrika, 38, 337-344. https://doi.org/10.1093/biomet/38.3-4.337
    .. [2] Browne, M. W., & Cudeck, R. (1992). Alternative ways of assessing model fit.
       Sociological Methods & Research, 21, 230-258.
       https://doi.org/10.1177/0049124192021002005

    Examples
    --------
    >>> R = np.full((4, 4), 0.49) + 0.51 * np.eye(4)
    >>> factor_fit(R, np.full((4, 1), 0.7), n=100).df
    2
    """
    R = np.asarray(correlations, dtype=np.float64)
    L = np.asarray(loadings, dtype=np.float64)
    check_positive_definite(R)
    k, m = L.shape
    model = L @ (np.eye(m) if phi is None else np.asarray(phi)) @ L.T
    residuals = (R - model)[~np.eye(k, dtype=np.bool_)]
    np.fill_diagonal(model, np.diagonal(R))
    df = factor_degrees_of_freedom(k, m)
    F = max(_discrepancy(R, model), 0.0)
    scale = n - 1 - (2 * k + 5) / 6 - 2 * m / 3
    chi_square = F * scale
    low, high = _noncentrality_interval(chi_square, df)
    return FactorFit(
        chi_square=chi_square,
        df=df,
        p_value=float(special.chdtrc(df, chi_square)) if df else np.nan,
        rmsea=_rmsea(chi_square, df, n),
        rmsea_low=float(np.sqrt(low / (n - 1) / df)) if df else np.nan,
        rmsea_high=float(np.sqrt(high / (n - 1) / df)) if df else np.nan,
        tli=_tli(F, _discrepancy(R, np.diag(np.diagonal(R))), df, k, scale),
        bic=float(chi_square - df * np.log(n)),
        rmsr=float(np.sqrt((residuals**2).mean())),
    )


def complexity(loadings: ArrayLike) -> Floats:
    """Count how many factors it takes to explain each item.

    Parameters
    ----------
    loadings : array_like of float, shape (k, m)

    Returns
    -------
    ndarray of float, shape (k,)
        From 1 (one factor) to m.

    Notes
    -----
    Hofmann's index, (sum of squares)^2 / sum of fourth powers [1]_.

    References
    ----------
    .. [1] Hofmann, R. J. (1978). Complexity and simplicity as objective indices descriptive
       of factor solutions. Multivariate Behavioral Research, 13, 247-250.
       https://doi.org/10.1207/s15327906mbr1302_9

    Examples
    --------
    >>> complexity([[0.8, 0.0], [0.5, 0.5]])
    array([1., 2.])
    """
    squares = np.square(np.asarray(loadings, dtype=np.float64))
    return np.asarray(squares.sum(axis=1) ** 2 / (squares**2).sum(axis=1))


def variance_explained(loadings: ArrayLike, *, phi: ArrayLike | None = None) -> Floats:
    """Sum the variance that each factor explains.

    Parameters
    ----------
    loadings : array_like of float, shape (k, m)
    phi : array_like of float, shape (m, m), optional
        Correlations of the factors; by default uncorrelated.

    Returns
    -------
    ndarray of float, shape (m,)
        In units of one item; they add up to the sum of the communalities.

    Examples
    --------
    >>> variance_explained([[0.8, 0.0], [0.0, 0.6]])
    array([0.64, 0.36])
    """
    L = np.asarray(loadings, dtype=np.float64)
    correlations = np.eye(L.shape[1]) if phi is None else np.asarray(phi)
    return np.diagonal(correlations @ L.T @ L).copy()


def sorted_items(loadings: ArrayLike) -> NDArray[np.intp]:
    """Order items by the factor they load on most, then by that loading.

    Parameters
    ----------
    loadings : array_like of float, shape (k, m)

    Returns
    -------
    ndarray of int, shape (k,)
        Positions of the items: those of the first factor first, the largest absolute loading
        first.

    Examples
    --------
    >>> sorted_items([[0.1, 0.7], [0.6, 0.2], [-0.8, 0.0]])
    array([2, 1, 0])
    """
    sizes = np.abs(np.asarray(loadings, dtype=np.float64))
    return np.lexsort((-sizes.max(axis=1), sizes.argmax(axis=1)))


def _discrepancy(R: Floats, model: Floats) -> float:
    """Maximum likelihood discrepancy: trace - log determinant - k."""
    ratio = np.linalg.solve(model, R)
    return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(R))


def _rmsea(chi_square: float, df: int, n: float) -> float:
    if df == 0:
        return np.nan
    return float(np.sqrt(max(chi_square / (df * n) - 1 / (n - 1), 0.0)))


def _tli(F: float, F_null: float, df: int, k: int, scale: float) -> float:
    if df == 0:
        return np.nan
    null = F_null / (k * (k - 1) / 2)
    return float((null - F / df) / (null - 1 / scale))


def _noncentrality_interval(chi_square: float, df: int) -> tuple[float, float]:
    """Noncentralities for which the statistic is at its 95% and 5% point."""

    def bound(probability: float) -> float:
        if df == 0 or special.chdtr(df, chi_square) <= probability:
            return 0.0
        excess = lambda nc: special.chndtr(chi_square, df, nc) - probability  # noqa: E731
        return float(optimize.brentq(excess, 0.0, 2 * chi_square + 100, xtol=1e-10))

    return bound(0.95), bound(0.05)
