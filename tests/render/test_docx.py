import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document as open_file
from docx.oxml.ns import qn
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign_effect.apa.document import Document, Grid, GridLine, Run
from campaign_effect.render.characters import clean, plain
from campaign_effect.render.docx import write
from campaign_effect.render.docx_package import new_file
from campaign_effect.render.docx_table import table
from campaign_effect.render.fit import LANDSCAPE_INCHES, PORTRAIT_INCHES, picture_width

FEW = settings(max_examples=20, deadline=None)  # each example is a file of its own
TWIPS = 1440
EMU_PER_INCH = 914_400
ROUNDING_TWIPS = 20  # one for each column of the widest table
CELL_ORDER = ("tcW", "gridSpan", "tcBorders", "tcMar", "vAlign")
RUN_ORDER = ("b", "bCs", "i", "iCs", "sz", "szCs", "vertAlign")
PARAGRAPH_ORDER = ("pStyle", "keepNext", "keepLines", "pBdr", "spacing", "ind", "jc", "sectPr")


@pytest.fixture(scope="module")
def word(report):
    return open_file(io.BytesIO(write(report)))


def names(element):
    return [child.tag.rpartition("}")[2] for child in element]


def borders(cell):
    found = cell._tc.find(f".//{qn('w:tcBorders')}")
    return (
        {}
        if found is None
        else {n: c.get(qn("w:sz")) for n, c in zip(names(found), found, strict=True)}
    )


def test_number_and_title_stand_above_the_table_on_its_page(word):
    number, title = (
        next(p for p in word.paragraphs if p.text == text)
        for text in ("Tabel 4.2", "Efek Paparan & Kendali")
    )
    assert (number.style.name, number.style.font.bold) == ("Table Number", True)
    assert (title.style.name, title.style.font.italic) == ("Table Title", True)
    assert number.paragraph_format.keep_with_next
    assert title.paragraph_format.keep_with_next
    assert number._p.getnext() is title._p
    assert title._p.getnext() is word.tables[0]._tbl


def test_each_note_is_a_paragraph_of_its_own(word):
    notes = [p.text for p in word.paragraphs if p.style.name == "Table Note" and p.text]
    assert notes[:2] == ["n = 412.", "**p < ,01."]


def test_rules_are_at_the_top_under_the_heads_and_at_the_bottom_only(word):
    rows = word.tables[0].rows
    assert [borders(cell) for cell in rows[0].cells] == [{"top": "8"}] * 4
    assert [borders(cell) for cell in rows[1].cells] == [{"bottom": "4"}] * 4
    assert [borders(cell) for cell in rows[2].cells] == [{}] * 4
    assert [borders(cell) for cell in rows[4].cells] == [{"bottom": "8"}] * 4
    ruled = [c.text for c in rows[0].cells if c._tc.find(f".//{qn('w:pBdr')}") is not None]
    assert ruled == ["95% CI"] * 2  # the one cell over two columns


def test_heads_are_repeated_and_no_row_is_split(word):
    shapes = [names(row._tr.trPr) for row in word.tables[0].rows]
    assert shapes == [["cantSplit", "tblHeader"]] * 2 + [["cantSplit"]] * 3


def test_tables_fit_their_pages(word):
    for made, inches in zip(word.tables, (PORTRAIT_INCHES, LANDSCAPE_INCHES), strict=True):
        grid = [int(c.get(qn("w:w"))) for c in made._tbl.tblGrid]
        assert sum(grid) <= inches * TWIPS + ROUNDING_TWIPS
        for row in made._tbl.tr_lst:
            widths = [int(cell.tcPr.find(qn("w:tcW")).get(qn("w:w"))) for cell in row.tc_lst]
            assert sum(widths) == sum(grid)
            assert sum(cell.grid_span for cell in row.tc_lst) == len(grid)


def test_wide_tables_stand_on_turned_pages_with_their_heading(word):
    pages = [section.page_width > section.page_height for section in word.sections]
    assert pages == [False, True, False]
    sections = [
        p.text for p in word.paragraphs if p._p.find(f".//{qn('w:sectPr')}") is not None
    ]
    assert sections == ["Catatan gambar.", ""]


@pytest.mark.parametrize(
    ("tag", "order"), [("tcPr", CELL_ORDER), ("rPr", RUN_ORDER), ("pPr", PARAGRAPH_ORDER)]
)
def test_properties_stand_in_the_order_of_the_schema(word, tag, order):
    elements = list(word.element.body.iter(qn(f"w:{tag}")))
    assert elements
    for element in elements:
        found = [name for name in names(element) if name in order]
        assert found == sorted(found, key=order.index)


def test_every_cell_is_one_paragraph(word):
    for cell in word.element.body.iter(qn("w:tc")):
        assert names(cell) == ["tcPr", "p"]


def test_pictures_are_read_out(word):
    found = [shape._inline.docPr for shape in word.inline_shapes]
    assert [p.get("descr") for p in found] == ['Naik dari 1 ke 2 & "tajam"'] * 2
    assert len({p.get("id") for p in found}) == 2


def test_a_tall_picture_stands_on_one_page(picture):
    tall = replace(picture, width=6.5, height=10.0)
    file = open_file(io.BytesIO(write(Document(language="en", title="", blocks=(tall,)))))
    (shape,) = file.inline_shapes
    assert shape.width / EMU_PER_INCH == pytest.approx(
        picture_width(tall), abs=1 / EMU_PER_INCH
    )


def test_headings_have_the_styles_of_word(word):
    found = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith("Head")]
    assert found == [("Heading 1", "Laporan"), ("Heading 2", "Efek"), ("Heading 2", "Lampiran")]


def test_pages_are_numbered_at_the_top(word):
    assert 'instr="PAGE"' in word.sections[0].header._element.xml


def test_no_element_has_its_properties_twice(word):
    parts = (word.element, word.sections[0].header._element, word.settings.element)
    for element in (element for part in parts for element in part.iter()):
        found = [name for name in names(element) if name.endswith("Pr") or name == "compat"]
        assert len(found) == len(set(found))


def test_word_lays_it_out_as_a_new_file(word):
    modes = [
        setting.get(qn("w:val"))
        for setting in word.settings.element.iter(qn("w:compatSetting"))
        if setting.get(qn("w:name")) == "compatibilityMode"
    ]
    assert modes == ["15"]


def test_file_names_its_title_and_language_but_no_person_or_day(report):
    data = write(report)
    properties = open_file(io.BytesIO(data)).core_properties
    assert (properties.title, properties.language) == ("Laporan <survei>", "id")
    assert (properties.author, properties.last_modified_by, properties.comments) == ("",) * 3
    assert properties.created is None
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {entry.date_time[:3] for entry in package.infolist()} == {(1980, 1, 1)}


def test_marks_stay_raised(word):
    run = word.tables[0].rows[4].cells[1].paragraphs[0].runs[-1]
    assert (run.text, run.font.superscript) == ("**", True)


@FEW
@given(st.lists(st.builds(Run, text=st.text(), italic=st.booleans())).map(tuple))
@example((Run(text="a\tb\r\nc\x00\x0b]]>&<w:t>"),))
def test_any_text_survives_in_a_cell(runs):
    lines = (GridLine(cells=((Run(text="stub"),), runs)),)
    grid = Grid(
        id="t", number=(), title=runs, spanners=(), heads=((), ()), lines=lines, notes=()
    )
    file = new_file(Document(language="en", title="", blocks=()))
    file.element.body.sectPr.addprevious(table(grid, "en"))
    saved = io.BytesIO()
    file.save(saved)
    rows = open_file(saved).tables[0].rows
    assert [cell.text for cell in rows[1].cells] == ["stub", plain(runs)]


def test_any_title_fits_the_properties_of_the_file():
    title = "Judul \x00 " + "panjang " * 100
    data = write(Document(language="id", title=title, blocks=()))
    assert open_file(io.BytesIO(data)).core_properties.title == clean(title)[:255]
