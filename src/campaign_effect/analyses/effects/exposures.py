"""Several platforms at once: corrected for their number, tested for equality, ranked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from campaign_effect.analyses.effects.fit import fit_effect
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.margins import AverageEffect, average_effects
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.pooled_tests import joint_test_of
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import EffectResult, takes_effect
from campaign_effect.errors import UsageError
from campaign_effect.results import (
    Df,
    Name,
    Number,
    Points,
    Proportion,
    PValue,
    Result,
    Row,
    Word,
)
from campaign_effect.stats.covariances.hotelling import JointTest
from campaign_effect.stats.models.comparisons import (
    benjamini_hochberg,
    equality_contrasts,
    holm,
)
from campaign_effect.stats.models.dominance import dominance_analysis
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.weighted import (
    WeightedFit,
    fit_weighted_logit,
    fit_weighted_ols,
)
from campaign_effect.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureEffect(Row):
    """One exposure's average effect, its *p* corrected for the number of exposures."""

    outcome: Name
    term: Name
    estimate: Points
    conf_low: Points | None
    conf_high: Points | None
    p_value: PValue | None
    p_holm: PValue | None
    p_bh: PValue | None
    dominance: Number | None
    dominance_share: Proportion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointRow(Row):
    """A hypothesis about all exposures together."""

    outcome: Name
    hypothesis: Word
    statistic: Number
    df: Df
    df_2: Df | None
    p_value: PValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposuresResult(Result):
    """The exposures of every outcome compared."""

    name: ClassVar[str] = "exposures"
    exposures: tuple[ExposureEffect, ...]
    joint: tuple[JointRow, ...]
    level: float


@takes_effect
def compare_exposures(effect: EffectResult, of: Sequence[str]) -> ExposuresResult:
    """Compare exposures that are numbers on one scale (how often, on each platform).

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect` with all of them in one formula.
    of : sequence of str
        At least two variables of the formula.

    Returns
    -------
    ExposuresResult
        Part ``exposures``: average effects with *p* as it is, after Holm (the chance of any
        false alarm) and after Benjamini and Hochberg (the share of false alarms), and for
        linear and logistic models general dominance: what the exposure adds to R² or
        McFadden's R², averaged over all sets of the other exposures, the controls always in
        [1]_ (and over imputations). Part ``joint``: whether all coefficients are zero, and
        whether they are equal (over imputations D1).

    Raises
    ------
    UsageError
        If there are fewer than two, one is no number of the formula, or the outcome has
        categories.

    References
    ----------
    .. [1] Azen, R., & Traxel, N. (2009). Using dominance analysis to determine predictor
       importance in logistic regression. Journal of Educational and Behavioral Statistics,
       34, 319-347. https://doi.org/10.3102/1076998609332754
    """
    names = list(dict.fromkeys(of))
    if len(names) < 2:
        raise UsageError("A comparison needs at least two exposures.", received=names)
    for one in effect.pooled:
        if one.first.categories is not None:
            raise UsageError(
                f"Exposures are not compared in the model {type(one.first.model).__name__}: "
                "each has an effect on every category.",
                hint="use average_effects(effect, of=…), or a model of one event.",
            )
        if missing := [name for name in names if name not in one.first.design.terms]:
            raise UsageError(
                f"{missing[0]!r} is no number of {one.first.formula.text!r}.",
                hint="compare variables that enter the formula as numbers.",
            )
    margins = average_effects(effect, of=names).effects
    return ExposuresResult(
        exposures=tuple(row for one in effect.pooled for row in _effects(one, names, margins)),
        joint=tuple(row for one in effect.pooled for row in _joint(one, names)),
        level=effect.level,
        samples=(
            *((part, effect.sample) for part in ExposuresResult.row_types()),
            *effect.samples[2:],
        ),
        notices=effect.notices,
        glossary=effect.glossary,
    )


def compare_survey_exposures(
    survey: Survey, *, missing: Imputation | None = None
) -> ExposuresResult:
    """Compare the exposures of the schema in the logit of every outcome."""
    exposures = [exposure.variable for exposure in survey.schema.roles.exposures]
    return compare_exposures(fit_effect(survey, missing=missing), exposures)


def _effects(
    pooled: PooledModel, names: Sequence[str], margins: Sequence[AverageEffect]
) -> Iterator[ExposureEffect]:
    outcome = pooled.first.formula.outcome
    rows = [row for row in margins if row.outcome == outcome and row.category is None]
    p_values = np.array([np.nan if row.p_value is None else row.p_value for row in rows])
    corrected = zip(holm(p_values), benjamini_hochberg(p_values), strict=True)
    each = [_dominance(one, names) for one in pooled.fits]
    dominance = {name: float(np.mean([found[name] for found in each])) for name in each[0]}
    total = sum(dominance.values())
    for row, (p_holm, p_bh) in zip(rows, corrected, strict=True):
        added = dominance.get(row.term)
        yield ExposureEffect(
            outcome=row.outcome,
            term=row.term,
            estimate=row.estimate,
            conf_low=row.conf_low,
            conf_high=row.conf_high,
            p_value=row.p_value,
            p_holm=None if np.isnan(p_holm) else float(p_holm),
            p_bh=None if np.isnan(p_bh) else float(p_bh),
            dominance=added,
            dominance_share=None if added is None or total <= 0 else added / total,
        )


def _dominance(one: FittedModel, names: Sequence[str]) -> dict[str, float]:
    """Give what each exposure adds; nothing for models that have no such measure."""
    if one.model.name not in {"ols", "lpm", "logit"}:
        return {}
    places = tuple((one.design.terms.index(name),) for name in names)
    if isinstance(one.fit, WeightedFit):
        refit = fit_weighted_logit if one.model.has_odds else fit_weighted_ols
        weights, one_index = one.fit.weights, one.fit.fit
        found = dominance_analysis(
            lambda X, y, _: refit(X, y, weights).fit, one_index.X, one_index.y, places
        )
    else:
        fit = fit_logit if one.model.has_odds else fit_ols
        found = dominance_analysis(fit, one.single.X, one.single.y, places)
    return {name: float(value) for name, value in zip(names, found.general, strict=True)}


def _joint(pooled: PooledModel, names: Sequence[str]) -> Iterator[JointRow]:
    one = pooled.first
    if not isinstance(one.fit, Fit | WeightedFit | GeeFit):
        return
    places = [one.design.terms.index(name) for name in names]
    p = len(one.fit.beta)
    for word, contrasts in (
        ("hypothesis.all_zero", np.eye(p)[places]),
        ("hypothesis.all_equal", equality_contrasts(places, p)),
    ):
        test = joint_test_of(pooled, contrasts)
        if test is not None:
            yield _row(one, word, test)


def _row(one: FittedModel, word: str, test: JointTest) -> JointRow:
    return JointRow(
        outcome=one.formula.outcome,
        hypothesis=word,
        statistic=test.statistic,
        df=float(test.df_num),
        df_2=float(test.df_denom) if np.isfinite(test.df_denom) else None,
        p_value=test.p_value,
    )
