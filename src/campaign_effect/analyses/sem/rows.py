"""What a factor or structural model says, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from campaign_effect.analyses.sem.fitting import FittedFactors
from campaign_effect.errors import takes
from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Flag,
    Literal,
    Name,
    Number,
    PValue,
    Result,
    Row,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading(Row):
    """How an item depends on a factor.

    Attributes
    ----------
    group : str
        ``variable=level``; None where there are no groups.
    estimate, std_error, statistic, p_value, conf_low, conf_high
        On the model's scale. None where the loading is fixed, or where no test is honest.
    std_lv, std_all
        With unit variances of the factors, or of factors and items.
    std_all_error, std_all_low, std_all_high
        Standard error and interval of ``std_all``.
    """

    group: Name | None
    factor: Name
    item: Name
    estimate: Number
    std_error: Number | None
    statistic: Number | None
    p_value: PValue | None
    conf_low: Number | None
    conf_high: Number | None
    std_lv: Number | None
    std_all: Bounded | None
    std_all_error: Number | None
    std_all_low: Bounded | None
    std_all_high: Bounded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelParameter(Row):
    """One parameter of the model, as ``lhs op rhs``; a defined one has ``:=``.

    Attributes
    ----------
    group, estimate ... std_all_high
        As for loadings.
    label : str
        Parameters of one label are equal; "" for none.
    is_free : bool
        Whether it was estimated.
    """

    group: Name | None
    lhs: Name
    op: Literal
    rhs: Name
    label: Literal
    is_free: Flag
    estimate: Number
    std_error: Number | None
    statistic: Number | None
    p_value: PValue | None
    conf_low: Number | None
    conf_high: Number | None
    std_lv: Number | None
    std_all: Number | None
    std_all_error: Number | None
    std_all_low: Number | None
    std_all_high: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorFit(Row):
    """How well a model fits: standard, ``_scaled`` by the estimator's test, and ``_robust``.

    Attributes
    ----------
    chi2, df, p_value
        Test against the saturated model; None unless the search converged.
    rmsea_low, rmsea_high
        90% interval.
    rmsea_close
        *p* of the hypothesis that the RMSEA is at most .05.
    scaling, shift
        Of ``chi2_scaled``.
    aic, bic, sabic, log_likelihood
        Of likelihoods; None for least squares.
    """

    estimator: Literal
    is_converged: Flag
    n: Count
    n_groups: Count
    n_free: Count
    df: Df
    chi2: Number | None = None
    p_value: PValue | None = None
    baseline_chi2: Number | None = None
    baseline_df: Df | None = None
    cfi: Bounded | None = None
    tli: Bounded | None = None
    rmsea: Bounded | None = None
    rmsea_low: Bounded | None = None
    rmsea_high: Bounded | None = None
    rmsea_close: PValue | None = None
    srmr: Bounded | None = None
    log_likelihood: Number | None = None
    aic: Number | None = None
    bic: Number | None = None
    sabic: Number | None = None
    chi2_scaled: Number | None = None
    df_scaled: Df | None = None
    p_value_scaled: PValue | None = None
    scaling: Number | None = None
    shift: Number | None = None
    cfi_scaled: Bounded | None = None
    tli_scaled: Bounded | None = None
    rmsea_scaled: Bounded | None = None
    rmsea_low_scaled: Bounded | None = None
    rmsea_high_scaled: Bounded | None = None
    rmsea_close_scaled: PValue | None = None
    cfi_robust: Bounded | None = None
    tli_robust: Bounded | None = None
    rmsea_robust: Bounded | None = None
    rmsea_low_robust: Bounded | None = None
    rmsea_high_robust: Bounded | None = None
    rmsea_close_robust: PValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModificationIndex(Row):
    """What freeing a parameter would change, the largest fall of chi-square first.

    Attributes
    ----------
    mi, p_value
        Modification index: a score test with 1 df.
    epc, sepc_lv, sepc_all
        Expected value of the parameter, and the same standardised.
    """

    group: Name | None
    lhs: Name
    op: Literal
    rhs: Name
    mi: Number
    p_value: PValue
    epc: Number
    sepc_lv: Number
    sepc_all: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorCorrelation(Row):
    """The correlation of two factors that the model implies; tests where it is a parameter."""

    group: Name | None
    factor_1: Name
    factor_2: Name
    estimate: Bounded
    std_error: Number | None = None
    statistic: Number | None = None
    p_value: PValue | None = None
    conf_low: Bounded | None = None
    conf_high: Bounded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualCorrelation(Row):
    """What the model leaves of a correlation of two observed variables.

    Attributes
    ----------
    residual
        Observed less implied correlation (polychoric where both are ordinal).
    z
        Residual covariance over its standard error.
    """

    group: Name | None
    item_1: Name
    item_2: Name
    residual: Bounded
    z: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedVariance(Row):
    """The share of a variable's variance that the model explains."""

    group: Name | None
    variable: Name
    r2: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorReliability(Row):
    """How well the items measure their factor, from the model.

    Attributes
    ----------
    omega
        Share of the variance of the items' sum that the factor explains; Green and Yang's for
        ordinal items, whose sum is that of their categories.
    ave
        Average variance extracted: the mean squared standardised loading.
    """

    group: Name | None
    factor: Name
    k: Count
    omega: Bounded
    ave: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmatoryResult(Result):
    """A confirmatory factor model of a survey."""

    name: ClassVar[str] = "confirmatory"
    loadings: tuple[Loading, ...]
    parameters: tuple[ModelParameter, ...]
    fit: tuple[FactorFit, ...]
    modification: tuple[ModificationIndex, ...]
    correlations: tuple[FactorCorrelation, ...]
    residuals: tuple[ResidualCorrelation, ...]
    r2: tuple[ExplainedVariance, ...]
    reliability: tuple[FactorReliability, ...]
    fitted: FittedFactors = field(repr=False)
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuralResult(ConfirmatoryResult):
    """A structural model of a survey: factors, observed variables and paths between them."""

    name: ClassVar[str] = "structural"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvarianceLevel(Row):
    """One level of invariance, and what it costs against the level before.

    Attributes
    ----------
    step
        ``invariance.configural`` and so on.
    chi2, df, p_value, cfi, rmsea, srmr
        Of the level's model: scaled where the estimator has a scaled test.
    chi2_difference, df_difference, p_difference
        (Scaled) test of the equalities that the level adds.
    cfi_change, rmsea_change, srmr_change
        Less those of the level before; CFI and RMSEA robust where they exist, else scaled.
    """

    step: Word
    chi2: Number
    df: Df
    p_value: PValue | None
    cfi: Bounded
    rmsea: Bounded
    srmr: Bounded
    chi2_difference: Number | None
    df_difference: Df | None
    p_difference: PValue | None
    cfi_change: Bounded | None
    rmsea_change: Bounded | None
    srmr_change: Bounded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTest(Row):
    """What freeing one equality of a level would change, the largest first in each level."""

    step: Word
    group: Name
    lhs: Name
    op: Literal
    rhs: Name
    mi: Number
    p_value: PValue
    epc: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorMean(Row):
    """A factor's mean in a group under the least restricted level that compares means.

    Attributes
    ----------
    estimate
        In the unit of the factor; 0 in the first group, which has no test.
    """

    step: Word
    group: Name
    factor: Name
    estimate: Number
    std_error: Number | None
    statistic: Number | None
    p_value: PValue | None
    conf_low: Number | None
    conf_high: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvarianceResult(Result):
    """Whether a model measures the same in every group, step by step."""

    name: ClassVar[str] = "invariance"
    levels: tuple[InvarianceLevel, ...]
    releases: tuple[ReleaseTest, ...]
    means: tuple[FactorMean, ...]
    by: str
    groups: tuple[str, ...]
    estimator: str
    level: float


takes_factors = takes(ConfirmatoryResult, "fit it first: result = ce.confirm_factors(survey).")
"""Refuses what is not a fitted factor model."""
