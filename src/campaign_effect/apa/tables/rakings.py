"""The table of raked margins; the weights themselves are in csv and results only."""

from __future__ import annotations

from campaign_effect.analyses.raking import RakedMargin, RakingResult
from campaign_effect.apa.blocks import Cell, Line, Table, Text
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    suppressible,
    suppression_note,
    tables,
)


@tables.register
def _(result: RakingResult) -> tuple[Table, ...]:
    lines: list[Line] = []
    for variable, rows in grouped(result.margins, "variable").items():
        lines.append(heading(variable))
        lines += [
            Line(cells=(_level(row.variable, row.level), *_shown(row)), indent=1)
            for row in rows
        ]
    (weighting,) = result.weighting
    reached = Text.of(
        "note.raking.weights",
        low=weighting.low,
        high=weighting.high,
        deff=weighting.design_effect,
        effective=weighting.effective_n,
        rounds=result.n_rounds,
    )
    trimmed = Text.of("note.raking.trimmed", trim=result.trim, n=result.n_trimmed)
    return (
        Table(
            id="raking_margins",
            title=Text(id="title.raking.margins"),
            heads=heads("variable", *COLUMNS),
            lines=tuple(lines),
            notes=(
                (
                    reached,
                    *((trimmed,) if result.trim is not None else ()),
                    *sample_note(result.sample),
                ),
                *suppression_note(result.margins, result.min_cell),
            ),
            glossary=result.glossary,
        ),
    )


COLUMNS = ("n", "before", "target", "after")


def _shown(row: RakedMargin) -> tuple[Cell, ...]:
    return suppressible(row, *COLUMNS, hidden=("n", "before"))


def _level(variable: str, level: str) -> Text:
    return Text.of("word.name", name=f"{variable}={level}")
