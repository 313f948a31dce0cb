"""Documents as Markdown with pipe tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from campaign_effect.apa.document import (
    Document,
    Grid,
    GridLine,
    Heading,
    Paragraph,
    Picture,
    Run,
    Runs,
)
from campaign_effect.render.characters import clean, styled, tidy
from campaign_effect.render.columns import Column, cells_of, columns_of, joined_heads

_INDENT: Final = "&emsp;"
_MARKUP: Final = re.compile(
    r"[\\`*_{}~^$|@]"  # wherever they stand
    r"|<(?![\s\d.])|&(?![\s\d.])"  # of a tag or an entity, not of "< .001"
    r"|(?<=\])[(\[:]"  # of a link
)
_AT_START: Final = re.compile(
    r"(?P<list>\(?(?:\d+|[A-Za-z]|[ivxIVX]+))(?P<stop>[.)])(?=\s|$)|(?P<sign>[-+=:#>%])"
)


def write(document: Document) -> bytes:
    r"""Write a document as Markdown.

    Parameters
    ----------
    document : Document
        A report or a single table. A spanner stands before each head below it, as a pipe table
        has one row of heads. A figure points to ``figures/<id>.png``.

    Returns
    -------
    bytes
        UTF-8, read alike by GitHub, Jupyter and Pandoc.

    Examples
    --------
    >>> block = Paragraph(runs=(Run(text="p", italic=True), Run(text=" < .05 *")))
    >>> write(Document(language="en", title="", blocks=(block,))).decode()
    '*p* < .05 \\*\n'
    """
    parts = [_block(block, document.language) for block in document.blocks]
    return ("\n\n".join(parts) + "\n").encode()


def _block(block: Heading | Paragraph | Grid | Picture, language: str) -> str:
    match block:
        case Heading():
            return "#" * block.level + " " + _inline(block.runs)
        case Paragraph():
            return ("> " if block.is_notice else "") + _paragraph(block.runs)
        case Grid():
            return _grid(block, language)
        case Picture():
            image = f"![{_literal(clean(block.alt))}](figures/{block.id}.png)"
            return _captioned(block, image)


def _captioned(block: Grid | Picture, body: str) -> str:
    """Put number and title above a body, and the notes below it."""
    number = _paragraph(styled(block.number, bold=True))
    title = _paragraph(styled(block.title, italic=True))
    parts = [number, title, body, *(_paragraph(note) for note in block.notes)]
    return "\n\n".join(part for part in parts if part)


def _grid(grid: Grid, language: str) -> str:
    columns = columns_of(grid, language)
    heads = [_inline(head) for head in joined_heads(grid)]
    lines = [_line(line, len(heads)) for line in grid.lines]
    table = [heads, [_alignment(column) for column in columns], *lines]
    return _captioned(grid, "\n".join(_row(cells) for cells in table))


def _line(line: GridLine, width: int) -> list[str]:
    stub, *cells = [_inline(cell) for cell in cells_of(line, width)]
    return [_INDENT * line.indent + stub, *cells]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _alignment(column: Column) -> str:
    if column.has_numbers:
        return "---:"
    return ":---:" if column.is_centred else ":---"


def _paragraph(runs: Runs) -> str:
    """Write runs so that their first characters begin no list, rule, quote or heading."""
    text = _inline(runs).strip()
    start = _AT_START.match(text)
    if start is None:
        return text
    place = start.start("sign") if start["sign"] else start.start("stop")
    return f"{text[:place]}\\{text[place:]}"


def _inline(runs: Runs) -> str:
    text = ""
    for run, after in pairwise((*tidy(runs), Run(text=""))):
        text += _run(run, text[-1:], after.text[:1])
    return text


def _run(run: Run, left: str, right: str) -> str:
    """Mark up a run between two characters, its outer spaces left outside the marks."""
    words = run.text.strip()
    if not words:
        return run.text
    before, after = run.text.split(words, maxsplit=1)
    may_star = _takes_star(words[0], before or left) and _takes_star(words[-1], after or right)
    italic, bold = ("*{}*", "**{}**") if may_star else ("<em>{}</em>", "<strong>{}</strong>")
    looks = (
        (italic, run.italic),
        (bold, run.bold),
        ("<sup>{}</sup>", run.raised),
        ("<sub>{}</sub>", run.lowered),
    )
    text = _literal(words)
    for markup, is_used in looks:
        text = markup.format(text) if is_used else text
    return before + text + after


def _takes_star(inner: str, outer: str) -> bool:
    """Say whether a star between these characters is read as emphasis."""
    return outer != "*" and (inner.isalnum() or not outer.strip())


def _literal(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)
