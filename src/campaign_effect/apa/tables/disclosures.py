"""The table of how the survey was made."""

from __future__ import annotations

from campaign_effect.analyses.disclosure import DisclosedElement, DisclosureResult
from campaign_effect.apa.blocks import Cell, Line, Table, Text, Value
from campaign_effect.apa.tables.generic import heads, tables
from campaign_effect.results import Kind


@tables.register
def _(result: DisclosureResult) -> tuple[Table, ...]:
    return (
        Table(
            id="disclosure",
            title=Text(id="title.disclosure"),
            heads=heads("element", "statement"),
            lines=tuple(
                Line(cells=(Value(value=row.element, kind=Kind.WORD), _statement(row, result)))
                for row in result.elements
            ),
            notes=((Text(id="note.disclosure"),),),
            glossary=result.glossary,
        ),
    )


def _statement(row: DisclosedElement, result: DisclosureResult) -> Cell:
    if row.stated is not None:
        return Value(value=row.stated, kind=Kind.NAME)
    return Text(id=row.shown or "disclosed.nothing", facts=result.facts)
