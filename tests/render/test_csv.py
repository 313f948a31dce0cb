import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign_effect.apa.document import Document, Grid, GridLine, Run
from campaign_effect.render.characters import clean
from campaign_effect.render.csv import write

MINUS = "\N{MINUS SIGN}"
BOM = b"\xef\xbb\xbf"
STARTS = (*"=+-@\t\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")

FEW = settings(max_examples=50, deadline=None)  # a shared machine is slow at times


def cell_written(text, language="en"):
    grid = Grid(
        id="t",
        number=(),
        title=(),
        spanners=(),
        heads=((), ()),
        lines=(GridLine(cells=((Run(text="a"),), (Run(text=text),))),),
        notes=(),
    )
    data = write(Document(language=language, title="", blocks=(grid,))).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data), delimiter=";" if language == "id" else ","))
    assert [len(row) for row in rows] == [2, 2]
    return rows[1][1]


def test_table_opens_in_an_indonesian_spreadsheet(alone):
    data = write(alone)
    assert data.startswith(BOM)
    assert data.decode("utf-8-sig") == (
        "Tabel 4.2\r\nEfek Paparan & Kendali\r\n"
        "Prediktor;B;95% CI — LL;95% CI — UL\r\n"
        "Intersep;-1,2;0,14;10,65\r\nPaparan;;;\r\n  Harian;0,71**;1,40;2,95\r\n"
        "n = 412.\r\n**p < ,01.\r\n"
    )


def test_tables_of_a_report_have_an_empty_row_between(report):
    assert b"\r\n\r\nTabel 4.3\r\n" in write(report)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (f"{MINUS}0.12", "en", "-0.12"),
        ("-0.12", "en", "-0.12"),
        (f"{MINUS}.5", "en", "-.5"),
        (f"{MINUS}1,234.5", "en", "-1,234.5"),
        (f"{MINUS}0,12", "id", "-0,12"),
        (f"{MINUS}1.234,5%", "id", "-1.234,5%"),
        ("+5", "en", "+5"),
        (f"{MINUS}0.12*", "en", f"{MINUS}0.12*"),
        ("-0.12-A1", "en", "'-0.12-A1"),
        ("=1+1", "en", "'=1+1"),
        (" =1+1", "en", "' =1+1"),
        ("-1\n+2", "en", "'-1 +2"),
    ],
)
def test_numbers_stay_numbers_and_formulas_become_text(text, language, expected):
    assert cell_written(text, language) == expected


@FEW
@given(st.text(), st.sampled_from(["en", "id"]))
@example("=cmd|' /C calc'!A0", "en")
@example("\uff1dSUM(A1)", "id")
@example("'=1", "en")
def test_any_text_survives_and_no_formula_does(text, language):
    written = cell_written(text, language)
    assert written.replace("-", MINUS).removeprefix("'") == clean(text).replace(
        "-", MINUS
    ).removeprefix("'")
    number = written.replace(".", "").replace(",", "").rstrip("%")
    assert not written.lstrip().startswith(STARTS) or number.lstrip("+-").isdecimal()
