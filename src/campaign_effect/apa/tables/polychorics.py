"""Tables of polychoric correlations and thresholds."""

from __future__ import annotations

from campaign_effect.analyses.polychorics import PolychoricResult
from campaign_effect.apa.blocks import Cell, Head, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values
from campaign_effect.results import Kind

MOST_ITEMS = 12
"""With more, a triangle is too wide for a page: pairs are listed instead."""


@tables.register
def _(result: PolychoricResult) -> tuple[Table, ...]:
    items = list(dict.fromkeys(row.item_1 for row in result.correlations))
    pairs = _triangle(result, items) if len(items) <= MOST_ITEMS else _list(result, items)
    made = (pairs, _thresholds(result), _polyserials(result))
    return tuple(table for table in made if table.lines)


def _triangle(result: PolychoricResult, items: list[str]) -> Table:
    found = {(row.item_1, row.item_2): row for row in result.correlations}
    lines = []
    for i, item in enumerate(items):
        below: list[Cell] = [
            Value(value=found[item, other].estimate, kind=Kind.BOUNDED) for other in items[:i]
        ]
        stub = Text.of("word.numbered", number=i + 1, name=item)
        blank: list[Cell] = [None] * (len(items) - i)
        lines.append(Line(cells=(stub, *below, *blank)))
    numbers = (Head(text=Text.of("word.number", number=i + 1)) for i in range(len(items)))
    return Table(
        id="polychorics_correlations",
        title=Text(id="title.polychorics.correlations"),
        heads=(*heads("item"), *numbers),
        lines=tuple(lines),
        notes=(_note(result),),
        glossary=result.glossary,
    )


def _list(result: PolychoricResult, items: list[str]) -> Table:
    place = {item: i for i, item in enumerate(items)}
    rows = [row for row in result.correlations if place[row.item_1] < place[row.item_2]]
    fields = ("item_1", "item_2", "estimate", "std_error", "n")
    return Table(
        id="polychorics_correlations",
        title=Text(id="title.polychorics.correlations"),
        heads=heads("item_1", "item_2", "r", "std_error", "n"),
        lines=tuple(Line(cells=values(row, *fields)) for row in rows),
        notes=(_note(result),),
        glossary=result.glossary,
    )


def _thresholds(result: PolychoricResult) -> Table:
    by_item = grouped(result.thresholds, "item")
    most = max((len(rows) for rows in by_item.values()), default=0)
    lines = []
    for item, rows in by_item.items():
        cells: list[Cell] = [Value(value=row.estimate, kind=Kind.NUMBER) for row in rows]
        cells += [None] * (most - len(rows))
        n = Value(value=rows[0].n, kind=Kind.COUNT)
        lines.append(Line(cells=(Value(value=item, kind=Kind.NAME), n, *cells)))
    numbers = (Head(text=Text.of("word.threshold", number=i + 1)) for i in range(most))
    return Table(
        id="polychorics_thresholds",
        title=Text(id="title.polychorics.thresholds"),
        heads=(*heads("item", "n"), *numbers),
        lines=tuple(lines),
        notes=((Text(id="note.polychorics.thresholds"),),),
        glossary=result.glossary,
    )


def _polyserials(result: PolychoricResult) -> Table:
    fields = ("variable", "item", "estimate", "std_error", "n")
    return Table(
        id="polychorics_polyserials",
        title=Text(id="title.polychorics.polyserials"),
        heads=heads("variable", "item", "r", "std_error", "n"),
        lines=tuple(Line(cells=values(row, *fields)) for row in result.polyserials),
        notes=(sample_note(result.sample_of("polyserials")),),
        glossary=result.glossary,
    )


def _note(result: PolychoricResult) -> Note:
    return (Text(id="note.polychorics.correlations"), *sample_note(result.sample))
