"""Tables of effects against the smallest that matters."""

from __future__ import annotations

from campaign_effect.analyses.effects.equivalence import Equivalence, EquivalenceResult
from campaign_effect.apa.blocks import Line, Table, Text
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values
from campaign_effect.apa.tables.models import contrast_label, in_unit, unit_of


@tables.register
def _(result: EquivalenceResult) -> tuple[Table, ...]:
    return tuple(
        _table(result, outcome, rows)
        for outcome, rows in grouped(result.equivalence, "outcome").items()
    )


def _table(result: EquivalenceResult, outcome: str, rows: list[Equivalence]) -> Table:
    fields = ("estimate", "conf_low:conf_high", "p_value", "verdict")
    unit = unit_of(rows[0])
    return Table(
        id=f"equivalence_{outcome}",
        title=Text.of(f"title.equivalence.{unit}", outcome=outcome, within=result.within),
        heads=heads("variable", "ame", "ci", "p_equivalence", "verdict", level=result.level),
        lines=tuple(
            Line(
                cells=(
                    contrast_label(row),
                    *(in_unit(cell, row) for cell in values(row, *fields)),
                )
            )
            for row in rows
        ),
        notes=(
            (
                Text.of(f"note.equivalence.{unit}", within=result.within, level=result.level),
                *sample_note(result.sample_of(outcome)),
            ),
        ),
        glossary=result.glossary,
    )
