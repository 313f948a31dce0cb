"""Sentences about models and effects."""

from __future__ import annotations

from campaign_effect.analyses.effects.clusters import ClustersResult, verdicts
from campaign_effect.analyses.effects.dose_response import Dose, DoseResponseResult, DoseTest
from campaign_effect.analyses.effects.equivalence import EquivalenceResult
from campaign_effect.analyses.effects.margins import AverageEffect, MarginsResult
from campaign_effect.analyses.effects.measurement_error_rows import MeasurementErrorResult
from campaign_effect.analyses.effects.moderation import EffectDifference, ModerationResult
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.risk_ratios import RiskRatioResult
from campaign_effect.analyses.effects.rows import EffectResult, ModelFit
from campaign_effect.apa.blocks import Note, Text
from campaign_effect.apa.sentences.generic import sentences
from campaign_effect.apa.tables.dose_response import HYPOTHESES, is_number
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.apa.tables.models import answer_text, contrast_label, p_text, unit_of
from campaign_effect.apa.tables.moderation import at_text, than_text


@sentences.register
def model_sentences(result: EffectResult) -> tuple[Note, ...]:
    """Say each model and how well it fits."""
    return tuple(
        _model(one.first, fit) for one, fit in zip(result.pooled, result.fits, strict=True)
    )


def _model(one: FittedModel, fit: ModelFit) -> Note:
    """Say the model, then how well it fits."""
    outcome = one.formula.outcome
    said = [
        Text.of(
            f"say.model.{one.model.name}", outcome=outcome, n=fit.n, terms=one.formula.columns
        ),
        Text.of("say.chosen_vcov", vcov=Text(id=f"note.vcov.short.{one.vcov.name}")),
    ]
    if fit.weight is not None:
        said.insert(1, Text.of("say.chosen_weights", weight=fit.weight))
    has_auc = fit.auc is not None
    measures = {"mcfadden": fit.mcfadden} | ({"auc": fit.auc} if has_auc else {})
    if fit.mcfadden is not None and fit.log_likelihood is None:
        said.append(
            Text.of("say.fit.weighted" if has_auc else "say.fit.weighted_shares", **measures)
        )
    elif fit.lr_chi2 is not None:
        said.append(
            Text.of(
                "say.fit.logit" if has_auc else "say.fit.categories",
                chi2=fit.lr_chi2,
                df=fit.lr_df,
                p=p_text(fit.lr_p_value),
                **measures,
            )
        )
    elif fit.r2 is not None:
        said.append(Text.of("say.fit.linear", r2=fit.r2))
    return tuple(said)


@sentences.register
def _(result: ClustersResult) -> tuple[Note, ...]:
    return tuple(
        (
            Text.of(
                f"say.clusters.{'agree' if one.agree else 'differ'}{one.suffix}", **one.facts
            ),
        )
        for one in verdicts(result.tests)
    )


@sentences.register
def _(result: MarginsResult) -> tuple[Note, ...]:
    return tuple(
        _effects(outcome, rows, result)
        for outcome, rows in grouped(_spoken_of(result), "outcome").items()
    )


def _effects(outcome: str, rows: list[AverageEffect], result: MarginsResult) -> Note:
    """Say the effects on one outcome, which are unclear, and what none of them shows."""
    said = [Text.of("say.effects.about", outcome=outcome)]
    said += [_effect(row, result) for row in rows]
    unclear = tuple(contrast_label(row) for row in rows if _includes_zero(row))
    if unclear:
        said.append(Text.of("say.effects.unclear", labels=unclear))
    return (*said, Text(id="say.association"))


def _includes_zero(row: AverageEffect) -> bool:
    return (
        row.conf_low is not None
        and row.conf_high is not None
        and row.conf_low <= 0 <= row.conf_high
    )


def _spoken_of(result: MarginsResult) -> list[AverageEffect]:
    """Take the exposures where they are known: a control's effect is not what was asked."""
    exposures = result.exposures
    return [row for row in result.effects if not exposures or row.term in exposures]


def _effect(row: AverageEffect, result: MarginsResult) -> Text:
    """Say one average effect with its interval and exact *p*; without a test, why."""
    label = contrast_label(row)
    unit = unit_of(row)
    if row.conf_low is None or row.p_value is None:
        untested = f"say.{unit}.untested.{_direction(row)}"
        return Text.of(untested, label=label, estimate=abs(row.estimate))
    return Text.of(
        f"say.{unit}.{_direction(row)}",
        label=label,
        estimate=abs(row.estimate),
        level=result.level,
        low=row.conf_low,
        high=row.conf_high,
        p=p_text(row.p_value),
    )


def _direction(row: AverageEffect) -> str:
    return "higher" if row.estimate >= 0 else "lower"


@sentences.register
def _(result: EquivalenceResult) -> tuple[Note, ...]:
    judged = [row for row in result.equivalence if row.verdict is not None]
    return tuple(
        (
            Text.of("say.effects.about", outcome=outcome),
            *(
                Text.of(
                    f"say.equivalence.{unit_of(row)}.{str(row.verdict).partition('.')[2]}",
                    label=contrast_label(row),
                    within=result.within,
                    level=result.level,
                    low=row.conf_low,
                    high=row.conf_high,
                    p=p_text(row.p_value),
                )
                for row in rows
            ),
        )
        for outcome, rows in grouped(judged, "outcome").items()
    )


@sentences.register
def _(result: ModerationResult) -> tuple[Note, ...]:
    tested = [row for row in result.differences if row.p_value is not None]
    return tuple(
        (
            Text.of("say.effects.about", outcome=outcome),
            *(_difference(row, result.level) for row in rows),
            Text(id="say.association"),
        )
        for outcome, rows in grouped(tested, "outcome").items()
    )


def _difference(row: EffectDifference, level: float) -> Text:
    """Say a second difference: where the effect is larger, by how much."""
    direction = "higher" if row.estimate >= 0 else "lower"
    return Text.of(
        f"say.moderation.{unit_of(row)}.{direction}",
        label=contrast_label(row),
        by=row.by,
        one=at_text(row),
        other=than_text(row),
        estimate=abs(row.estimate),
        level=level,
        low=row.conf_low,
        high=row.conf_high,
        p=p_text(row.p_value),
    )


@sentences.register
def _(result: RiskRatioResult) -> tuple[Note, ...]:
    said = tuple(
        Text.of(
            "say.risk_ratio",
            label=contrast_label(row),
            outcome=row.outcome,
            estimate=row.estimate,
            level=result.level,
            low=row.conf_low,
            high=row.conf_high,
            p=p_text(row.p_value),
        )
        for row in result.ratios
        if row.conf_low is not None
    )
    return ((*said, Text(id="say.association")),) if said else ()


@sentences.register
def _(result: DoseResponseResult) -> tuple[Note, ...]:
    said = []
    for outcome, rows in grouped(result.doses, "outcome").items():
        tests = [row for row in result.tests if row.outcome == outcome]
        texts = [
            text
            for term, doses in grouped(rows, "term").items()
            for text in _dose(doses, [row for row in tests if row.term == term])
        ]
        head = Text.of("say.effects.about", outcome=outcome)
        said.append((head, *texts, Text(id="say.association")))
    return tuple(said)


def _dose(doses: list[Dose], tests: list[DoseTest]) -> list[Text]:
    """Say the lowest and the highest answer, then the tests that there are."""
    first, last = doses[0], doses[-1]
    ends = Text.of(
        f"say.dose.{'numbers' if is_number(first) else 'shares'}",
        exposure=first.term,
        low=answer_text(first.term, first.dose),
        high=answer_text(last.term, last.dose),
        at_low=first.estimate,
        at_high=last.estimate,
    )
    shown = HYPOTHESES[:1] if len(doses) == 2 else HYPOTHESES[1:]
    return [
        ends,
        *(
            Text.of(
                f"say.dose.{_form(row)}",
                hypothesis=row.hypothesis,
                statistic=row.statistic,
                chi2=row.statistic * row.df,
                df=row.df,
                df_2=row.df_2,
                p=p_text(row.p_value),
            )
            for row in tests
            if row.hypothesis in shown and row.statistic is not None
        ),
    ]


def _form(row: DoseTest) -> str:
    return "chi2" if row.df_2 is None else "f"


@sentences.register
def _(result: MeasurementErrorResult) -> tuple[Note, ...]:
    said = []
    for facts in result.reliability:
        rows = {row.correction: row for row in result.effects if row.outcome == facts.outcome}
        plain, corrected = rows["correction.none"], rows["correction.calibrated"]
        said.append(
            (
                Text.of("say.effects.about", outcome=facts.outcome),
                Text.of(
                    f"say.measurement_error.{unit_of(plain)}",
                    term=facts.term,
                    reliability=facts.reliability,
                    attenuation=facts.attenuation,
                    estimate=plain.estimate,
                    corrected=corrected.estimate,
                    level=result.level,
                    low=corrected.conf_low,
                    high=corrected.conf_high,
                    p=p_text(corrected.p_value),
                ),
                Text(id="say.measurement_error.assumption"),
            )
        )
    return tuple(said)
