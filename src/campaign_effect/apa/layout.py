"""Tables of raw values to grids of characters, in one style."""

from __future__ import annotations

from itertools import groupby

from campaign_effect.apa.blocks import Head, Line, Note, Table, Text
from campaign_effect.apa.document import Grid, GridLine, HeadCell, Run, Runs
from campaign_effect.apa.style import Style


def lay_out(table: Table, style: Style, number: int | None = None) -> Grid:
    """Write every cell of a table in a language and a number style.

    Parameters
    ----------
    table : Table
    style : Style
    number : int, optional
        Its place among the tables of a report.
    """
    return Grid(
        id=table.id,
        number=numbered("word.table", number, style),
        title=style.say(table.title),
        spanners=_spanners(table.heads, style),
        heads=tuple(style.say(head.text) for head in table.heads),
        lines=tuple(_line(line, len(table.heads), style) for line in table.lines),
        notes=note_paragraphs(table.notes, style),
    )


def numbered(word: str, number: int | None, style: Style) -> Runs:
    """Give "Table 1" or "Figure 1" in bold; nothing for a block that stands alone."""
    return () if number is None else (Run(text=f"{style.word(word)} {number}", bold=True),)


def note_paragraphs(notes: tuple[Note, ...], style: Style) -> tuple[Runs, ...]:
    """Say notes, a paragraph each; the first is headed "Note."."""
    head = Text(id="note.head")
    return tuple(
        say_note(note if place else (head, *note), style) for place, note in enumerate(notes)
    )


def say_note(note: Note, style: Style) -> Runs:
    """Say the sentences of a paragraph, a space between."""
    said = [style.say(text) for text in note]
    space = Run(text=" ")
    return tuple(run for i, runs in enumerate(said) for run in ((space, *runs) if i else runs))


def _spanners(heads: tuple[Head, ...], style: Style) -> tuple[HeadCell, ...]:
    """Join neighbours under one spanner; no row of spanners where no head has one."""
    if all(head.spanner is None for head in heads):
        return ()
    runs = [(spanner, len(list(group))) for spanner, group in groupby(h.spanner for h in heads)]
    return tuple(
        HeadCell(runs=style.say(spanner) if spanner else (), span=span)
        for spanner, span in runs
    )


def _line(line: Line, width: int, style: Style) -> GridLine:
    cells = tuple(style.cell(cell) for cell in line.cells)
    is_heading = len(cells) == 1 < width
    return GridLine(
        cells=cells + ((),) * (width - len(cells)), indent=line.indent, is_heading=is_heading
    )
