"""One contrast by every method that is used with few villages, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scipy import special

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.covariances.bootstrap_weights import (
    BootstrapWeights,
    bootstrap_weights,
)
from campaign_effect.stats.covariances.covariance import (
    Covariance,
    Cr,
    contrast_df,
    cr_covariance,
    standard_errors,
)
from campaign_effect.stats.covariances.effective_clusters import (
    effective_clusters,
    partial_leverage,
)
from campaign_effect.stats.covariances.jackknife import jackknife_covariance
from campaign_effect.stats.covariances.score_bootstrap import score_bootstrap
from campaign_effect.stats.covariances.weighted_covariance import weighted_cr
from campaign_effect.stats.covariances.wild import BootstrapTest, wild_bootstrap
from campaign_effect.stats.models.clusters import cluster_facts, group_rows, inestimable_without
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.models.weighted import WeightedFit, fit_weighted_ols
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageTest:
    """A contrast by one method.

    Attributes
    ----------
    method : str
        "CR1", "CR2", "CV3", "wild" or "score".
    estimate : float
        The contrast; of the linear probability model where the method is "wild".
    std_error : float or None
        Of the covariances; a bootstrap has none.
    df : float or None
        Of *t*, likewise.
    statistic, p_value, conf_low, conf_high : float
        The test against 0 and its interval.
    """

    method: str
    estimate: float
    std_error: float | None
    df: float | None
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VillagePanel:
    """What there is to know of a contrast before its *p* is believed.

    Attributes
    ----------
    tests : tuple of VillageTest
        One per method that could be computed; none where the contrast is inestimable
        without some village.
    missing : tuple of str
        Methods that could not be computed.
    pivotal : ndarray of int
        Villages without which the contrast cannot be estimated, by their codes.
    n_clusters : int
        G.
    effective_worst, effective_equal : float
        Effective number of clusters if answers of a village are all alike, and if they are
        unrelated.
    leverage, partial_leverage : ndarray, shape (G,)
        Of each village, in the order of the codes.
    weights : BootstrapWeights
        Of the bootstraps.
    """

    tests: tuple[VillageTest, ...]
    missing: tuple[str, ...]
    pivotal: Integers = field(compare=False)
    n_clusters: int
    effective_worst: float
    effective_equal: float
    leverage: Floats = field(compare=False)
    partial_leverage: Floats = field(compare=False)
    weights: BootstrapWeights = field(repr=False)

    def agree(self, level: float = 0.95) -> bool | None:
        """Tell whether all methods reject, or none does; None without a test."""
        rejects = {test.p_value < 1 - level for test in self.tests}
        return len(rejects) == 1 if rejects else None


def village_panel(
    fit: Fit | WeightedFit,
    codes: Integers,
    contrast: Floats,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> VillagePanel:
    """Test a contrast against 0 by every method for few villages.

    Parameters
    ----------
    fit : Fit or WeightedFit
        A linear or logistic model.
    codes : ndarray of int, shape (n_rows,)
        Village of each row.
    contrast : ndarray, shape (p,)
        Of the coefficients.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1).
    seed : int
        Of the bootstraps, where they are not enumerated.

    Returns
    -------
    VillagePanel
        CR1 and the jackknife with G - 1 degrees of freedom, CR2 with Satterthwaite's, the
        wild bootstrap (for a logit, of the linear probability model) and, for a logit, the
        score bootstrap; all with the weights of a weighted model.

    Raises
    ------
    SingleClusterError
        If there is one village.
    StatisticsError
        If codes and rows differ in number.

    References
    ----------
    .. [1] MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2023). Cluster-robust inference: A
       guide to empirical practice. Journal of Econometrics, 232, 272-299.
       https://doi.org/10.1016/j.jeconom.2022.04.001

    Examples
    --------
    >>> import numpy as np
    >>> x, codes = np.arange(36.0) % 7, np.repeat(np.arange(12), 3)
    >>> fit = fit_ols(np.column_stack([np.ones(36), x]), x + np.sin(np.arange(36.0)))
    >>> panel = village_panel(fit, codes, np.array([0.0, 1.0]))
    >>> [test.method for test in panel.tests], panel.agree()
    (['CR1', 'CR2', 'CV3', 'wild'], True)
    """
    row, counted = contrast[None, :], _counted(fit)
    is_pivotal = inestimable_without(counted, codes, row)[0]
    clusters = group_rows(codes)
    weights = bootstrap_weights(clusters.n_clusters, seed=seed)
    tests: tuple[VillageTest, ...] = ()
    if not is_pivotal.any():
        methods = _methods(counted)
        found = (_test(name, fit, codes, contrast, weights, level) for name in methods)
        tests = tuple(test for test in found if test is not None)
    answers = _answers(fit)
    made = {test.method for test in tests}
    return VillagePanel(
        tests=tests,
        missing=tuple(name for name in _methods(counted) if name not in made),
        pivotal=frozen(clusters.values[is_pivotal]),
        n_clusters=clusters.n_clusters,
        effective_worst=float(effective_clusters(answers, codes, row, 1.0)[0]),
        effective_equal=float(effective_clusters(answers, codes, row, 0.0)[0]),
        leverage=cluster_facts(counted, clusters).leverage,
        partial_leverage=frozen(partial_leverage(counted, codes, row)[0]),
        weights=weights,
    )


def _counted(fit: Fit | WeightedFit) -> Fit:
    """Take weights as counts: right for what sums over villages before it squares."""
    return fit.fit if isinstance(fit, WeightedFit) else fit


def _answers(fit: Fit | WeightedFit) -> Fit:
    """Give every answer its own row, its weight a factor of its score."""
    if isinstance(fit, Fit):
        return fit
    return replace(fit.fit, counts=None, slope=frozen(fit.weights * fit.fit.slope))


def _linear(fit: Fit | WeightedFit) -> Fit:
    """Take the linear probability model in place of another."""
    one = _counted(fit)
    if one.link is IDENTITY:
        return one
    if isinstance(fit, WeightedFit):
        return fit_weighted_ols(one.X, one.y, fit.weights).fit
    return fit_ols(one.X, one.y, one.counts)


def _methods(fit: Fit) -> tuple[str, ...]:
    linear = ("CR1", "CR2", "CV3", "wild")
    return linear if fit.link is IDENTITY else (*linear, "score")


def _test(
    method: str,
    fit: Fit | WeightedFit,
    codes: Integers,
    contrast: Floats,
    weights: BootstrapWeights,
    level: float,
) -> VillageTest | None:
    """Make one test; None where the model has no estimate that it needs."""
    try:
        if method == "wild":
            found = wild_bootstrap(_linear(fit), codes, contrast, weights, level=level)
            return _of_bootstrap(method, found)
        if method == "score":
            found = score_bootstrap(_counted(fit), codes, contrast, weights, level=level)
            return _of_bootstrap(method, found)
        if method == "CV3":
            jackknife = jackknife_covariance(_counted(fit), codes)
            return _of_covariance(fit.beta, jackknife, contrast, level)
    except ConvergenceError:
        return None
    if isinstance(fit, WeightedFit):
        covariance = weighted_cr(fit, codes, Cr(method))
    else:
        covariance = cr_covariance(fit, codes, Cr(method))
    return _of_covariance(fit.beta, covariance, contrast, level)


def _of_bootstrap(method: str, found: BootstrapTest) -> VillageTest:
    return VillageTest(
        method=method,
        estimate=found.estimate,
        std_error=None,
        df=None,
        statistic=found.statistic,
        p_value=found.p_value,
        conf_low=found.conf_low,
        conf_high=found.conf_high,
    )


def _of_covariance(
    beta: Floats, covariance: Covariance, contrast: Floats, level: float
) -> VillageTest:
    """Test by *t* with the covariance's degrees of freedom."""
    estimate = float(contrast @ beta)
    error = float(standard_errors(covariance, contrast[None, :])[0])
    df = float(contrast_df(covariance, contrast[None, :])[0])
    t = estimate / error
    reach = float(special.stdtrit(df, (1 + level) / 2)) * error
    return VillageTest(
        method=str(covariance.kind),
        estimate=estimate,
        std_error=error,
        df=df,
        statistic=t,
        p_value=float(2 * special.stdtr(df, -abs(t))),
        conf_low=estimate - reach,
        conf_high=estimate + reach,
    )
