"""Documents as plain text of fixed width, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
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
from campaign_effect.render.characters import cells_wide, plain, tidy
from campaign_effect.render.columns import Column, Fill, cells_of, columns_of, spanners_of

_LINE: Final = 88
_MOST_WORDS: Final = 44  # places of a column of words before it is broken into lines
_GAP: Final = "  "
_RULE: Final = "─"
_INDENT: Final = "  "
_DIGITS: Final = "0123456789+-\N{MINUS SIGN}=()"
_RAISED: Final = str.maketrans(
    _DIGITS + "abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
)
_LOWERED: Final = str.maketrans(_DIGITS, "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def write(document: Document) -> bytes:
    r"""Write a document as plain text.

    Parameters
    ----------
    document : Document
        A report or a single table.

    Returns
    -------
    bytes
        UTF-8. Italics and bold are lost; raised digits and letters are kept where Unicode has
        them. A figure is told by its number, title and the words for those who cannot see it.

    Examples
    --------
    >>> block = Paragraph(runs=(Run(text="Ya."),))
    >>> write(Document(language="id", title="", blocks=(block,))).decode()
    'Ya.\n'
    """
    parts = [_block(block, document.language) for block in document.blocks]
    return ("\n\n".join(parts) + "\n").encode()


def flat(runs: Runs) -> str:
    """Give runs as one line of characters, raised and lowered ones where Unicode has them.

    Parameters
    ----------
    runs : tuple of Run
        Of a cell, head or note.

    Returns
    -------
    str
        Without italics and bold.

    Examples
    --------
    >>> flat((Run(text="R"), Run(text="2", raised=True)))
    'R²'
    """
    return "".join(_flat_run(run) for run in tidy(runs))


def _flat_run(run: Run) -> str:
    if run.raised:
        return run.text.translate(_RAISED)
    return run.text.translate(_LOWERED) if run.lowered else run.text


def _block(block: Heading | Paragraph | Grid | Picture, language: str) -> str:
    match block:
        case Heading():
            return _heading(block)
        case Paragraph():
            return _paragraph(block.runs, first="! " if block.is_notice else "")
        case Grid():
            return _grid(block, language)
        case Picture():
            parts = (block.number, block.title, (Run(text=block.alt),), *block.notes)
            return "\n".join(_paragraph(part) for part in parts if plain(part))


def _heading(heading: Heading) -> str:
    text = flat(heading.runs)
    rule = {1: "═", 2: _RULE}.get(heading.level, "")
    return f"{text}\n{rule * cells_wide(text)}".rstrip()


def _paragraph(runs: Runs, first: str = "") -> str:
    lines = _wrapped(flat(runs), _LINE - len(first))
    margins = [first, *[" " * len(first)] * len(lines)]
    return "\n".join(margin + line for margin, line in zip(margins, lines, strict=False))


def _grid(grid: Grid, language: str) -> str:
    layout = _laid_out(grid, language)
    rule = _RULE * layout.total
    rows = [layout.row(line, row) for row, line in enumerate(grid.lines)]
    caption = [_paragraph(part) for part in (grid.number, grid.title) if plain(part)]
    notes = [_paragraph(note) for note in grid.notes]
    heads = [*_spanner_lines(grid, layout), *layout.heads(grid)]
    lines = [*caption, rule, *heads, rule, *chain.from_iterable(rows), rule, *notes]
    return "\n".join(line.rstrip() for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """The columns of a table and the places each takes."""

    columns: tuple[Column, ...]
    widths: tuple[int, ...]

    @property
    def total(self) -> int:
        return _together(self.widths)

    def heads(self, grid: Grid) -> list[str]:
        """Lay out the heads, standing on the rule below them."""
        blocks = [
            _wrapped(flat(head), width)
            for head, width in zip(grid.heads, self.widths, strict=True)
        ]
        height = max((len(block) for block in blocks), default=0)
        return self._side_by_side([[""] * (height - len(block)) + block for block in blocks])

    def row(self, line: GridLine, row: int) -> list[str]:
        """Lay out a line; words that are too long go on below."""
        margin = _INDENT * line.indent
        if line.is_heading:
            return _hung(flat(cells_of(line, 1)[0]), self.total, margin)
        texts = [
            _filled(cell, column.fills[row])
            for cell, column in zip(cells_of(line, len(self.widths)), self.columns, strict=True)
        ]
        blocks = [_hung(texts[0], self.widths[0], margin)] if texts else []
        blocks += [
            _fitted(text, width) for text, width in zip(texts[1:], self.widths[1:], strict=True)
        ]
        return self._side_by_side(blocks)

    def _side_by_side(self, blocks: Sequence[Sequence[str]]) -> list[str]:
        return [
            _GAP.join(
                _placed(text, width, is_centred=column.is_centred)
                for text, width, column in zip(texts, self.widths, self.columns, strict=True)
            )
            for texts in zip_longest(*blocks, fillvalue="")
        ]


def _laid_out(grid: Grid, language: str) -> _Layout:
    """Give every column the places of its widest cell, or of its words up to a limit."""
    columns = columns_of(grid, language)
    widths = [
        max(_body_width(grid, place, column), _longest_word(grid.heads[place]))
        for place, column in enumerate(columns)
    ]
    for spanner in spanners_of(grid):
        over = widths[spanner.first : spanner.last + 1]
        lacking = max(cells_wide(flat(spanner.runs)) - _together(over), 0)
        widths[spanner.last] += lacking
    return _Layout(columns=columns, widths=tuple(widths))


def _body_width(grid: Grid, place: int, column: Column) -> int:
    texts = [
        (_INDENT * line.indent if place == 0 else "")
        + _filled(cells_of(line, len(grid.heads))[place], fill)
        for line, fill in zip(grid.lines, column.fills, strict=True)
        if not line.is_heading
    ]
    widest = max(map(cells_wide, texts), default=0)
    return widest if column.has_numbers else min(widest, _MOST_WORDS)


def _longest_word(head: Runs) -> int:
    return max(map(cells_wide, flat(head).split()), default=0)


def _spanner_lines(grid: Grid, layout: _Layout) -> list[str]:
    """Write the upper heads and a rule under each, as wide as its columns."""
    spanners = spanners_of(grid)
    if not spanners:
        return []
    words, rules = "", ""
    for spanner in spanners:
        start = _together(layout.widths[: spanner.first]) + len(_GAP) * (spanner.first > 0)
        width = _together(layout.widths[spanner.first : spanner.last + 1])
        words = _up_to(words, start) + _placed(flat(spanner.runs), width, is_centred=True)
        rules = _up_to(rules, start) + _RULE * width
    return [words, rules]


def _together(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * max(len(widths) - 1, 0)


def _filled(cell: Runs, fill: Fill) -> str:
    """Put the spaces around a cell that line it up."""
    return " " * len(plain(fill.before)) + flat(cell) + " " * len(plain(fill.after))


def _fitted(text: str, width: int) -> list[str]:
    return [text] if cells_wide(text) <= width else _wrapped(text, width)


def _hung(text: str, width: int, margin: str) -> list[str]:
    """Break a stub into lines, the later ones set in."""
    lines = _fitted(text, width - len(margin))
    if len(lines) > 1:
        lines = _wrapped(text, max(width - len(margin + _INDENT), 1))
    return [margin + (_INDENT if place else "") + line for place, line in enumerate(lines)]


def _placed(text: str, width: int, *, is_centred: bool) -> str:
    """Fill a text up to a width; what does not divide by two goes to the right."""
    free = max(width - cells_wide(text), 0)
    left = free // 2 if is_centred else 0
    return " " * left + text + " " * (free - left)


def _up_to(text: str, width: int) -> str:
    return text + " " * (width - cells_wide(text))


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most ``width`` places, at spaces where there are any."""
    lines = [""]
    for word in text.split(" "):
        joint = " " if lines[-1] else ""
        if cells_wide(lines[-1] + joint + word) <= width:
            lines[-1] += joint + word
            continue
        *full, rest = _chopped(word, width)
        lines = [*(line for line in lines if line), *full, rest]
    return lines


def _chopped(word: str, width: int) -> list[str]:
    """Cut a word longer than a line into pieces."""
    pieces = [""]
    for character in word:
        if pieces[-1] and cells_wide(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
