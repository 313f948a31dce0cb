"""Tables of several exposures at once."""

from __future__ import annotations

from campaign_effect.analyses.effects.exposures import ExposuresResult, JointRow
from campaign_effect.apa.blocks import Cell, Line, Table, Text
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    pooled_note,
    sample_note,
    tables,
    values,
)


@tables.register
def _(result: ExposuresResult) -> tuple[Table, ...]:
    made = (_exposures(result), _joint(result))
    return tuple(table for table in made if table.lines)


def _exposures(result: ExposuresResult) -> Table:
    columns = ("estimate", "conf_low:conf_high", "p_value", "p_holm", "p_bh", "dominance_share")
    lines: list[Line] = []
    for outcome, rows in grouped(result.exposures, "outcome").items():
        lines.append(heading(outcome))
        lines += [Line(cells=values(row, "term", *columns), indent=1) for row in rows]
    return Table(
        id="exposures_effects",
        title=Text(id="title.exposures.exposures"),
        heads=heads(
            *("exposure", "ame", "ci", "p_value", "p_holm", "p_bh", "dominance_share"),
            level=result.level,
        ),
        lines=tuple(lines),
        notes=((Text(id="note.exposures.exposures"), *sample_note(result.sample)),),
        glossary=result.glossary,
    )


def _joint(result: ExposuresResult) -> Table:
    lines: list[Line] = []
    for outcome, rows in grouped(result.joint, "outcome").items():
        lines.append(heading(outcome))
        lines += [Line(cells=_cells(row), indent=1) for row in rows]
    return Table(
        id="exposures_joint",
        title=Text(id="title.exposures.joint"),
        heads=heads("hypothesis", "f", "df", "p_value"),
        lines=tuple(lines),
        notes=((Text(id="note.exposures.joint"), *pooled_note(result.sample)),),
        glossary=result.glossary,
    )


def _cells(row: JointRow) -> tuple[Cell, ...]:
    df: Cell = values(row, "df")[0]
    if row.df_2 is not None:
        df = Text.of("word.two_df", df=row.df, df_2=row.df_2)
    return (*values(row, "hypothesis", "statistic"), df, *values(row, "p_value"))
