"""Tables of models over imputations: the models, then what was imputed."""

from __future__ import annotations

from campaign_effect.analyses.effects.rows import ImputedEffectResult, ImputedVariable
from campaign_effect.apa.blocks import Head, Line, Table, Text
from campaign_effect.apa.tables.generic import grouped, heads, tables, values
from campaign_effect.apa.tables.models import model_tables

COLUMNS = ("n", "mean", "sd")
"""Of the answers given, then of those imputed."""


@tables.register
def _(result: ImputedEffectResult) -> tuple[Table, ...]:
    variables = grouped(result.variables, "outcome")
    return (
        *model_tables(result),
        *(_variables(result, outcome, rows) for outcome, rows in variables.items()),
    )


def _variables(result: ImputedEffectResult, outcome: str, rows: list[ImputedVariable]) -> Table:
    """Compare the answers given with those imputed."""
    spanned = tuple(
        Head(text=head.text, spanner=Text(id=f"column.{spanner}"))
        for spanner in ("given", "imputed")
        for head in heads(*COLUMNS)
    )
    shown = ("variable", "method", *COLUMNS, "n_imputed", "mean_imputed", "sd_imputed", "r_hat")
    return Table(
        id=f"imputed_{outcome}",
        title=Text.of("title.imputed.variables", outcome=outcome),
        heads=(*heads("variable", "imputed_by"), *spanned, *heads("r_hat")),
        lines=tuple(Line(cells=values(row, *shown)) for row in rows),
        notes=((Text(id="note.imputed.variables"),),),
        glossary=result.glossary,
    )
