"""The table of any result, and what every table shares."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Final, TypeVar

from campaign_effect.apa.blocks import Cell, Head, Interval, Line, Note, Table, Text, Value
from campaign_effect.results import Kind, Result, Row, Sample

AnyRow = TypeVar("AnyRow", bound=Row)

STARS: Final = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
"""Levels of probability and their marks."""

MOST_REASONS: Final = 10
"""Why respondents were left out: more reasons (14 items, each blank once) are no sentence."""


@singledispatch
def tables(result: Result) -> tuple[Table, ...]:
    """Lay out every part of any result: a line a row, a column a field.

    Parameters
    ----------
    result : Result
        An analysis whose tables have an APA form of their own registers it here.

    Returns
    -------
    tuple of Table
        Parts without rows have no table.
    """
    return tuple(
        Table(
            id=f"{result.name}_{part}",
            title=Text(id=f"title.{result.name}.{part}"),
            heads=tuple(Head(text=Text(id=f"column.{name}")) for name in rows[0].kinds()),
            lines=tuple(Line(cells=_cells(row)) for row in rows),
            notes=(sample_note(dict(result.samples)[part]),),
            glossary=result.glossary,
        )
        for part, rows in result.parts().items()
        if rows
    )


def heads(*columns: str, level: float | None = None) -> tuple[Head, ...]:
    """Head columns by their message ids; that of an interval says its level."""
    return tuple(Head(text=Text.of(f"column.{column}", level=level)) for column in columns)


def heading(name: str, kind: Kind = Kind.NAME) -> Line:
    """Make a line that heads those below it."""
    return Line(cells=(Value(value=name, kind=kind),))


def values(row: Row, *columns: str) -> tuple[Cell, ...]:
    """Take some fields of a row, each of its kind; two joined by ":" are an interval."""
    kinds = row.kinds()
    return tuple(
        _interval(row, column, kinds)
        if ":" in column
        else Value(value=getattr(row, column), kind=kinds[column])
        for column in columns
    )


def suppressible(row: Row, *columns: str, hidden: tuple[str, ...]) -> tuple[Cell, ...]:
    """Take some fields of a row; of a row with hidden counts, the empty ones say so."""
    is_hidden = getattr(row, "is_suppressed", False)
    return tuple(
        Text(id="word.suppressed")
        if is_hidden and column in hidden and getattr(row, column) is None
        else cell
        for column, cell in zip(columns, values(row, *columns), strict=True)
    )


def suppression_note(rows: Iterable[Row], min_cell: int) -> tuple[Note, ...]:
    """Explain hidden counts; no note where none is."""
    is_any = any(getattr(row, "is_suppressed", False) for row in rows)
    return ((Text.of("note.suppressed", most=min_cell - 1),),) if is_any else ()


def sample_note(sample: Sample) -> Note:
    """Say how many were used, with which weights, and why others were not."""
    weighted = () if sample.weight is None else (_weights_text(sample),)
    imputed = (_imputed_text(sample),) if sample.n_imputed else ()
    if not sample.dropped:
        return (*weighted, Text.of("note.everyone", n=sample.n_used), *imputed)
    return (
        *weighted,
        Text.of("note.sample", used=sample.n_used, total=sample.n_total),
        *imputed,
        _left_out(sample),
    )


def pooled_note(sample: Sample) -> Note:
    """Say how joint tests were pooled, where answers were imputed."""
    return (Text(id="note.d1"),) if sample.n_imputed else ()


def _left_out(sample: Sample) -> Text:
    """Say why respondents were left out; many reasons are counted elsewhere."""
    if len(sample.dropped) > MOST_REASONS:
        lost = sample.n_total - sample.n_used
        return Text.of("note.many_dropped", n=lost, k=len(sample.dropped))
    return Text.of("note.dropped", dropped=dropped_texts(sample))


def _imputed_text(sample: Sample) -> Text:
    """Say whose answers were imputed how often, to which variables; many are counted."""
    facts = {"n": sample.n_imputed, "m": sample.n_imputations}
    if len(sample.imputed) > MOST_REASONS:
        return Text.of("note.many_imputed", k=len(sample.imputed), **facts)
    named = tuple(Text.of("note.imputed_of", variable=name, n=n) for name, n in sample.imputed)
    return Text.of("note.n_imputed", variables=named, **facts)


def _weights_text(sample: Sample) -> Text:
    facts = {"weight": sample.weight, "effective": sample.effective_n}
    return Text.of("note.weights.sample", **facts)


def complete_note(sample: Sample) -> Note:
    """Say how many answered all of many items, without naming each item."""
    if not sample.dropped:
        return (Text.of("note.everyone", n=sample.n_used),)
    return (Text.of("note.complete", used=sample.n_used, total=sample.n_total),)


def dropped_texts(sample: Sample) -> tuple[Text, ...]:
    """Give each reason why respondents were left out as a text."""
    return tuple(_dropped(reason, n) for reason, n in sample.dropped)


def star(p_value: float) -> str:
    """Mark a probability.

    Examples
    --------
    >>> star(0.02), star(0.2)
    ('*', '')
    """
    return next((mark for level, mark in STARS if p_value < level), "")


def star_note(p_values: Iterable[float]) -> tuple[Note, ...]:
    """Explain the stars in use, the weakest first; no note where none is."""
    used = {star(p_value) for p_value in p_values}
    found = [(level, mark) for level, mark in reversed(STARS) if mark in used]
    texts = tuple(Text.of("note.star", mark=mark, level=level) for level, mark in found)
    return (texts,) if texts else ()


def grouped(rows: Iterable[AnyRow], by: str) -> dict[str, list[AnyRow]]:
    """Group rows by a field, in order of first appearance."""
    groups: dict[str, list[AnyRow]] = {}
    for row in rows:
        groups.setdefault(getattr(row, by), []).append(row)
    return groups


def _cells(row: Row) -> tuple[Cell, ...]:
    return tuple(
        Value(value=getattr(row, name), kind=kind) for name, kind in row.kinds().items()
    )


def _interval(row: Row, column: str, kinds: dict[str, Kind]) -> Interval:
    low, high = column.split(":")
    return Interval(low=getattr(row, low), high=getattr(row, high), kind=kinds[low])


def _dropped(reason: str, n: int) -> Text:
    word, _, column = reason.partition(":")
    if column:
        return Text.of(f"dropped.{word}", variable=column, n=n)
    return Text.of(f"dropped.{word}", n=n)
