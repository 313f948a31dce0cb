"""Nested models: what a block of terms adds, and how effects move as controls enter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import ClassVar

import numpy as np
from scipy import stats

from campaign_effect.analyses.effects.choices import Firth
from campaign_effect.analyses.effects.margins import AverageEffect, average_effects
from campaign_effect.analyses.effects.model import OutcomeForm
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.pooled_tests import joint_test_of, likelihood_ratio_of
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import EffectResult, effects_of
from campaign_effect.errors import SurveyError, UsageError
from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Literal,
    Name,
    Number,
    Points,
    PValue,
    Result,
    Row,
    Word,
)
from campaign_effect.stats.covariances.hotelling import JointTest
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStep(Row):
    """One model of the series, and what it adds to the one before.

    ``lr_*`` is the likelihood-ratio test of the added terms (models without a likelihood that
    they share have none: weighted, penalised, of shares, estimating equations),
    ``statistic, df, df_2, p_value`` their joint test under the model's covariance.
    """

    outcome: Name
    model: Word
    step: Count
    added: Literal
    n: Count
    log_likelihood: Number | None
    aic: Number | None
    mcfadden: Bounded | None
    r2: Bounded | None
    lr_chi2: Number | None
    lr_df: Df | None
    lr_p_value: PValue | None
    statistic: Number | None
    df: Df | None
    df_2: Df | None
    p_value: PValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectStep(Row):
    """An average effect in one model of the series."""

    step: Count
    term: Name
    contrast: Literal
    category: Literal | None
    estimate: Points
    std_error: Points
    p_value: PValue | None
    conf_low: Points | None
    conf_high: Points | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult(Result):
    """A series of nested models of one outcome."""

    name: ClassVar[str] = "comparison"
    steps: tuple[ModelStep, ...]
    effects: tuple[EffectStep, ...]
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledLikelihoodRatio(Row):
    """The likelihood-ratio test of a step's added terms over imputations (D3)."""

    step: Count
    added: Literal
    statistic: Number
    df: Df
    df_2: Df | None
    p_value: PValue
    riv: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputedComparisonResult(ComparisonResult):
    """A series of nested models over the same imputations."""

    likelihood_ratios: tuple[PooledLikelihoodRatio, ...]


def compare_models(
    effects: Sequence[EffectResult], *, of: str | Sequence[str] | None = None
) -> ComparisonResult:
    """Compare nested models of one outcome on the same respondents.

    Parameters
    ----------
    effects : sequence of EffectResult
        From `fit_effect`, the smallest first; each holds the terms of the one before.
    of : str or sequence of str, optional
        Variables whose average effects are followed through the models that hold them; by
        default those of the first model.

    Returns
    -------
    ComparisonResult
        Part ``steps``: fit, the likelihood-ratio test of the added terms, and their joint test
        under the covariance (approximate Hotelling T² under CR2); part ``effects``: average
        effects. Odds ratios are not compared: they grow when terms enter that are unrelated
        to the exposure [1]_, average effects do not. Over imputations the joint test is D1,
        and part ``likelihood_ratios`` holds D3 (linear, logit and probit models without
        clusters and weights).

    Raises
    ------
    UsageError
        If there are fewer than two models, they are not nested models of one outcome, or
        their imputations differ.
    SurveyError
        If they were fitted to different respondents.

    References
    ----------
    .. [1] Mood, C. (2010). Logistic regression: Why we cannot do what we think we can do, and
       what we can do about it. European Sociological Review, 26, 67-82.
       https://doi.org/10.1093/esr/jcp006

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [1, 3, 2, 5, 4, 6], "x": range(6), "z": [1, 0, 1, 0, 0, 1]})
    >>> survey = ce.read_survey(frame)
    >>> steps = [ce.fit_effect(survey, f, model=ce.Ols()) for f in ("y ~ x", "y ~ x + z")]
    >>> ce.compare_models(steps).tidy()["added"].tolist()
    ['', 'z']
    """
    effects = effects_of("compare_models", effects)
    pooled = [_single(effect) for effect in effects]
    models = [one.first for one in pooled]
    _refuse_unlike(models)
    _refuse_unlike_imputations(pooled)
    named = list(models[0].formula.columns) if of is None else of
    named = [named] if isinstance(named, str) else list(named)
    result = ComparisonResult(
        steps=tuple(_steps(effects, pooled)),
        effects=tuple(_followed(effects, models, named)),
        level=effects[0].level,
        samples=(("steps", models[0].sample), ("effects", models[0].sample)),
        notices=tuple(dict.fromkeys(n for effect in effects for n in effect.notices)),
        glossary=effects[0].glossary,
    )
    if len(pooled[0].fits) == 1:
        return result
    shown = {f.name: getattr(result, f.name) for f in fields(result)}
    shown["samples"] = (*result.samples, ("likelihood_ratios", models[0].sample))
    ratios = tuple(_likelihood_ratios(pooled))
    return ImputedComparisonResult(**shown, likelihood_ratios=ratios)


def _single(effect: EffectResult) -> PooledModel:
    if len(effect.pooled) != 1:
        raise UsageError(
            f"A result with {len(effect.pooled)} models cannot be one step of a comparison.",
            hint="fit one formula at a time.",
        )
    return effect.pooled[0]


def _refuse_unlike_imputations(models: Sequence[PooledModel]) -> None:
    """Refuse models whose imputations are not the same data."""
    for smaller, larger in pairwise(models):
        names = [_imputed_names(one) for one in (smaller, larger)]
        if names[0] == names[1] and np.array_equal(_draws(smaller), _draws(larger)):
            continue
        apart = sorted(names[0] ^ names[1])
        raise UsageError(
            "The models were fitted to different imputations.",
            received=f"in one imputation model only: {apart}" if apart else None,
            hint="use one Imputation(…) for all, whose auxiliary variables are all variables "
            "of the largest formula.",
        )


def _imputed_names(one: PooledModel) -> set[str]:
    return set() if one.imputed is None else set(one.imputed.incomplete.names)


def _draws(one: PooledModel) -> Floats:
    if one.imputed is None or one.imputed.draws is None:
        return np.zeros(0)
    return one.imputed.draws.draws


def _likelihood_ratios(models: Sequence[PooledModel]) -> Iterator[PooledLikelihoodRatio]:
    for step, (smaller, larger) in enumerate(pairwise(models), start=2):
        added = _added(smaller.first, larger.first)
        test = likelihood_ratio_of(smaller, larger, len(added))
        if test is not None:
            yield PooledLikelihoodRatio(
                step=step,
                added=_named(larger.first, added),
                statistic=test.statistic,
                df=float(test.df_num),
                df_2=test.df_denom if np.isfinite(test.df_denom) else None,
                p_value=test.p_value,
                riv=test.riv,
            )


def _named(one: FittedModel, added: Sequence[int]) -> str:
    return ", ".join(one.design.terms[i] for i in added)


def _refuse_unlike(models: Sequence[FittedModel]) -> None:
    if len(models) < 2:
        raise UsageError("A comparison needs at least two models.", hint="pass two or more.")
    for smaller, larger in pairwise(models):
        same = (smaller.formula.outcome, smaller.model, smaller.weights) == (
            larger.formula.outcome,
            larger.model,
            larger.weights,
        )
        left_out = set(smaller.design.terms) - set(larger.design.terms)
        if not same or left_out or len(larger.design.terms) == len(smaller.design.terms):
            raise UsageError(
                f"{larger.formula.text!r} does not nest {smaller.formula.text!r}.",
                received=f"terms left out: {sorted(left_out)}" if left_out else None,
                hint="order the models of one outcome from small to large.",
            )
        if not smaller.answers.index.equals(larger.answers.index):
            raise SurveyError(
                "The models were fitted to different respondents.",
                received=f"{smaller.sample.n_used} and {larger.sample.n_used} complete answers",
                hint="leave out first, with Survey.without, whoever lacks an answer that the "
                "largest model needs.",
            )


def _steps(
    effects: Sequence[EffectResult], models: Sequence[PooledModel]
) -> Iterator[ModelStep]:
    for place, (effect, pooled) in enumerate(zip(effects, models, strict=True)):
        one = pooled.first
        before = models[place - 1] if place else None
        row, likelihood = effect.fits[0], _log_likelihood(pooled)
        added = [] if before is None else _added(before.first, one)
        lr = None if before is None else _likelihood_ratio(before, pooled)
        joint = None if before is None else _joint(pooled, added)
        n_parameters = len(one.covariance.matrix) + int(one.model.name in {"ols", "lpm"})
        yield ModelStep(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            step=place + 1,
            added=_named(one, added),
            n=row.n,
            log_likelihood=row.log_likelihood,
            aic=None if likelihood is None else 2 * (n_parameters - likelihood),
            mcfadden=row.mcfadden,
            r2=row.r2,
            lr_chi2=None if lr is None else lr[0],
            lr_df=None if lr is None else lr[1],
            lr_p_value=None if lr is None else float(stats.chi2.sf(*lr)),
            statistic=None if joint is None else joint.statistic,
            df=None if joint is None else float(joint.df_num),
            df_2=None if joint is None or not np.isfinite(joint.df_denom) else joint.df_denom,
            p_value=None if joint is None else joint.p_value,
        )


def _likelihood_ratio(before: PooledModel, one: PooledModel) -> tuple[float, float] | None:
    """Compare likelihoods: chi-square and its df, one for each equation of an added term."""
    ends = [_log_likelihood(model) for model in (one, before)]
    if ends[0] is None or ends[1] is None:
        return None
    df = len(one.first.covariance.matrix) - len(before.first.covariance.matrix)
    return 2 * (ends[0] - ends[1]), float(df)


def _log_likelihood(pooled: PooledModel) -> float | None:
    """Give a likelihood that nested models share.

    Imputed and weighted answers and estimating equations have none; that of a share is no
    probability, and the penalties of penalised ones differ.
    """
    one = pooled.first
    if len(pooled.fits) > 1 or isinstance(one.fit, WeightedFit | WeightedCategoryFit | GeeFit):
        return None
    if one.model.form is OutcomeForm.SHARE or isinstance(one.model, Firth):
        return None
    return one.fit.log_likelihood


def _added(before: FittedModel, one: FittedModel) -> list[int]:
    return [i for i, term in enumerate(one.design.terms) if term not in before.design.terms]


def _joint(pooled: PooledModel, added: list[int]) -> JointTest | None:
    """Test the added terms together, in all equations of a model of categories."""
    terms = {pooled.first.design.terms[i] for i in added}
    shown = pooled.first.parameters
    named = zip(shown.terms, shown.is_slope, strict=True)
    places = [i for i, (term, is_slope) in enumerate(named) if is_slope and term in terms]
    return joint_test_of(pooled, np.eye(len(shown.terms))[places])


def _followed(
    effects: Sequence[EffectResult], models: Sequence[FittedModel], named: Sequence[str]
) -> Iterator[EffectStep]:
    for place, (effect, one) in enumerate(zip(effects, models, strict=True)):
        held = [name for name in named if name in one.formula.columns]
        rows: Sequence[AverageEffect] = average_effects(effect, of=held).effects if held else ()
        for row in rows:
            yield EffectStep(
                step=place + 1,
                term=row.term,
                contrast=row.contrast,
                category=row.category,
                estimate=row.estimate,
                std_error=row.std_error,
                p_value=row.p_value,
                conf_low=row.conf_low,
                conf_high=row.conf_high,
            )
