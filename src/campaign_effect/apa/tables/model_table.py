"""Tables of models side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from campaign_effect.analyses.effects.model_table import ModelTableResult, ModelTerm
from campaign_effect.analyses.effects.rows import ModelFit
from campaign_effect.apa.blocks import Cell, Head, Interval, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values
from campaign_effect.apa.tables.models import (
    LINEAR_DIGITS,
    bases_text,
    change_label,
    digits_of,
    equation_label,
    imputed_texts,
    vcov_texts,
)
from campaign_effect.results import Kind

COLUMNS = {
    "coefficients": ("estimate", "std_error", "p_value"),
    "odds_ratios": ("odds_ratio", "ci", "p_value"),
    "effects": ("ame", "ci", "p_value"),
}
"""Heads of one model."""

FITS = ("n", "n_events", "n_clusters", "mcfadden", "r2")
"""What is said of each model below its terms, where it is known."""


@tables.register
def _(result: ModelTableResult) -> tuple[Table, ...]:
    outcomes = dict.fromkeys(fit.outcome for fit in result.fits)
    title = Text(id=f"title.models.{result.show}")
    if len(outcomes) == 1:
        title = Text.of(f"title.models.{result.show}_of", outcome=next(iter(outcomes)))
    names = "_".join(outcomes)
    return (
        Table(
            id=f"models_{result.show}_{names}"[:80],
            title=title,
            heads=(*heads("term"), *_heads(result, has_outcomes=len(outcomes) > 1)),
            lines=(*_lines(result), *_fit_lines(result)),
            notes=_notes(result),
            glossary=result.glossary,
        ),
    )


def _heads(result: ModelTableResult, *, has_outcomes: bool) -> tuple[Head, ...]:
    columns = heads(*COLUMNS[result.show], level=result.level)
    if len(result.fits) == 1:
        return columns
    return tuple(
        Head(text=head.text, spanner=_spanner(number, fit, has_outcomes=has_outcomes))
        for number, fit in enumerate(result.fits, start=1)
        for head in columns
    )


def _spanner(number: int, fit: ModelFit, *, has_outcomes: bool) -> Text:
    if has_outcomes:
        return Text.of("word.model_of", number=number, outcome=fit.outcome)
    return Text.of("word.model_number", number=number)


def _lines(result: ModelTableResult) -> list[Line]:
    """Give a term a line, under its block or its category."""
    lines: list[Line] = []
    above: Text | None = None
    for row in _in_order(result.terms):
        head = _head(result, row)
        if head is not None and head != above:
            lines.append(Line(cells=(head,)))
        above = head
        found = {other.column: other for other in result.terms if _key(other) == _key(row)}
        cells = tuple(
            cell
            for column in range(1, len(result.fits) + 1)
            for cell in _cells(result, found.get(column))
        )
        lines.append(Line(cells=(_label(result, row), *cells), indent=int(head is not None)))
    return lines


def _in_order(terms: Sequence[ModelTerm]) -> list[ModelTerm]:
    """Take each term once, those of a category together, as they enter."""
    first: dict[tuple[str | None, ...], ModelTerm] = {}
    for row in terms:
        first.setdefault(_key(row), row)
    return [row for rows in grouped(first.values(), "category").values() for row in rows]


def _key(row: ModelTerm) -> tuple[str | None, ...]:
    return row.term, row.contrast, row.category


def _head(result: ModelTableResult, row: ModelTerm) -> Text | None:
    if row.category is not None:
        if result.show == "effects":
            return Text.of("word.name", name=f"{row.outcome}={row.category}")
        one = result.pooled[row.column - 1].first
        return equation_label(one, row.category)
    return Text.of("word.block", number=row.block) if result.is_nested else None


def _label(result: ModelTableResult, row: ModelTerm) -> Cell:
    if result.show == "effects":
        return change_label(row)
    return Value(value=row.term, kind=Kind.TERM)


def _cells(result: ModelTableResult, row: ModelTerm | None) -> tuple[Cell, ...]:
    """Show the numbers of a term in one model; nothing where the model does not hold it."""
    if row is None:
        return (None, None, None)
    if result.show == "coefficients":
        model = result.pooled[row.column - 1].first.model
        least = 2 if model.has_odds else LINEAR_DIGITS
        digits = digits_of(row.std_error, least)
        return (
            Value(value=row.estimate, kind=Kind.NUMBER, digits=digits),
            Value(value=row.std_error, kind=Kind.NUMBER, digits=digits),
            *values(row, "p_value"),
        )
    cells = values(row, "estimate", "conf_low:conf_high", "p_value")
    if result.show == "effects" and row.model != "model.ols":
        return tuple(_in_points(cell) for cell in cells)
    return cells


def _in_points(cell: Cell) -> Cell:
    if isinstance(cell, (Value, Interval)) and cell.kind is Kind.NUMBER:
        return replace(cell, kind=Kind.POINTS)
    return cell


def _fit_lines(result: ModelTableResult) -> list[Line]:
    return [
        Line(
            cells=(
                Text(id=f"column.{name}"),
                *(cell for fit in result.fits for cell in (*values(fit, name), None, None)),
            )
        )
        for name in FITS
        if any(getattr(fit, name) is not None for fit in result.fits)
    ]


def _notes(result: ModelTableResult) -> tuple[Note, ...]:
    """Say what all models share once, and of each model what is its own."""
    models = [one.first for one in result.pooled]
    events = [fit.outcome for fit in result.fits if fit.n_events is not None]
    said = [Text(id=f"note.models.{result.show}")]
    if result.show == "odds_ratios" and len(models) > 1:
        said.append(Text(id="note.models.no_comparison"))
    if events:
        said.append(Text.of("note.models.events", outcomes=tuple(dict.fromkeys(events))))
    said += bases_text(*models)
    if any(not one.answers.index.equals(models[0].answers.index) for one in models):
        said.append(Text(id="note.models.respondents"))
    own = [
        (
            Text.of("note.models.kind", model=fit.model),
            *vcov_texts(one.first, fit),
            *sample_note(one.first.sample),
            *imputed_texts(one),
        )
        for one, fit in zip(result.pooled, result.fits, strict=True)
    ]
    shared = [text for text in own[0] if all(text in texts for texts in own)]
    said += shared
    for number, texts in enumerate(own, start=1):
        rest = [text for text in texts if text not in shared]
        said += [Text.of("note.models.of", number=number), *rest] if rest else []
    return (tuple(said),)
