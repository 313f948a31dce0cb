"""Sentences about what was imputed."""

from __future__ import annotations

from campaign_effect.analyses.effect_results import ImputedEffectResult, MissingInformation
from campaign_effect.analyses.pooled import Imputed, PooledModel
from campaign_effect.apa.blocks import Note, Text
from campaign_effect.apa.sentences.effects import model_sentences
from campaign_effect.apa.sentences.generic import sentences
from campaign_effect.apa.tables.generic import grouped


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
    worst = max(rows, key=lambda row: row.fmi)
    return Text.of(
        "say.imputed",
        outcome=one.first.formula.outcome,
        m=imputed.choice.m,
        n=one.first.sample.n_used,
        complete=imputed.incomplete.n_complete,
        term=worst.term,
        fmi=worst.fmi,
    )
