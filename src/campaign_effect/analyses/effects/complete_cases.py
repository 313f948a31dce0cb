"""What imputing changes: effects in complete cases beside those over imputations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from campaign_effect.analyses.columns import known_columns, with_scores
from campaign_effect.analyses.effects.choices import Logit
from campaign_effect.analyses.effects.fit import fit_effect, schema_formulas
from campaign_effect.analyses.effects.formulas import check_formula
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.imputing import find_incomplete
from campaign_effect.analyses.effects.margins import AverageEffect, average_effects
from campaign_effect.analyses.effects.rows import ChangedRow, EffectResult, effects_of
from campaign_effect.analyses.effects.sensitivity import said_of_zero
from campaign_effect.analyses.effects.weighting import choose_weights, default_vcov
from campaign_effect.errors import SurveyError, UsageError
from campaign_effect.results import Bounded, Notice, Points, PValue, Result
from campaign_effect.survey import Survey

LARGE_LOSS: Final = 0.05
"""Share of respondents whose loss to missing answers is not passed over in silence (Schafer,
1999, https://doi.org/10.1177/096228029900800102)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedEffect(ChangedRow):
    """An average effect in complete cases, ``complete_*``, and over imputations.

    ``fmi`` is the fraction of information about it that is missing.
    """

    complete_estimate: Points
    complete_low: Points | None
    complete_high: Points | None
    complete_p_value: PValue | None
    estimate: Points
    conf_low: Points | None
    conf_high: Points | None
    p_value: PValue | None
    fmi: Bounded | None

    @property
    def is_changed(self) -> bool:
        """Whether the two intervals say different things of zero: above, below, or neither."""
        complete = said_of_zero(self.complete_low, self.complete_high)
        return complete != said_of_zero(self.conf_low, self.conf_high)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteCasesResult(Result):
    """Average effects by how missing answers were treated.

    The sample of an outcome is that of the imputations; that of ``outcome:complete`` those who
    gave every answer.
    """

    name: ClassVar[str] = "complete_cases"
    effects: tuple[TreatedEffect, ...]
    level: float


def compare_complete_cases(
    complete: EffectResult, imputed: EffectResult, *, of: str | Sequence[str] | None = None
) -> CompleteCasesResult:
    """Put average effects in complete cases beside those over imputations.

    Parameters
    ----------
    complete : EffectResult
        From `fit_effect`, which leaves out whoever lacks an answer.
    imputed : EffectResult
        The same models, fitted with ``missing=Imputation(…)``.
    of : str or sequence of str, optional
        Variables of the formula; all of them by default.

    Returns
    -------
    CompleteCasesResult
        Part ``effects``: a row an average effect; per unit of a number.

    Raises
    ------
    UsageError
        If the models differ in more than the treatment of missing answers.

    Notes
    -----
    Complete cases are unbiased where answers are missing completely at random, and a regression
    in them also where whether one is missing does not depend on the outcome, given the
    regressors; imputations where it depends on given answers only [1]_. Where both agree, the
    conclusion does not rest on which of these holds; that they agree proves neither.

    References
    ----------
    .. [1] White, I. R., & Carlin, J. B. (2010). Bias and efficiency of multiple imputation
       compared with complete-case analysis for missing covariate values. Statistics in
       Medicine, 29, 2920-2931. https://doi.org/10.1002/sim.3944

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"x": range(12), "y": [1, 3, 2, 5, 4, 7, 6, None, 8, 9, 12, 10]})
    >>> survey = ce.read_survey(frame)
    >>> complete = ce.fit_effect(survey, "y ~ x", model=ce.Ols())
    >>> missing = ce.Imputation(m=2, rounds=1)
    >>> imputed = ce.fit_effect(survey, "y ~ x", model=ce.Ols(), missing=missing)
    >>> found = ce.compare_complete_cases(complete, imputed)
    >>> found.sample.n_used, found.sample_of("y:complete").n_used
    (12, 11)
    """
    complete, imputed = effects_of("compare_complete_cases", [complete, imputed])
    _refuse_unlike(complete, imputed)
    samples = [
        (one.first.formula.outcome, one.first.sample, other.first.sample)
        for one, other in zip(imputed.pooled, complete.pooled, strict=True)
    ]
    return CompleteCasesResult(
        effects=tuple(_rows(complete, imputed, of)),
        level=imputed.level,
        samples=(
            ("effects", imputed.sample),
            *((outcome, sample) for outcome, sample, _ in samples),
            *((f"{outcome}:complete", sample) for outcome, _, sample in samples),
        ),
        notices=imputed.notices,
        glossary=imputed.glossary,
    )


def compare_survey_complete_cases(
    survey: Survey, *, missing: Imputation | None = None
) -> CompleteCasesResult:
    """Compare the effects of the schema's exposures in complete cases and over imputations."""
    exposures = [exposure.variable for exposure in survey.schema.roles.exposures]
    imputed = fit_effect(survey, missing=missing or Imputation())
    return compare_complete_cases(fit_effect(survey), imputed, of=exposures)


def loss_notices(survey: Survey) -> Iterator[Notice]:
    """Say of which outcomes of the schema missing answers cost many respondents."""
    model = Logit()
    weights = choose_weights(survey.schema, model, None, True)
    vcov = default_vcov(survey.schema, model, weights)
    for text in schema_formulas(survey.schema):
        formula = check_formula(text, known_columns(survey))
        try:
            found = find_incomplete(survey, formula, model, vcov, weights, Imputation())
        except SurveyError:  # what cannot be imputed is no advice
            continue
        answers, _ = with_scores(found.survey, found.wanted)
        lost, total = int(answers.isna().any(axis=1).sum()), len(answers)
        if lost > LARGE_LOSS * total:
            facts = {"n": lost, "total": total, "share": lost / total}
            yield Notice.of("many_incomplete", outcome=formula.outcome, **facts)


def _refuse_unlike(complete: EffectResult, imputed: EffectResult) -> None:
    """Refuse models that differ in more than what was done about missing answers."""
    asked = [
        [(one.first.formula.text, one.first.model, one.first.vcov) for one in effect.pooled]
        for effect in (complete, imputed)
    ]
    if asked[0] != asked[1]:
        raise UsageError(
            "The two results hold different models.",
            received=", ".join(text for one in asked for text, _, _ in one),
            hint="fit the same formula, model and covariance twice, once with missing=….",
        )
    is_imputed = [
        all(one.imputed is not None for one in effect.pooled) for effect in (complete, imputed)
    ]
    if is_imputed != [False, True]:
        raise UsageError(
            "Complete cases come first, then imputations of the same models.",
            hint="compare_complete_cases(fit_effect(…), fit_effect(…, missing=Imputation(…))).",
        )


def _rows(
    complete: EffectResult, imputed: EffectResult, of: str | Sequence[str] | None
) -> Iterator[TreatedEffect]:
    pairs = [average_effects(effect, of=of).effects for effect in (complete, imputed)]
    others = {_change(row): row for row in pairs[0]}
    for row in pairs[1]:
        other = others.get(_change(row))
        if other is not None:  # a level that only imputations have has no other effect
            yield TreatedEffect(
                **{name: getattr(row, name) for name in ChangedRow.kinds()},
                complete_estimate=other.estimate,
                complete_low=other.conf_low,
                complete_high=other.conf_high,
                complete_p_value=other.p_value,
                estimate=row.estimate,
                conf_low=row.conf_low,
                conf_high=row.conf_high,
                p_value=row.p_value,
                fmi=row.fmi,
            )


def _change(row: AverageEffect) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in ChangedRow.kinds())
