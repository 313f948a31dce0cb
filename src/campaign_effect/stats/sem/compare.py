"""Tests of a model against one that it is nested in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space
from scipy.stats import chi2

from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.inference import moment_middle
from campaign_effect.stats.sem.robust import moment_gamma
from campaign_effect.stats.sem.solution import Solution, leverages
from campaign_effect.stats.sem.threads import single_threaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A test of the restrictions that one model adds to another.

    Attributes
    ----------
    statistic : float
        Referred to chi-square; NaN where a scaling is not positive.
    df : int
        Restrictions.
    p_value : float
        Upper tail.
    method : str
        ``standard``, ``satorra_bentler_2001`` or ``satorra_2000`` (scaled and shifted).
    """

    statistic: float
    df: int
    p_value: float
    method: str


@single_threaded
def compare(restricted: Solution, free: Solution) -> Difference:
    """Test a model against a less restricted one, fitted to the same sample.

    Parameters
    ----------
    restricted, free : Solution
        Solutions by the same estimator; the first is nested in the second.

    Returns
    -------
    Difference
        The standard difference of chi-squares, scaled as the estimator asks: mean-corrected
        tests by Satorra and Bentler [1]_, mean-and-variance corrected ones by Satorra [2]_,
        scaled and shifted.

    Raises
    ------
    UsageError
        If the estimators or the samples differ, or the first model has no more df.

    References
    ----------
    .. [1] Satorra, A., & Bentler, P. M. (2001). A scaled difference chi-square test statistic
       for moment structure analysis. Psychometrika, 66, 507-514.
       https://doi.org/10.1007/BF02296192
    .. [2] Satorra, A. (2000). Scaled and adjusted restricted tests in multi-sample analysis of
       moment structures. In R. D. H. Heijmans et al. (Eds.), Innovations in multivariate
       statistical analysis (pp. 233-247). Kluwer. https://doi.org/10.1007/978-1-4615-4603-0_17
    """
    _check(restricted, free)
    difference = restricted.standard.statistic - free.standard.statistic
    df = restricted.df - free.df
    if restricted.scaled is None or free.scaled is None:
        return _difference(difference, df, "standard")
    if restricted.estimator.scaling in ("satorra_bentler", "yuan_bentler"):
        expected = restricted.scaled.scaling * restricted.df
        expected -= free.scaled.scaling * free.df if free.df else 0.0
        scaling = expected / df if expected > 0 else math.nan
        return _difference(difference / scaling, df, "satorra_bentler_2001")
    first, second = _restriction_traces(restricted, free)
    scale = math.sqrt(df / second)
    return _difference(difference * scale + df - scale * first, df, "satorra_2000")


def _difference(statistic: float, df: int, method: str) -> Difference:
    tail = float(chi2.sf(statistic, df))
    return Difference(statistic=statistic, df=df, p_value=tail, method=method)


def _check(restricted: Solution, free: Solution) -> None:
    if restricted.estimator != free.estimator or restricted.sample.n != free.sample.n:
        raise UsageError(
            "Only models with the same estimator and sample can be compared.",
            received=f"{restricted.estimator.name} (n = {restricted.sample.n}) and "
            f"{free.estimator.name} (n = {free.sample.n})",
        )
    if restricted.df <= free.df:
        raise UsageError(
            "The first model must be the more restricted one.",
            received=f"df {restricted.df} and {free.df}",
            hint="give the model with more degrees of freedom first.",
        )


def _restriction_traces(restricted: Solution, free: Solution) -> tuple[float, float]:
    """Return the traces of U Gamma and its square, U belonging to the restrictions.

    The restrictions A are what the restricted model's moments cannot do in the free model's
    parameters: the null space of ``pinv(D1) D0``.
    """
    parts = leverages(free.problem, free.implied)
    groups = zip(free.sample.groups, free.problem.structures, strict=True)
    gammas = tuple(moment_gamma(group, structure) for group, structure in groups)
    own = np.vstack([part.slopes for part in parts])
    nested = leverages(restricted.problem, restricted.implied)
    other = np.vstack([part.slopes for part in nested])
    orthogonal, triangle = np.linalg.qr(own)
    reached = np.linalg.solve(triangle, orthogonal.T @ other)
    restrictions: Floats = null_space(reached.T)
    inverse = free.inverse_information
    spread = inverse @ restrictions
    middle = spread @ np.linalg.solve(restrictions.T @ spread, spread.T)
    product = middle @ moment_middle(parts, gammas)
    return float(np.trace(product)), float(np.sum(product * product.T))
