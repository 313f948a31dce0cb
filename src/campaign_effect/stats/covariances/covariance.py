"""Covariances of coefficients: classic, HC0 to HC3, CR0 to CR2, and the df that go with them.

Every model that gives a `Fit` gets every covariance here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from campaign_effect.stats.covariances.cr2 import AdjustedBlocks, adjusted_blocks
from campaign_effect.stats.covariances.satterthwaite import satterthwaite_df
from campaign_effect.stats.models.clusters import (
    UNIT,
    ClusterFacts,
    check_codes,
    cluster_sums,
    facts_of,
    group_rows,
)
from campaign_effect.stats.models.design_matrix import row_blocks
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


class Hc(StrEnum):
    """Heteroskedasticity-consistent covariances."""

    HC0 = "HC0"
    HC1 = "HC1"
    HC2 = "HC2"
    HC3 = "HC3"


class Cr(StrEnum):
    """Cluster-robust covariances."""

    CR0 = "CR0"
    CR1 = "CR1"
    CR2 = "CR2"


class DfRule(StrEnum):
    """Where the degrees of freedom of a test come from."""

    RESIDUAL = "residual"  # n - p
    NORMAL = "normal"  # infinite: z
    CLUSTERS = "clusters"  # G - 1
    SATTERTHWAITE = "satterthwaite"  # by contrast
    DESIGN = "design"  # sampling units less strata less terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariance:
    """A covariance of coefficients.

    Attributes
    ----------
    kind : str
        "classic", "HC0" to "HC3", "CR0" to "CR2", "CV3", "two-way CR1", "design".
    matrix : ndarray, shape (p, p)
        The covariance.
    df_rule : DfRule
        Where the degrees of freedom come from.
    df : float
        The same for every contrast; nan where the rule is Satterthwaite's.
    clusters : ClusterFacts or None
        Of the cluster-robust kinds.
    blocks : AdjustedBlocks or None
        Of CR2: what Satterthwaite's degrees of freedom need.
    """

    kind: str
    matrix: Floats = field(compare=False)
    df_rule: DfRule
    df: float
    clusters: ClusterFacts | None = None
    blocks: AdjustedBlocks | None = field(default=None, compare=False, repr=False)


def classic_covariance(fit: Fit) -> Covariance:
    """Take the model at its word: dispersion times the inverse information.

    Parameters
    ----------
    fit : Fit
        A fitted model.

    Returns
    -------
    Covariance
        Kind "classic".

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> classic_covariance(fit).matrix.round(4)
    array([[0.8333]])
    """
    return _of_rows(fit, "classic", fit.dispersion * fit.bread)


def hc_covariance(fit: Fit, kind: Hc = Hc.HC3) -> Covariance:
    """Estimate a covariance that holds whatever the rows' variances are.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    kind : Hc, default HC3
        HC0; HC1, times n / (n - p); HC2 and HC3, squared residuals over 1 - h and its
        square. A row with leverage h = 1 has no residual and counts as zero.

    Returns
    -------
    Covariance
        Of the kind asked.

    References
    ----------
    .. [1] MacKinnon, J. G., & White, H. (1985). Some heteroskedasticity-consistent
       covariance matrix estimators with improved finite sample properties. Journal of
       Econometrics, 29, 305-325. https://doi.org/10.1016/0304-4076(85)90158-7

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> hc_covariance(fit, Hc.HC2).matrix.round(4)
    array([[0.8333]])
    """
    kind = Hc(kind)
    power = {Hc.HC0: 0, Hc.HC1: 0, Hc.HC2: 1, Hc.HC3: 2}[kind]
    meat = np.zeros((fit.p, fit.p))
    for rows in row_blocks(len(fit.y)):
        meat += _meat_of_rows(fit, rows, power)
    if kind is Hc.HC1:
        meat = meat * (fit.n / fit.df_residual)
    return _of_rows(fit, kind, fit.root @ meat @ fit.root.T)


def cr_covariance(fit: Fit, codes: Integers, kind: Cr = Cr.CR2) -> Covariance:
    """Estimate a covariance that holds however rows of a cluster depend on each other.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    kind : Cr, default CR2
        CR0; CR1, times G / (G - 1) * (n - 1) / (n - p); CR2, bias-reduced.

    Returns
    -------
    Covariance
        Of the kind asked, with G - 1 degrees of freedom (CR0, CR1) or Satterthwaite's.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If codes and rows differ in number.

    References
    ----------
    .. [1] Cameron, A. C., & Miller, D. L. (2015). A practitioner's guide to cluster-robust
       inference. Journal of Human Resources, 50, 317-372.
       https://doi.org/10.3368/jhr.50.2.317
    .. [2] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> cr_covariance(fit, np.array([0, 0, 1, 1]), Cr.CR1).matrix.round(4)
    array([[2.25]])
    """
    kind = Cr(kind)
    check_codes(fit, codes)
    clusters = group_rows(codes)
    if kind is Cr.CR2:
        return bias_reduced(adjusted_blocks(fit, clusters))
    G = clusters.n_clusters
    hats, scores = cluster_sums(fit, clusters)
    scores = scores @ fit.root.T
    correction = G / (G - 1) * (fit.n - 1) / fit.df_residual if kind is Cr.CR1 else 1.0
    return Covariance(
        kind=kind,
        matrix=frozen(correction * (scores.T @ scores)),
        df_rule=DfRule.CLUSTERS,
        df=float(G - 1),
        clusters=facts_of(clusters, fit.counts, hats),
    )


def standard_errors(covariance: Covariance, contrasts: Floats) -> Floats:
    """Compute standard errors of contrasts, sqrt(c' V c).

    Parameters
    ----------
    covariance : Covariance
        Of the coefficients.
    contrasts : ndarray, shape (k, p)
        One contrast (or gradient of a quantity) a row.

    Returns
    -------
    ndarray, shape (k,)
        In units of the contrast.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> standard_errors(classic_covariance(fit), np.array([[1.0], [2.0]])).round(4)
    array([0.9129, 1.8257])
    """
    variances = np.einsum("ki,ki->k", contrasts @ covariance.matrix, contrasts)
    return np.asarray(np.sqrt(np.maximum(variances, 0.0)))


def contrast_df(covariance: Covariance, contrasts: Floats) -> Floats:
    """Find degrees of freedom for the *t* of each contrast, by the covariance's rule.

    Parameters
    ----------
    covariance : Covariance
        Of the coefficients.
    contrasts : ndarray, shape (k, p)
        One contrast (or gradient of a quantity) a row.

    Returns
    -------
    ndarray, shape (k,)
        Infinite where the rule is normal.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> contrast_df(cr_covariance(fit, np.array([0, 0, 1, 1])), np.eye(1)).round(6)
    array([1.])
    """
    if covariance.blocks is not None:
        return satterthwaite_df(covariance.blocks, contrasts)
    return np.full(len(contrasts), covariance.df)


def bias_reduced(blocks: AdjustedBlocks) -> Covariance:
    """Make CR2 of what its degrees of freedom need.

    Parameters
    ----------
    blocks : AdjustedBlocks
        Of every cluster.

    Returns
    -------
    Covariance
        Kind "CR2".

    Examples
    --------
    >>> from campaign_effect.stats.models.clusters import group_rows
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> bias_reduced(adjusted_blocks(fit, group_rows(np.array([0, 0, 1, 1])))).kind
    <Cr.CR2: 'CR2'>
    """
    return Covariance(
        kind=Cr.CR2,
        matrix=frozen(blocks.covariance),
        df_rule=DfRule.SATTERTHWAITE,
        df=np.nan,
        clusters=blocks.facts,
        blocks=blocks,
    )


def _of_rows(fit: Fit, kind: str, matrix: Floats) -> Covariance:
    """Name a covariance without clusters: *t* with n - p in linear models, *z* else."""
    rule = DfRule.RESIDUAL if np.isfinite(fit.df) else DfRule.NORMAL
    return Covariance(kind=kind, matrix=frozen(matrix), df_rule=rule, df=fit.df)


def _meat_of_rows(fit: Fit, rows: slice, power: int) -> Floats:
    """Sum of squared scores over (1 - h)^power, in orthonormal coordinates."""
    Z = fit.X[rows] @ fit.root
    weights = fit.slope[rows] * (fit.slope[rows] / fit.variance[rows])
    free = 1 - weights * np.einsum("ij,ij->i", Z, Z)
    is_free = free > 1 - UNIT
    score = fit.slope[rows] / fit.variance[rows] * (fit.y[rows] - fit.mean[rows])
    square = np.where(is_free, score**2 / np.where(is_free, free, 1.0) ** power, 0.0)
    if fit.counts is not None:
        square = square * fit.counts[rows]
    return np.asarray((Z * square[:, None]).T @ Z)
