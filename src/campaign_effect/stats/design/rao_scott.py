"""Independence of two categories in a survey: Rao and Scott's corrected chi-square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from campaign_effect.errors import NoVariationError
from campaign_effect.stats.design.survey_design import SurveyDesign, total_covariance
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class RaoScottTest:
    """A test of independence under a survey design.

    Attributes
    ----------
    statistic : float
        F.
    df_num, df_denom : float
        Its degrees of freedom.
    p_value : float
        In [0, 1].
    pearson : float
        Pearson's chi-square of the weighted shares, before the correction.
    """

    statistic: float
    df_num: float
    df_denom: float
    p_value: float
    pearson: float


def rao_scott_test(
    rows: Integers, columns: Integers, design: SurveyDesign, *, domain: Booleans | None = None
) -> RaoScottTest:
    """Test whether two categories are independent, by the second-order correction.

    Parameters
    ----------
    rows, columns : ndarray of int, shape (n,)
        Categories of each answer, any integers.
    design : SurveyDesign
        How the answers were drawn.
    domain : ndarray of bool, shape (n,), optional
        The answers the table is of (those with both answers, say); all by default. The
        others still count as drawn, whatever their codes.

    Returns
    -------
    RaoScottTest
        F with its degrees of freedom.

    Raises
    ------
    NoVariationError
        If a variable has one category.

    Notes
    -----
    With Delta the generalised design effects of the contrasts of independence,
    F = X^2 / tr Delta on d = (tr Delta)^2 / tr Delta^2 and d (units - strata) degrees of
    freedom [1]_ [2]_.

    References
    ----------
    .. [1] Rao, J. N. K., & Scott, A. J. (1984). On chi-squared tests for multiway
       contingency tables with cell proportions estimated from survey data. Annals of
       Statistics, 12, 46-60. https://doi.org/10.1214/aos/1176346391
    .. [2] Thomas, D. R., & Rao, J. N. K. (1987). Small-sample comparisons of level and power
       for simple goodness-of-fit statistics under cluster sampling. Journal of the American
       Statistical Association, 82, 630-636. https://doi.org/10.1080/01621459.1987.10478476

    Examples
    --------
    >>> from campaign_effect.stats.design.survey_design import survey_design
    >>> rows, columns = np.repeat([0, 1], 20), np.tile([0, 0, 0, 1], 10)
    >>> columns[20:30] = 1
    >>> round(rao_scott_test(rows, columns, survey_design(np.ones(40))).p_value, 4)
    0.0163
    """
    is_in = np.ones(len(rows), dtype=bool) if domain is None else domain
    r, c = (_positions(codes, is_in) for codes in (rows, columns))
    shape = (int(r.max()) + 1, int(c.max()) + 1)
    if min(shape) < 2:
        raise NoVariationError("A test of independence needs two categories each way.")
    cell, n = r * shape[1] + c, int(is_in.sum())
    is_cell = cell[:, None] == np.arange(shape[0] * shape[1])
    share = np.where(is_in, design.weights, 0.0)
    share = share / share.sum()
    p = share @ is_cell
    V = total_covariance(share[:, None] * (is_cell - p), design)
    trace, trace_of_square = _design_effects(p, V, shape, n)
    pearson = _pearson(p.reshape(shape), n)
    df = trace**2 / trace_of_square
    df_denom = df * design.df(domain)
    return RaoScottTest(
        statistic=pearson / trace,
        df_num=df,
        df_denom=df_denom,
        p_value=float(special.fdtrc(df, df_denom, pearson / trace)),
        pearson=pearson,
    )


def _positions(codes: Integers, is_in: Booleans) -> Integers:
    """Give the categories of the domain numbers from 0; 0 elsewhere."""
    found = np.zeros(len(codes), dtype=np.int64)
    found[is_in] = np.unique(codes[is_in], return_inverse=True)[1]
    return found


def _pearson(shares: Floats, n: int) -> float:
    """Pearson's chi-square of shares of n answers."""
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    return float(n * np.sum((shares - expected) ** 2 / expected))


def _design_effects(
    p: Floats, V: Floats, shape: tuple[int, int], n: int
) -> tuple[float, float]:
    """Traces of Delta and its square, Delta = (C'D^(-1)C / n)^(-1) C'D^(-1) V D^(-1) C."""
    C = _interactions(shape)
    scaled = np.where(p > 0, 1 / np.where(p > 0, p, 1.0), 0.0)[:, None] * C
    Delta = np.linalg.solve(C.T @ scaled / n, scaled.T @ V @ scaled)
    return float(np.trace(Delta)), float(np.trace(Delta @ Delta))


def _interactions(shape: tuple[int, int]) -> Floats:
    """Contrasts that are zero under independence, shape (cells, (r - 1) (c - 1))."""
    deviations = [np.eye(k)[:, 1:] - 1 / k for k in shape]
    return np.asarray(np.kron(deviations[0], deviations[1]), dtype=np.float64)
