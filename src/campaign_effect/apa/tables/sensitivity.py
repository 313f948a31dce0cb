"""Tables of average effects while missing answers are shifted."""

from __future__ import annotations

from campaign_effect.analyses.effects.sensitivity import SensitivityResult, ShiftedEffect
from campaign_effect.apa.blocks import Line, Table, Text
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values
from campaign_effect.apa.tables.models import contrast_label, in_unit, unit_of


@tables.register
def _(result: SensitivityResult) -> tuple[Table, ...]:
    return tuple(
        _table(result, rows)
        for by_outcome in grouped(result.effects, "outcome").values()
        for rows in grouped(by_outcome, "variable").values()
    )


def _table(result: SensitivityResult, rows: list[ShiftedEffect]) -> Table:
    """Head the shifts of a variable by each effect in turn."""
    outcome, variable = rows[0].outcome, rows[0].variable
    has_mean = rows[0].mean_imputed is not None
    columns = ["delta", *(["mean_imputed"] if has_mean else []), "ame", "std_error", "p_value"]
    fields = [{"ame": "estimate"}.get(column, column) for column in columns]
    lines: list[Line] = []
    for effect in dict.fromkeys(contrast_label(row) for row in rows):
        lines.append(Line(cells=(effect,)))
        for row in rows:
            if contrast_label(row) == effect:
                cells = values(row, *fields, "conf_low:conf_high")
                shown = (cells[0], *(in_unit(cell, row) for cell in cells[1:]))
                lines.append(Line(cells=shown, indent=1))
    facts = {"outcome": outcome, "variable": variable}
    return Table(
        id=f"sensitivity_{outcome}_{variable}",
        title=Text.of(f"title.sensitivity.{unit_of(rows[0])}", **facts),
        heads=heads(*columns, "ci", level=result.level),
        lines=tuple(lines),
        notes=(
            (
                Text.of("note.sensitivity", variable=variable),
                *sample_note(result.sample_of(outcome)),
            ),
        ),
        glossary=result.glossary,
    )
