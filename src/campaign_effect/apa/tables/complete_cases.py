"""Tables of average effects by how missing answers were treated."""

from __future__ import annotations

from campaign_effect.analyses.effects.complete_cases import CompleteCasesResult, TreatedEffect
from campaign_effect.apa.blocks import Head, Line, Table, Text
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values
from campaign_effect.apa.tables.models import contrast_label, in_unit, unit_of

COLUMNS = ("ame", "ci", "p_value")
"""Of complete cases, then of imputations."""

FIELDS = (
    *("complete_estimate", "complete_low:complete_high", "complete_p_value"),
    *("estimate", "conf_low:conf_high", "p_value", "fmi"),
)


@tables.register
def _(result: CompleteCasesResult) -> tuple[Table, ...]:
    return tuple(
        _table(result, outcome, rows)
        for outcome, rows in grouped(result.effects, "outcome").items()
    )


def _table(result: CompleteCasesResult, outcome: str, rows: list[TreatedEffect]) -> Table:
    """Give an effect a line, complete cases and imputations their columns."""
    complete = result.sample_of(f"{outcome}:complete")
    spanned = tuple(
        Head(text=head.text, spanner=Text(id=f"column.{spanner}"))
        for spanner, more in (("complete_cases", ()), ("over_imputations", ("fmi",)))
        for head in heads(*COLUMNS, *more, level=result.level)
    )
    return Table(
        id=f"complete_cases_{outcome}",
        title=Text.of(f"title.complete_cases.{unit_of(rows[0])}", outcome=outcome),
        heads=(*heads("variable"), *spanned),
        lines=tuple(
            Line(
                cells=(
                    contrast_label(row),
                    *(in_unit(cell, row) for cell in values(row, *FIELDS)),
                )
            )
            for row in rows
        ),
        notes=(
            (
                Text(id="note.complete_cases.about"),
                Text.of("note.complete_cases.n", n=complete.n_used),
                *sample_note(result.sample_of(outcome)),
            ),
        ),
        glossary=result.glossary,
    )
