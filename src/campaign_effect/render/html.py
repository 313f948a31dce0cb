"""Documents as one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Final

from campaign_effect.apa.document import (
    Block,
    Document,
    Grid,
    GridLine,
    Heading,
    Paragraph,
    Picture,
    Run,
    Runs,
)
from campaign_effect.render.characters import clean, ems_wide, plain, tidy
from campaign_effect.render.columns import (
    Column,
    Fill,
    Spanner,
    cells_of,
    columns_of,
    spanners_of,
)
from campaign_effect.render.fit import Fit, fit, turned
from campaign_effect.render.svg import inline_svg

_SCOPE: Final = "campaign-effect"
_MOST_COLUMNS: Final = 11  # a table of more is given more of the screen than the text
_MOST_STUB_EMS: Final = 15


def write(document: Document) -> bytes:
    """Write a document as a page of HTML.

    Parameters
    ----------
    document : Document
        A report or a single table.

    Returns
    -------
    bytes
        UTF-8. Style and drawings are inside; a report of several sections starts with links to
        its headings of level 2.

    Examples
    --------
    >>> page = write(Document(language="id", title="Laporan", blocks=())).decode()
    >>> '<html lang="id">' in page, "<title>Laporan</title>" in page
    (True, True)
    """
    language = escape(clean(document.language))
    title = escape(clean(document.title))
    page = (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n'
        f"<style>\n{_style('page.css')}{_style('blocks.css')}</style>\n</head>\n<body>\n"
        f'<main class="{_SCOPE}">\n{_blocks(document, "")}\n</main>\n</body>\n</html>\n'
    )
    return page.encode()


def fragment(document: Document, prefix: str = "") -> str:
    """Write a document as a piece of HTML, to be shown inside another page.

    Parameters
    ----------
    document : Document
        A report or a single table.
    prefix : str, default ""
        Put before every id, where a page shows several documents.

    Returns
    -------
    str
        A ``div`` with its own style, which touches nothing outside it and takes the colours of
        the page around it.

    Examples
    --------
    >>> fragment(Document(language="id", title="", blocks=()))[:7]
    '<style>'
    """
    language = escape(clean(document.language))
    return (
        f'<style>\n{_style("blocks.css")}</style>\n<div class="{_SCOPE}" lang="{language}">\n'
        f"{_blocks(document, prefix)}\n</div>\n"
    )


@cache
def _style(name: str) -> str:
    return files("campaign_effect.render").joinpath(name).read_text(encoding="utf-8")


def _blocks(document: Document, prefix: str) -> str:
    """Write the blocks, the links to the sections after the first heading."""
    written = [
        _block(block, f"{prefix}block-{place}", document.language, is_turned)
        for place, (block, is_turned) in enumerate(
            zip(document.blocks, turned(document), strict=True), start=1
        )
    ]
    links = _links(document, prefix)
    first = next((i for i, b in enumerate(document.blocks) if _is_heading(b, 1)), -1)
    if links:
        written.insert(first + 1, links)
    return "\n".join(written)


def _is_heading(block: object, level: int) -> bool:
    return isinstance(block, Heading) and block.level == level


def _links(document: Document, prefix: str) -> str:
    """Link to the headings of level 2, if there are several."""
    items = [
        f'<li><a href="#{prefix}block-{place}">{_inline(block.runs)}</a></li>'
        for place, block in enumerate(document.blocks, start=1)
        if isinstance(block, Heading) and block.level == 2
    ]
    return f"<nav><ol>{''.join(items)}</ol></nav>" if len(items) > 1 else ""


def _block(block: Block, id: str, language: str, is_turned: bool) -> str:
    match block:
        case Heading():
            shape = ' class="turned"' if is_turned else ""
            return f'<h{block.level} id="{id}"{shape}>{_inline(block.runs)}</h{block.level}>'
        case Paragraph():
            shape = '<p class="notice" role="note">' if block.is_notice else "<p>"
            return f"{shape}{_inline(block.runs)}</p>"
        case Grid():
            return _table(block, id, language)
        case Picture():
            return _picture(block, id)


def _picture(picture: Picture, id: str) -> str:
    caption = _caption(picture)
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    drawing = inline_svg(picture, f"{id}-")
    return (
        f'<figure id="{id}">{caption}<div class="drawing" id="{id}-drawing">{drawing}</div>'
        f"{_notes(picture, id)}</figure>"
    )


def _table(grid: Grid, id: str, language: str) -> str:
    """Write a table in a box of its own, in which it can be moved on a small screen.

    On paper it has the size of type, and the side of the page, at which it fits.
    """
    fitted = fit(grid, language)
    caption = _caption(grid)
    named = f' aria-labelledby="{id}-caption"' if caption else ""
    noted = f' aria-describedby="{id}-notes"' if grid.notes else ""
    shapes = {
        "wide": len(grid.heads) > _MOST_COLUMNS,
        "turned": fitted.is_landscape,
        "squeezed": fitted.is_squeezed,
    }
    names = " ".join(name for name, is_so in shapes.items() if is_so)
    shape = f' class="{names}"' if names else ""
    style = f"--stub:{_stub_width(grid)}em;--points:{fitted.points}pt"
    caption = f'<caption id="{id}-caption">{caption}</caption>' if caption else ""
    return (
        f'<figure id="{id}"{shape}><div class="scroll" role="region" tabindex="0"{named}>'
        f'<table{noted} style="{style}">{caption}\n{_widths(fitted)}'
        f"<thead>{_heads(grid)}</thead>\n{_bodies(grid, columns_of(grid, language))}"
        f"\n</table></div>{_notes(grid, id)}</figure>"
    )


def _widths(fitted: Fit) -> str:
    """Give each column its share of the page, for paper."""
    shares = (100 * width / sum(fitted.widths) for width in fitted.widths)
    columns = "".join(f'<col style="--share:{share:.1f}%">' for share in shares)
    return f"<colgroup>{columns}</colgroup>\n"


def _stub_width(grid: Grid) -> int:
    """Give the least width of the stub in ems, so that long labels become no towers."""
    longest = max((ems_wide(line.cells[0]) for line in grid.lines if line.cells), default=0.0)
    return round(min(longest, _MOST_STUB_EMS))


def _caption(block: Grid | Picture) -> str:
    """Write the number on its own line and the title below it."""
    parts = (("number", block.number), ("title", block.title))
    return "".join(
        f'<span class="{name}">{_inline(runs)}</span> ' for name, runs in parts if plain(runs)
    )


def _notes(block: Grid | Picture, id: str) -> str:
    notes = "".join(f"<p>{_inline(note)}</p>" for note in block.notes)
    return f'<div class="notes" id="{id}-notes">{notes}</div>' if notes else ""


def _heads(grid: Grid) -> str:
    """Write the heads; one without a spanner reaches over both rows."""
    spanners = spanners_of(grid)
    if not spanners:
        return _row(_head(head) for head in grid.heads)
    starts = {spanner.first: spanner for spanner in spanners}
    below = {place for s in spanners for place in range(s.first, s.last + 1)}
    upper = [
        _spanner(starts[place]) if place in starts else _head(head, rows=2)
        for place, head in enumerate(grid.heads)
        if place in starts or place not in below
    ]
    lower = (_head(head) for place, head in enumerate(grid.heads) if place in below)
    return _row(upper) + _row(lower)


def _spanner(spanner: Spanner) -> str:
    span = spanner.last - spanner.first + 1
    text = f'<span class="spanner">{_inline(spanner.runs)}</span>'
    return f'<th scope="colgroup" colspan="{span}">{text}</th>'


def _head(head: Runs, rows: int = 1) -> str:
    """Write the head of a column; an empty one heads nothing."""
    over = f' rowspan="{rows}"' if rows > 1 else ""
    text = _inline(head)
    return f'<th scope="col"{over}>{text}</th>' if text else f"<td{over}></td>"


def _bodies(grid: Grid, columns: tuple[Column, ...]) -> str:
    """Write the lines, those under a heading line as a group of their own."""
    group = 0
    numbered: list[tuple[int, int, GridLine]] = []
    for row, line in enumerate(grid.lines):
        group += line.is_heading
        numbered.append((group, row, line))
    return "\n".join(
        "<tbody>" + "".join(_line(line, row, columns) for _, row, line in lines) + "</tbody>"
        for _, lines in groupby(numbered, key=lambda entry: entry[0])
    )


def _line(line: GridLine, row: int, columns: tuple[Column, ...]) -> str:
    stub, *cells = cells_of(line, len(columns)) or ((),)
    indent = f' style="--indent:{line.indent}"' if line.indent else ""
    if line.is_heading:
        return _row(
            [f'<th scope="rowgroup" colspan="{len(columns)}"{indent}>{_inline(stub)}</th>']
        )
    data = (
        _cell(cell, column, column.fills[row])
        for cell, column in zip(cells, columns[1:], strict=True)
    )
    return _row([f'<th scope="row"{indent}>{_inline(stub)}</th>', *data])


def _cell(cell: Runs, column: Column, fill: Fill) -> str:
    kind = "figures" if column.has_numbers else "" if column.is_centred else "words"
    attribute = f' class="{kind}"' if kind else ""
    return f"<td{attribute}>{_fill(fill.before)}{_inline(cell)}{_fill(fill.after)}</td>"


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(cells) + "</tr>"


def _fill(runs: Runs) -> str:
    """Write characters that take their place but are neither seen, read out nor copied."""
    tags = ((run.text, "sup" if run.raised else "span") for run in runs)
    return "".join(f'<{tag} data-fill="{escape(text)}"></{tag}>' for text, tag in tags)


def _inline(runs: Runs) -> str:
    return "".join(_run(run) for run in tidy(runs))


def _run(run: Run) -> str:
    text = escape(run.text)
    for tag in _tags(run):
        text = f"<{tag}>{text}</{tag}>"
    return text


def _tags(run: Run) -> Iterator[str]:
    looks = {"sup": run.raised, "sub": run.lowered, "i": run.italic, "b": run.bold}
    return (tag for tag, is_used in looks.items() if is_used)
