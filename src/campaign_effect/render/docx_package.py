"""An empty Word file in APA's look, and the bytes of one that depend on nothing but itself."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from campaign_effect.apa.document import Document
from campaign_effect.render.characters import clean
from campaign_effect.render.docx_elements import element

if TYPE_CHECKING:
    from docx.document import Document as WordFile

_FACE: Final = "Times New Roman"
_LOCALES: Final = {"id": "id-ID", "en": "en-US"}
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # a zip file knows no earlier day
_DATES_AND_PEOPLE: Final = ("created", "modified", "creator", "lastModifiedBy", "description")
_WORD_2013: Final = "15"  # the newest way of laying out; without it Word falls back to 2007's


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How paragraphs of a style look: sizes and spaces in points, lines in multiples."""

    points: float
    before: float = 0
    after: float = 0
    line: float = 1.0
    bold: bool = False
    italic: bool = False
    centred: bool = False


_LOOKS: Final = {
    "Normal": _Look(points=12, after=8, line=1.15),
    "Heading 1": _Look(points=16, after=14, bold=True, centred=True),
    "Heading 2": _Look(points=13, before=20, after=6, bold=True),
    "Heading 3": _Look(points=12, before=14, after=4, bold=True, italic=True),
    "Table Number": _Look(points=12, before=14, bold=True),
    "Table Title": _Look(points=12, after=5, italic=True),
    "Table Text": _Look(points=11, before=1.5, after=1.5),
    "Table Note": _Look(points=10, before=3),
    "Notice": _Look(points=11, before=4, after=12, line=1.1),
}


def new_file(document: Document) -> WordFile:
    """Make an empty Word file with its page, styles, language and properties.

    Parameters
    ----------
    document : Document
        Gives language and title.

    Returns
    -------
    docx.document.Document
        A4 with margins of one inch and the page number at the top right, as APA asks.

    Examples
    --------
    >>> new_file(Document(language="id", title="Laporan", blocks=())).core_properties.title
    'Laporan'
    """
    from docx import Document as open_file

    file = open_file(io.BytesIO(_template(document.language)))
    _set_properties(file, document)
    return file


@cache
def _template(language: str) -> bytes:
    """Make the page and the styles of a language once: a report has many files."""
    from docx import Document as open_file

    file, made = open_file(), io.BytesIO()
    _set_page(file)
    _set_styles(file, _LOCALES.get(language, language))
    file.save(made)
    return made.getvalue()


def to_bytes(file: WordFile) -> bytes:
    """Give the bytes of a Word file, the same for the same content at any time.

    Parameters
    ----------
    file : docx.document.Document
        A finished file.

    Returns
    -------
    bytes
        A zip file whose entries are all of one day.

    Examples
    --------
    >>> document = Document(language="en", title="", blocks=())
    >>> to_bytes(new_file(document)) == to_bytes(new_file(document))
    True
    """
    saved, dated = io.BytesIO(), io.BytesIO()
    file.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(dated, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # of no operating system
            target.writestr(entry, source.read(name))
    return dated.getvalue()


def _set_page(file: WordFile) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Inches, Mm

    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Inches(1)
    section.top_margin = section.bottom_margin = Inches(1)
    section.header_distance = Inches(0.5)
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    header._p.append(element("fldSimple", element("r", element("t")), instr="PAGE"))


def _set_styles(file: WordFile, locale: str) -> None:
    """Set the type of text, headings, tables, notes and notices."""
    defaults = file.styles.element.find(".//{*}rPrDefault/{*}rPr")
    if defaults is not None:
        for child in list(defaults):
            defaults.remove(child)
        defaults.extend([_face(), element("sz", val=24), element("szCs", val=24)])
        defaults.append(element("lang", val=locale, eastAsia=locale, bidi="ar-SA"))
    for name, look in _LOOKS.items():
        _set_style(file, name, look)
    _set_apart(file.styles["Notice"])


def _set_style(file: WordFile, name: str, look: _Look) -> None:
    """Set one paragraph style, made first if Word has none of the name."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    if name not in file.styles:
        file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style: Any = file.styles[name]
    shape = style.element.get_or_add_rPr()
    for child in list(shape):
        shape.remove(child)
    shape.append(_face())
    style.font.size, style.font.bold, style.font.italic = (
        Pt(look.points),
        look.bold,
        look.italic,
    )
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(look.before), Pt(look.after)
    layout.line_spacing, layout.widow_control = look.line, True
    layout.alignment = WD_ALIGN_PARAGRAPH.CENTER if look.centred else WD_ALIGN_PARAGRAPH.LEFT


def _face() -> Any:
    return element("rFonts", ascii=_FACE, hAnsi=_FACE, eastAsia=_FACE, cs=_FACE)


def _set_apart(style: Any) -> None:
    """Give a style a line at its left side."""
    from docx.shared import Inches

    style.paragraph_format.left_indent = Inches(0.2)
    style.paragraph_format.keep_together = True
    rule = element("left", val="single", sz=18, space=8, color="B0741A")
    spacing = style.element.pPr.find("{*}spacing")
    spacing.addprevious(element("pBdr", rule))


def _set_properties(file: WordFile, document: Document) -> None:
    """Name title and language, and forget who made the template and when."""
    from docx.oxml.ns import qn

    properties = file.core_properties
    properties.title, properties.language = clean(document.title)[:255], document.language
    core = properties._element
    for name in _DATES_AND_PEOPLE:
        for found in core.findall(f"{{*}}{name}"):
            core.remove(found)
    for setting in file.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), _WORD_2013)
