"""Tables of average predictions."""

from __future__ import annotations

from dataclasses import replace

from campaign_effect.analyses.effects.predictions import Prediction, PredictionResult
from campaign_effect.apa.blocks import Cell, Interval, Line, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    grouped,
    heads,
    sample_note,
    tables,
    values,
)
from campaign_effect.apa.tables.models import answer_text, held_note
from campaign_effect.results import Kind


@tables.register
def _(result: PredictionResult) -> tuple[Table, ...]:
    return tuple(
        _table(result, outcome, rows)
        for outcome, rows in grouped(result.predictions, "outcome").items()
    )


def _table(result: PredictionResult, outcome: str, rows: list[Prediction]) -> Table:
    """Give an answer a line, a category a heading."""
    lines: list[Line] = []
    for category, found in grouped(rows, "category").items():
        if category is not None:
            lines.append(Line(cells=(Value(value=category, kind=Kind.LITERAL),)))
        indent = int(category is not None)
        lines += [Line(cells=_cells(row), indent=indent) for row in found]
    term, is_number = rows[0].term, rows[0].model == "model.ols"
    unit = "number" if is_number else "per_cent"
    return Table(
        id=f"predictions_{outcome}_{term}",
        title=Text.of("title.predictions", outcome=outcome, term=term),
        heads=heads("answer_at", f"prediction_{unit}", "std_error", "ci", level=result.level),
        lines=tuple(lines),
        notes=(
            (
                Text(id="note.predictions"),
                *held_note(result.at),
                *sample_note(result.sample_of(outcome)),
            ),
        ),
        glossary=result.glossary,
    )


def _cells(row: Prediction) -> tuple[Cell, ...]:
    answer = answer_text(row.term, row.value if row.level is None else row.level)
    shown = values(row, "estimate", "std_error", "conf_low:conf_high")
    if row.model == "model.ols":
        shown = tuple(_as_number(cell) for cell in shown)
    return (answer, *shown)


def _as_number(cell: Cell) -> Cell:
    """Read a prediction as a number in its own units instead of a percentage."""
    if isinstance(cell, (Value, Interval)):
        return replace(cell, kind=Kind.NUMBER)
    return cell
