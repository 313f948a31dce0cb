"""Joint tests of several contrasts; under CR2 by the approximate Hotelling T-squared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.covariance import Covariance
from campaign_effect.stats.covariances.cr2 import AdjustedBlocks
from campaign_effect.stats.moments.arrays import Floats

INDEPENDENT = 1e-10  # least eigenvalue of a standardised covariance, of the largest


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTest:
    """A test that several contrasts are all zero.

    Attributes
    ----------
    statistic : float
        F.
    df_num, df_denom : float
        Its degrees of freedom; `df_denom` is infinite for a chi-square over its df.
    p_value : float
        nan where `df_denom` is not positive: too few clusters for so many contrasts.
    """

    statistic: float
    df_num: int
    df_denom: float
    p_value: float


def joint_test(covariance: Covariance, contrasts: Floats, values: Floats) -> JointTest:
    """Test that contrasts of the coefficients, or several quantities, are all zero.

    Parameters
    ----------
    covariance : Covariance
        Of the coefficients.
    contrasts : ndarray, shape (q, p)
        One contrast (or gradient of a quantity) a row, linearly independent.
    values : ndarray, shape (q,)
        The contrasts' estimates, less what the hypothesis says of them.

    Returns
    -------
    JointTest
        Under CR2 the approximate Hotelling test HTZ, else Wald's F with the covariance's
        degrees of freedom.

    Raises
    ------
    StatisticsError
        If contrasts depend on each other, or clusters are too few to tell them apart.

    Notes
    -----
    With Q = values' (C V C')^(-1) values and eta the degrees of freedom of the Wishart
    distribution that matches the variances of C V C' under the working model [1]_,
    F = (eta - q + 1) / (eta q) Q on q and eta - q + 1 degrees of freedom.

    References
    ----------
    .. [1] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004

    Examples
    --------
    >>> from campaign_effect.stats.covariances.covariance import classic_covariance
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> X = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    >>> fit = fit_ols(X, np.array([1.0, 3.0, 5.0, 7.5]))
    >>> round(joint_test(classic_covariance(fit), np.eye(2), fit.beta).statistic, 1)
    1215.7
    """
    q = len(contrasts)
    spread = contrasts @ covariance.matrix @ contrasts.T
    Q = float(values @ _solve(spread, values))
    eta = covariance.df + q - 1
    if covariance.blocks is not None:
        eta = wishart_df(covariance.blocks, contrasts)
    df = eta - q + 1
    share = 1.0 if covariance.blocks is None else df / eta
    statistic = share * Q / q
    return JointTest(
        statistic=statistic, df_num=q, df_denom=df, p_value=f_tail(statistic, q, df)
    )


def f_tail(statistic: float, df_num: float, df_denom: float) -> float:
    """Find the upper tail of F; of a chi-square over its df where `df_denom` is infinite.

    Parameters
    ----------
    statistic : float
        F.
    df_num, df_denom : float
        Degrees of freedom.

    Returns
    -------
    float
        In [0, 1]; nan where `df_denom` is not positive.

    Examples
    --------
    >>> round(f_tail(4.0, 1, np.inf), 4), round(f_tail(4.0, 1, 10.0), 4)
    (0.0455, 0.0734)
    """
    if not df_denom > 0:
        return np.nan
    if np.isinf(df_denom):
        return float(special.chdtrc(df_num, max(df_num * statistic, 0.0)))
    return float(special.fdtrc(df_num, df_denom, max(statistic, 0.0)))


def wishart_df(blocks: AdjustedBlocks, contrasts: Floats) -> float:
    """Match a Wishart distribution to the CR2 covariance of several contrasts.

    Parameters
    ----------
    blocks : AdjustedBlocks
        From `adjusted_blocks`.
    contrasts : ndarray, shape (q, p)
        One contrast a row, linearly independent.

    Returns
    -------
    float
        eta; for one contrast, Satterthwaite's degrees of freedom.

    Raises
    ------
    StatisticsError
        If contrasts depend on each other.

    Notes
    -----
    eta = q (q + 1) / (sum over s, t of var D_st), D = Omega^(-1/2) C V C' Omega^(-1/2) with
    Omega = E(C V C'), under normal errors. D_st is a quadratic form in the errors whose
    G by G matrix is P_st = diag(own_st) - d_s d_t' (see `satterthwaite_df`).

    Examples
    --------
    >>> from campaign_effect.stats.models.clusters import group_rows
    >>> from campaign_effect.stats.covariances.cr2 import adjusted_blocks
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((6, 1)), np.arange(6.0))
    >>> blocks = adjusted_blocks(fit, group_rows(np.array([0, 0, 1, 1, 2, 2])))
    >>> round(wishart_df(blocks, np.eye(1)), 6)
    2.0
    """
    q = len(contrasts)
    Omega = np.einsum("stgg->st", _pair_forms(blocks, contrasts))
    values, vectors = np.linalg.eigh(Omega)
    _check_independent(values)
    P = _pair_forms(blocks, (vectors / np.sqrt(values)) @ vectors.T @ contrasts)
    same = np.einsum("ssgh->gh", P)
    variance = np.sum(same**2) + np.einsum("stgh,tsgh->", P, P)
    return float(q * (q + 1) / variance)


def _pair_forms(blocks: AdjustedBlocks, contrasts: Floats) -> Floats:
    """P of each pair of contrasts, shape (q, q, G, G)."""
    directions = blocks.root.T @ contrasts.T  # (p, q)
    own = np.einsum("ps,gpr,rt->stg", directions, blocks.own, directions, optimize=True)
    d, signs = blocks.shared(directions)  # (G, r, q)
    P = -np.einsum("r,grs,hrt->stgh", signs, d, d, optimize=True)
    g = np.arange(len(d))
    P[:, :, g, g] += own
    return np.asarray(P)


def _solve(spread: Floats, values: Floats) -> Floats:
    """Solve in units in which every contrast has variance 1."""
    scale = np.sqrt(np.diag(spread))
    if not np.all(scale > 0):
        raise _dependent()
    correlation = spread / np.outer(scale, scale)
    _check_independent(np.linalg.eigvalsh(correlation))
    return np.asarray(np.linalg.solve(correlation, values / scale) / scale)


def _check_independent(eigenvalues: Floats) -> None:
    if eigenvalues[0] <= INDEPENDENT * eigenvalues[-1]:
        raise _dependent()


def _dependent() -> StatisticsError:
    return StatisticsError(
        "The contrasts of a joint test cannot be told apart.",
        hint="test fewer contrasts: they depend on each other, or there are too few clusters.",
    )
