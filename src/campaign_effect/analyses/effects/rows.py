"""What a regression gives: its coefficients, its fit, and its models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.errors import not_taken, takes
from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Literal,
    Name,
    Number,
    PValue,
    Result,
    Row,
    Term,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRow(Row):
    """A change of one variable in one model.

    A factor moves from ``base`` to ``level``, a number from ``low`` to ``high`` where these
    are the same for everyone.
    """

    outcome: Name
    model: Word
    term: Name
    contrast: Literal
    level: Name | None
    base: Name | None
    low: Number | None
    high: Number | None
    category: Literal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient(Row):
    """One term of one model."""

    outcome: Name
    model: Word
    term: Term
    category: Literal | None
    estimate: Number
    std_error: Number
    statistic: Number | None
    df: Df | None
    p_value: PValue | None
    conf_low: Number | None
    conf_high: Number | None
    odds_ratio: Number | None
    odds_low: Number | None
    odds_high: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFit(Row):
    """How one model was fitted, to whom, and how well.

    ``effective_n`` is how many unweighted respondents would tell as much of a mean (Kish). A
    weighted model has no log-likelihood; its measures of fit are those of the weighted answers.
    Estimating equations have none either, but a ``working_correlation`` within clusters.
    """

    outcome: Name
    model: Word
    vcov: Literal
    cluster: Name | None
    n_clusters: Count | None
    second_cluster: Name | None
    n_second_clusters: Count | None
    strata: Name | None
    n_strata: Count | None
    weight: Name | None
    effective_n: Number | None
    n: Count
    n_events: Count | None
    log_likelihood: Number | None
    lr_chi2: Number | None
    lr_df: Df | None
    lr_p_value: PValue | None
    r2: Bounded | None
    r2_adjusted: Bounded | None
    mcfadden: Bounded | None
    cox_snell: Bounded | None
    nagelkerke: Bounded | None
    tjur: Bounded | None
    auc: Bounded | None
    brier: Bounded | None
    sd: Number | None
    icc: Bounded | None
    median_odds_ratio: Number | None
    working_correlation: Bounded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectResult(Result):
    """Models of one or more outcomes.

    ``pooled`` holds the arrays, in the order of ``fits``; every outcome has its own entry in
    ``samples``.
    """

    name: ClassVar[str] = "effects"
    coefficients: tuple[Coefficient, ...]
    fits: tuple[ModelFit, ...]
    level: float
    pooled: tuple[PooledModel, ...] = field(compare=False, repr=False)

    @property
    def models(self) -> tuple[FittedModel, ...]:
        """The models, for what is not known over imputations.

        Raises
        ------
        UsageError
            If answers were imputed.
        """
        return tuple(one.only for one in self.pooled)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearEffectResult(EffectResult):
    """The same models as linear probability models."""

    name: ClassVar[str] = "linear"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingInformation(Row):
    """What missing answers cost one coefficient.

    ``df_complete`` are its degrees of freedom if nothing were missing; ``riv`` the relative
    increase in its variance, and ``fmi`` the fraction of information that is lost.
    """

    outcome: Name
    term: Term
    category: Literal | None
    df_complete: Df | None
    riv: Number
    fmi: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputedVariable(Row):
    """One variable of an imputation model of which answers were missing.

    ``mean`` and ``sd`` are of the answers given, ``mean_imputed`` and ``sd_imputed`` of those
    imputed (None for words); ``r_hat`` compares the chains: near 1 where they mix.
    """

    outcome: Name
    variable: Name
    method: Word
    n: Count
    n_imputed: Count
    mean: Number | None
    sd: Number | None
    mean_imputed: Number | None
    sd_imputed: Number | None
    r_hat: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStep(Row):
    """Mean and standard deviation of a variable's imputed answers in one round of one chain."""

    outcome: Name
    variable: Name
    chain: Count
    round: Count
    mean: Number
    sd: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputedEffectResult(EffectResult):
    """Models over imputations, with what is known of these."""

    information: tuple[MissingInformation, ...]
    variables: tuple[ImputedVariable, ...]
    chains: tuple[ChainStep, ...]


EFFECT_HINT: Final = "fit it first: effect = ce.fit_effect(survey, formula)."

takes_effect = takes(EffectResult, EFFECT_HINT)
"""Refuses what is not a fitted model."""


def effects_of(name: str, effects: EffectResult | Sequence[EffectResult]) -> list[EffectResult]:
    """List one or several fitted models.

    Raises
    ------
    UsageError
        If one is something else; ``name`` is the function that was asked.
    """
    found: list[EffectResult] = []
    for one in effects if isinstance(effects, list | tuple) else [effects]:
        if not isinstance(one, EffectResult):
            raise not_taken(name, EffectResult, one, EFFECT_HINT)
        found.append(one)
    return found
