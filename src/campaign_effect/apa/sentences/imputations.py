"""Sentences about what was imputed."""

from __future__ import annotations

from collections.abc import Iterator

from campaign_effect.analyses.effects.complete_cases import (
    CompleteCasesResult,
    TreatedEffect,
)
from campaign_effect.analyses.effects.pooled import Imputed, PooledModel
from campaign_effect.analyses.effects.rows import ImputedEffectResult, MissingInformation
from campaign_effect.analyses.effects.sensitivity import Conclusion, SensitivityResult
from campaign_effect.apa.blocks import Note, Text
from campaign_effect.apa.sentences.effects import model_sentences
from campaign_effect.apa.sentences.generic import sentences
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.apa.tables.models import contrast_label, unit_of


@sentences.register
def _(result: ImputedEffectResult) -> tuple[Note, ...]:
    rows = grouped(result.information, "outcome")
    said = tuple(
        (_imputation(one, one.imputed, rows[one.first.formula.outcome]),)
        for one in result.pooled
        if one.imputed is not None and one.imputed.draws is not None
    )
    return (*model_sentences(result), *said)


def _imputation(one: PooledModel, imputed: Imputed, rows: list[MissingInformation]) -> Text:
    """Say how many answered in full, and which coefficient the missing answers cost most."""
    sample = one.first.sample
    worst = max(rows, key=lambda row: row.fmi)
    return Text.of(
        "say.imputed",
        outcome=one.first.formula.outcome,
        m=imputed.choice.m,
        n=sample.n_used,
        complete=sample.n_used - sample.n_imputed,
        term=worst.term,
        fmi=worst.fmi,
    )


@sentences.register
def _(result: CompleteCasesResult) -> tuple[Note, ...]:
    return tuple(
        (_difference(result, outcome, rows),)
        for outcome, rows in grouped(result.effects, "outcome").items()
    )


def _difference(result: CompleteCasesResult, outcome: str, rows: list[TreatedEffect]) -> Text:
    """Say how far complete cases are from imputations, and which conclusions differ."""
    changed = tuple(contrast_label(row) for row in rows if row.is_changed)
    unit = unit_of(rows[0])
    return Text.of(
        f"say.complete_cases.{'changed' if changed else 'same'}.{unit}",
        outcome=outcome,
        complete=result.sample_of(f"{outcome}:complete").n_used,
        n=result.sample_of(outcome).n_used,
        most=max(abs(row.estimate - row.complete_estimate) for row in rows),
        labels=changed,
    )


@sentences.register
def _(result: SensitivityResult) -> tuple[Note, ...]:
    deltas = dict(result.deltas)
    return tuple(
        tuple(_conclusions(rows, deltas[variable]))
        for by_outcome in grouped(result.conclusions, "outcome").values()
        for variable, rows in grouped(by_outcome, "variable").items()
    )


def _conclusions(rows: list[Conclusion], deltas: tuple[float, ...]) -> Iterator[Text]:
    """Say which conclusions stand whatever the missing answers are, and which do not."""
    asked = {"outcome": rows[0].outcome, "variable": rows[0].variable}
    yield Text.of("say.sensitivity.about", **asked, low=min(deltas), high=max(deltas))
    standing = tuple(contrast_label(row) for row in rows if row.tipping is None)
    if standing:
        yield Text.of("say.sensitivity.stands", labels=standing)
    for row in rows:
        if row.tipping is not None:
            label = contrast_label(row)
            yield Text.of("say.sensitivity.changes", label=label, delta=row.tipping)
