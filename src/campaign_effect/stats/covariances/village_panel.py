"""One contrast by every method that is used with few villages, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum

from scipy import special

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.covariances.bootstrap_weights import (
    BootstrapWeights,
    bootstrap_weights,
)
from campaign_effect.stats.covariances.cluster_information import (
    ClusteredFit,
    cluster_information,
    clusters_of,
    estimates_of,
)
from campaign_effect.stats.covariances.clustered import PanelFit, clustered_covariance
from campaign_effect.stats.covariances.covariance import (
    Covariance,
    Cr,
    contrast_df,
    standard_errors,
)
from campaign_effect.stats.covariances.effective_clusters import (
    effective_category_clusters,
    effective_clusters,
    effective_of_shares,
)
from campaign_effect.stats.covariances.jackknife import jackknife_covariance
from campaign_effect.stats.covariances.score_bootstrap import score_bootstrap
from campaign_effect.stats.covariances.wild import wild_bootstrap
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.firth import FirthFit
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.models.weighted import WeightedFit, fit_weighted_ols
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


class Why(StrEnum):
    """Why a method is not for a model."""

    CATEGORIES = "categories"  # have no linear model
    PENALTY = "penalty"  # belongs to no village
    EQUATIONS = "equations"  # have no likelihood
    EFFECTS = "effects"  # of villages are integrated out


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
        Methods that could not be computed: some estimate that they need is not finite.
    pivotal : ndarray of int
        Villages without which the contrast cannot be estimated, by their codes.
    n_clusters : int
        G.
    effective_worst, effective_equal : float
        Effective number of clusters if answers of a village are all alike, and if they are
        unrelated; both the same of a random intercept, which says itself how alike they are.
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


def village_panels(
    fit: PanelFit,
    codes: Integers,
    contrasts: Floats,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[VillagePanel, ...]:
    """Test contrasts against 0 by every method for few villages.

    Parameters
    ----------
    fit : Fit, CategoryFit, GeeFit, RandomInterceptFit, WeightedFit or WeightedCategoryFit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Village of each row; the model's own, where it has some.
    contrasts : ndarray, shape (k, q)
        One contrast of the parameters a row.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1).
    seed : int
        Of the bootstraps, where they are not enumerated.

    Returns
    -------
    tuple of VillagePanel
        One a contrast: CR1 and the jackknife with G - 1 degrees of freedom, CR2 with
        Satterthwaite's, the wild bootstrap (of a model that is not linear, that of the linear
        probability model) and the score bootstrap, less those of `unsuited_methods`; all with
        the weights of a weighted model.

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
    >>> (panel,) = village_panels(fit, codes, np.array([[0.0, 1.0]]))
    >>> [test.method for test in panel.tests], panel.agree()
    (['CR1', 'CR2', 'CV3', 'wild'], True)
    """
    counted = _counted(fit)
    clusters = clusters_of(counted, codes)
    found = cluster_information(counted, clusters)
    is_pivotal, shares = found.inestimable_without(contrasts), found.partial_leverage(contrasts)
    worst, equal = (_effective(fit, codes, contrasts, shares, rho) for rho in (1.0, 0.0))
    survey = _Survey.of(fit, codes, bootstrap_weights(clusters.n_clusters, seed=seed), level)
    panels = []
    for k, contrast in enumerate(contrasts):
        tests = () if is_pivotal[k].any() else survey.tests(contrast)
        made = {test.method for test in tests}
        panels.append(
            VillagePanel(
                tests=tests,
                missing=tuple(name for name in survey.methods if name not in made),
                pivotal=frozen(clusters.values[is_pivotal[k]]),
                n_clusters=clusters.n_clusters,
                effective_worst=float(worst[k]),
                effective_equal=float(equal[k]),
                leverage=found.facts.leverage,
                partial_leverage=frozen(shares[k]),
                weights=survey.weights,
            )
        )
    return tuple(panels)


def unsuited_methods(fit: PanelFit) -> Mapping[str, Why]:
    """Say which methods are not for a model, and why.

    Parameters
    ----------
    fit : Fit, CategoryFit, GeeFit, RandomInterceptFit, WeightedFit or WeightedCategoryFit
        A fitted model.

    Returns
    -------
    mapping of str to Why
        None of a logit. A linear model needs no score bootstrap: it is the wild one's place.

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.stats.models.multinomial import fit_multinomial
    >>> unsuited_methods(fit_multinomial(np.ones((4, 1)), np.array([0, 1, 1, 0])))
    {'wild': <Why.CATEGORIES: 'categories'>}
    """
    fit = _counted(fit)
    if isinstance(fit, CategoryFit):
        return {"wild": Why.CATEGORIES}
    if isinstance(fit, FirthFit):
        return {"score": Why.PENALTY}
    if isinstance(fit, GeeFit):
        return {"score": Why.EQUATIONS}
    return {"CR2": Why.EFFECTS} if isinstance(fit, RandomInterceptFit) else {}


def _methods(fit: ClusteredFit) -> tuple[str, ...]:
    unsuited = set(unsuited_methods(fit))
    if isinstance(fit, Fit) and fit.link is IDENTITY:
        unsuited.add("score")
    return tuple(
        name for name in ("CR1", "CR2", "CV3", "wild", "score") if name not in unsuited
    )


def _counted(fit: PanelFit) -> ClusteredFit:
    """Take weights as counts: right for what sums over villages before it squares."""
    return fit.fit if isinstance(fit, WeightedFit | WeightedCategoryFit) else fit


def _effective(
    fit: PanelFit, codes: Integers, contrasts: Floats, shares: Floats, correlation: float
) -> Floats:
    """Count effective clusters; an answer's weight is a factor of its own score."""
    if isinstance(fit, RandomInterceptFit):
        return effective_of_shares(shares)
    if isinstance(fit, CategoryFit | WeightedCategoryFit):
        return effective_category_clusters(fit, codes, contrasts, correlation)
    if isinstance(fit, WeightedFit):
        fit = replace(fit.fit, counts=None, slope=frozen(fit.weights * fit.fit.slope))
    answers = fit.answers if isinstance(fit, GeeFit) else fit
    return effective_clusters(answers, codes, contrasts, correlation)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    """What the tests of all contrasts share."""

    fit: PanelFit
    codes: Integers
    methods: tuple[str, ...]
    covariances: Mapping[str, Covariance]
    weights: BootstrapWeights
    level: float

    @classmethod
    def of(
        cls, fit: PanelFit, codes: Integers, weights: BootstrapWeights, level: float
    ) -> _Survey:
        """Estimate every covariance once; none where a refit fails."""
        methods = _methods(_counted(fit))
        covariances: dict[str, Covariance] = {}
        for name in methods:
            if name in list(Cr):
                covariances[name] = clustered_covariance(fit, codes, Cr(name))
        with suppress(ConvergenceError):
            covariances["CV3"] = jackknife_covariance(_counted(fit), codes)
        return cls(
            fit=fit,
            codes=codes,
            methods=methods,
            covariances=covariances,
            weights=weights,
            level=level,
        )

    def tests(self, contrast: Floats) -> tuple[VillageTest, ...]:
        """Test a contrast by every method that can be computed."""
        found = []
        for name in self.methods:
            with suppress(ConvergenceError):
                if name in {"wild", "score"}:
                    found.append(self._bootstrap(name, contrast))
                elif name in self.covariances:
                    found.append(self._of_covariance(name, contrast))
        return tuple(found)

    def _bootstrap(self, method: str, contrast: Floats) -> VillageTest:
        if method == "wild":
            linear = _linear(self.fit)
            own = contrast[: linear.p]  # a random intercept's standard deviation is none
            found = wild_bootstrap(linear, self.codes, own, self.weights, level=self.level)
        else:
            one = _counted(self.fit)
            if isinstance(one, GeeFit):
                raise TypeError("Estimating equations have no likelihood.")
            found = score_bootstrap(one, self.codes, contrast, self.weights, level=self.level)
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

    def _of_covariance(self, method: str, contrast: Floats) -> VillageTest:
        """Test by *t* with the covariance's degrees of freedom."""
        covariance, row = self.covariances[method], contrast[None, :]
        estimate = float(contrast @ estimates_of(_counted(self.fit)))
        error = float(standard_errors(covariance, row)[0])
        df = float(contrast_df(covariance, row)[0])
        t = estimate / error
        reach = float(special.stdtrit(df, (1 + self.level) / 2)) * error
        return VillageTest(
            method=method,
            estimate=estimate,
            std_error=error,
            df=df,
            statistic=t,
            p_value=float(2 * special.stdtr(df, -abs(t))),
            conf_low=estimate - reach,
            conf_high=estimate + reach,
        )


def _linear(fit: PanelFit) -> Fit:
    """Take the linear probability model in place of another."""
    if isinstance(fit, WeightedFit):
        return fit_weighted_ols(fit.fit.X, fit.fit.y, fit.weights).fit
    if isinstance(fit, CategoryFit | WeightedCategoryFit):
        raise TypeError("Categories have no linear model.")
    one = fit.fit if isinstance(fit, GeeFit) else fit
    return fit_ols(one.X, one.y, one.counts)
