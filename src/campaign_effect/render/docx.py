"""Documents as Word files."""

from __future__ import annotations

import io
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from campaign_effect.apa.document import Document, Grid, Heading, Paragraph, Picture, Runs
from campaign_effect.render.characters import clean, plain
from campaign_effect.render.docx_elements import element, paragraph
from campaign_effect.render.docx_package import new_file, to_bytes
from campaign_effect.render.docx_table import table
from campaign_effect.render.fit import picture_width, turned

if TYPE_CHECKING:
    from docx.document import Document as WordFile

_NUMBER: Final = "TableNumber"
_TITLE: Final = "TableTitle"
_NOTE: Final = "TableNote"


def write(document: Document) -> bytes:
    """Write a document as a Word file.

    Parameters
    ----------
    document : Document
        A report or a single table.

    Returns
    -------
    bytes
        The same for the same document at any time. Tables fit the page; wide ones stand on
        turned pages. Figures carry their words for those who cannot see them.

    Examples
    --------
    >>> write(Document(language="en", title="", blocks=()))[:2]
    b'PK'
    """
    file = new_file(document)
    is_turned = False
    for place, (block, turns) in enumerate(zip(document.blocks, turned(document), strict=True)):
        if turns != is_turned and place:
            _end_section(file, is_turned=is_turned)
        is_turned = turns
        _add(file, block, document.language)
    _turn(file.sections[-1]._sectPr, is_turned=is_turned)
    return to_bytes(file)


def _add(file: WordFile, block: Heading | Paragraph | Grid | Picture, language: str) -> None:
    match block:
        case Heading():
            _append(file, paragraph(block.runs, f"Heading{block.level}"))
        case Paragraph():
            _append(file, paragraph(block.runs, "Notice" if block.is_notice else "Normal"))
        case Grid():
            _add_caption(file, block)
            _append(file, table(block, language))
            _add_notes(file, block.notes or ((),))  # Word needs a paragraph after a table
        case Picture():
            _add_caption(file, block)
            _add_drawing(file, block)
            _add_notes(file, block.notes)


def _append(file: WordFile, made: Any) -> None:
    file.element.body.sectPr.addprevious(made)


def _add_caption(file: WordFile, block: Grid | Picture) -> None:
    """Put number and title above a table or figure, on the same page."""
    for runs, style in ((block.number, _NUMBER), (block.title, _TITLE)):
        if plain(runs):
            _append(file, paragraph(runs, style, keep_next=True))


def _add_notes(file: WordFile, notes: tuple[Runs, ...]) -> None:
    """Put each note in its own paragraph, the last with space below it."""
    for place, note in enumerate(notes, start=1):
        is_last = place == len(notes)
        space = element("spacing", after=320) if is_last else None
        _append(
            file, paragraph(note, _NOTE, element("keepLines"), space, keep_next=not is_last)
        )


def _add_drawing(file: WordFile, picture: Picture) -> None:
    from docx.shared import Inches

    width = Inches(picture_width(picture))
    shape = file.add_picture(io.BytesIO(picture.png), width=width)
    inline: Any = shape._inline
    inline.docPr.set("descr", clean(picture.alt))
    inline.docPr.set("name", picture.id)
    for side in "TBLR":
        inline.set(f"dist{side}", "0")  # else some programs move it off the margin
    file.paragraphs[-1].paragraph_format.keep_with_next = bool(picture.notes)


def _end_section(file: WordFile, *, is_turned: bool) -> None:
    """End a section in the last paragraph, so that no empty one is needed for it."""
    body = file.element.body
    section = deepcopy(body.sectPr)
    _turn(section, is_turned=is_turned)
    body.sectPr.getprevious().get_or_add_pPr().append(section)


def _turn(section: Any, *, is_turned: bool) -> None:
    from docx.enum.section import WD_ORIENT

    short, long = sorted((section.page_width, section.page_height))
    section.page_width, section.page_height = (long, short) if is_turned else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if is_turned else WD_ORIENT.PORTRAIT
