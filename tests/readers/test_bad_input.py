"""Files made to harm or gone wrong: each ends in a clear error or a correct survey."""

import gzip
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

import campaign_effect as ce
from campaign_effect.errors import SourceError, UsageError
from campaign_effect.readers import archives, read_table
from campaign_effect.readers.cells import LONGEST_CELL
from campaign_effect.readers.headers import MOST_COLUMNS, letters


def refused(path, match):
    with pytest.raises(SourceError, match=match) as caught:
        read_table(path)
    said = str(caught.value)
    assert path.name in said
    assert "Hint: " in said
    return said


@pytest.mark.parametrize("mark", ["^", "~", "#", "!", "¦", "§", ":", "&", "::"])
def test_a_separator_that_is_not_read_is_named(written, mark):
    rows = [["Usia", "Desa", "Pilihan"], ["34", "A", "Calon 1"], ["17", "B", "Calon 2"]]
    path = written("\n".join(mark.join(row) for row in rows) + "\n")
    assert repr(mark[0]) in refused(path, "one column, and its cells seem to be separated by")


@pytest.mark.parametrize(
    "text",
    [
        "Pendapat\nSetuju!\nTidak!\n",
        "Alasan: mengapa?\nkarena: dekat\nkarena\n",
        "Pendapat\nya #1\nya #2\n",
    ],
)
def test_prose_with_marks_is_one_column(written, text):
    assert read_table(written(text)).cells.shape[1] == 1


def test_a_separator_can_be_named(written):
    path = written("Usia^Desa\n34^A\n")
    assert read_table(path, delimiter="^").cells.to_numpy().tolist() == [["34", "A"]]


@pytest.mark.parametrize("delimiter", ["", "::", "§", "a", "7", '"', "\n"])
def test_what_cannot_separate_cells_is_refused(written, delimiter):
    with pytest.raises(UsageError, match="cannot separate cells"):
        read_table(written("a,b\n1,2\n"), delimiter=delimiter)


def test_twenty_thousand_columns_are_refused_in_every_form(tmp_path):
    n = 20_000
    frame = pd.DataFrame(np.zeros((1, n)), columns=[f"q{at}" for at in range(n)])
    path = tmp_path / "wide.csv"
    frame.to_csv(path, index=False)
    refused(path, rf"20,000 columns; a survey has at most {MOST_COLUMNS:,}")
    path = tmp_path / "wide.parquet"
    frame.to_parquet(path)
    refused(path, "20,000 columns")
    with pytest.raises(SourceError, match="20,000 columns"):
        read_table(frame)
    names = "".join(
        f'<c r="{letters(at)}{{row}}" t="inlineStr"><is><t>q{at}</t></is></c>'
        for at in range(n)
    )
    rows = "".join(f'<row r="{row}">{names.format(row=row)}</row>' for row in (1, 2))
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        f'spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    )
    path = workbook_part(tmp_path / "wide.xlsx", "xl/worksheets/sheet1.xml", sheet)
    refused(path, "20,000 columns")
    path = tmp_path / "wide.dta"
    frame.to_stata(path, version=119, write_index=False)
    refused(path, "20,000 columns")


def test_a_cell_of_two_hundred_megabytes_is_refused(tmp_path):
    path = tmp_path / "cell.csv"
    with path.open("wb") as stream:
        stream.write(b'a,b\n1,"')
        for _ in range(200):
            stream.write(b"x" * 1_000_000)
        stream.write(b'"\n2,y\n')
    refused(path, "row 2.* column 'b'")


LONG = "x" * (LONGEST_CELL + 1)


@pytest.mark.parametrize("form", ["csv", "xlsx", "dta", "parquet"])
def test_a_long_cell_is_refused_by_file_row_and_column(tmp_path, form):
    path = tmp_path / f"cell.{form}"
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["k", LONG]})
    if form == "csv":
        frame.to_csv(path, index=False)
    elif form == "dta":
        frame.to_stata(path, version=118, convert_strl=["b"], write_index=False)
    elif form == "parquet":
        frame.to_parquet(path)
    else:
        cell = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'.format
        texts = {"A1": "a", "B1": "b", "A2": "x", "B2": "k", "A3": "y", "B3": LONG}
        rows = "".join(
            f'<row r="{row}">{cell(f"A{row}", texts[f"A{row}"])}'
            f"{cell(f'B{row}', texts[f'B{row}'])}</row>"
            for row in (1, 2, 3)
        )
        sheet = (
            '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
            f'spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
        )
        workbook_part(path, "xl/worksheets/sheet1.xml", sheet)
    row = 1 if form == "parquet" else 3
    refused(path, f"row {row}: the cell of the column 'b' is longer than 1,000,000 bytes")


def test_the_longest_text_of_an_spss_file_is_read(tmp_path):
    path = tmp_path / "cell.sav"
    longest = "x" * 32_000
    pyreadstat.write_sav(pd.DataFrame({"a": ["x"], "b": [longest]}), str(path))
    assert read_table(path).cells["b"].tolist() == [longest]


def test_a_long_cell_of_a_data_frame_is_refused():
    for dtype in (object, "str", "category"):
        frame = pd.DataFrame({"a": ["x", LONG]}, dtype=dtype)
        with pytest.raises(SourceError, match="row 1: the cell of the column 'a'"):
            read_table(frame)


def test_a_zipped_cell_of_two_hundred_megabytes_is_a_bomb(tmp_path):
    path = tmp_path / "cell.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as stream:
        stream.write(b"a,b\n1,")
        for _ in range(60):
            stream.write(b"x" * 1_000_000)
    refused(path, "unpacks to more than")


def workbook_part(path, name, content):
    """Put a part into a workbook in place of the one it has."""
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    whole = path.with_name("whole.xlsx")
    book.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, content if one == name else old.read(one))
    return path


def test_an_xlsx_bomb_is_refused(tmp_path):
    content = b"<sst>" + b" " * 80_000_000 + b"</sst>"
    path = workbook_part(tmp_path / "bomb.xlsx", "xl/styles.xml", content)
    refused(path, "unpacks to more than")


def test_a_workbook_whose_sheet_is_cut_off_is_refused(tmp_path):
    path = workbook_part(
        tmp_path / "cut.xlsx", "xl/worksheets/sheet1.xml", b"<worksheet><sheet"
    )
    refused(path, "cannot be read as an Excel workbook|holds only blank sheets")


def test_a_formula_cell_is_the_value_it_last_had(tmp_path):
    path = tmp_path / "formula.xlsx"
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x1</t>'
        b'</is></c><c r="B1" t="inlineStr"><is><t>x2</t></is></c></row><row r="2">'
        b'<c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><v>5</v></c></row></sheetData></worksheet>'
    )
    table = read_table(workbook_part(path, "xl/worksheets/sheet1.xml", sheet))
    assert table.cells.to_numpy().tolist() == [["2", "5"]]


def test_a_formula_that_was_never_computed_is_refused_by_its_cell(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Jawaban & lain"
    for row in (["x1", "x2"], [1, 2], [3, "=A3+1"]):
        book.active.append(row)
    book.save(tmp_path / "formula.xlsx")
    refused(
        tmp_path / "formula.xlsx", "sheet 'Jawaban & lain', cell B3: a formula that was never"
    )


def test_a_formula_on_another_sheet_does_no_harm(tmp_path):
    book = openpyxl.Workbook()
    for row in (["x1", "x2"], [1, 2]):
        book.active.append(row)
    book.create_sheet("Ringkasan").append(["Rerata", "=AVERAGE(Sheet!A2)"])
    path = tmp_path / "formula.xlsx"
    book.save(path)
    assert read_table(path).cells.to_numpy().tolist() == [["1", "2"]]


def test_a_formula_that_gives_no_text_is_a_blank(tmp_path):
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x1</t>'
        b'</is></c><c r="B1" t="inlineStr"><is><t>x2</t></is></c></row><row r="2">'
        b'<c r="A2" s="1" t="str"><f>IF(1=1,"","a")</f><v></v></c><c r="B2"><v>5</v></c></row>'
        b"</sheetData></worksheet>"
    )
    path = workbook_part(tmp_path / "blank.xlsx", "xl/worksheets/sheet1.xml", sheet)
    assert read_table(path).cells.to_numpy().tolist() == [["", "5"]]


def test_text_that_looks_like_a_formula_stays_text(written):
    table = read_table(written("a,b\n=1+1,@x\n+62,-3\n"))
    assert table.cells["a"].tolist() == ["=1+1", "+62"]


def test_headers_that_repeat_or_are_empty_end_in_a_correct_survey(written):
    path = written("Q,,Q\n1,2,3\n4,5,5\n")
    items = [{"name": f"x{at}", "column": name} for at, name in enumerate(["Q", "Q (2)"])]
    schema = ce.read_schema("pilkades").model_validate(
        {
            "name": "s",
            "scales": [{"name": "p", "points": [{"code": c} for c in range(1, 6)]}],
            "constructs": [{"name": "c", "scale": "p", "items": items}],
        }
    )
    survey = ce.read_survey(path, schema)
    assert survey.answers.to_numpy().tolist() == [[1, 3], [4, 5]]
    assert {"blank_headers", "repeated_headers"} <= {one.code for one in survey.notices}


@pytest.mark.parametrize("place", ["header", "body"])
def test_nul_bytes_are_refused(written, place):
    text = "a\0,b\n1,2\n" if place == "header" else "a,b\n" + "1,2\n" * 500 + "1,\0\n"
    refused(written(text), "NUL bytes, first in line")


def test_a_nul_character_in_a_cell_is_refused_in_every_form(tmp_path):
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["k", "x\0y"]})
    frame.to_parquet(tmp_path / "nul.parquet")
    refused(tmp_path / "nul.parquet", "row 1: the cell of the column 'b' holds a NUL character")
    with pytest.raises(SourceError, match="row 1: the cell of the column 'b' holds a NUL"):
        read_table(frame)
    path = tmp_path / "nul.csv"
    path.write_bytes("a,b\nx\0y,1\n".encode("utf-16"))
    refused(path, "NUL bytes, first in line 2")


@pytest.mark.parametrize("form", ["xlsx", "sav", "dta", "parquet"])
def test_every_form_of_file_that_grows_while_it_is_read_is_refused(tmp_path, form, monkeypatch):
    path = tmp_path / f"growing.{form}"
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    {
        "xlsx": lambda: frame.to_excel(path, index=False),
        "sav": lambda: pyreadstat.write_sav(frame, str(path)),
        "dta": lambda: frame.to_stata(path, write_index=False),
        "parquet": lambda: frame.to_parquet(path),
    }[form]()
    from campaign_effect import readers

    whole = readers._from_file

    def slow(*args):
        found = whole(*args)
        with path.open("ab") as stream:
            stream.write(b"more")
        return found

    monkeypatch.setattr(readers, "_from_file", slow)
    refused(path, "changed while it was read")


def test_columns_that_share_a_name_are_told_apart_or_refused(tmp_path):
    cells = [pa.array([1]), pa.array([2]), pa.array([3])]
    table = pa.Table.from_arrays(cells, names=["Q", "", "Q"])
    pq.write_table(table, tmp_path / "twice.parquet")
    found = read_table(tmp_path / "twice.parquet")
    assert [one.name for one in found.columns] == ["Q", "Column B", "Q (2)"]
    with pytest.raises(SourceError, match="share a name"):
        read_table(table)


def test_a_file_that_grows_while_it_is_read_is_refused(written, monkeypatch):
    path = written("a,b\n" + "1,2\n" * 1000)
    from campaign_effect.readers import delimited

    whole = delimited.find_dialect

    def slow(*args, **options):
        with path.open("a") as stream:
            stream.write("3,4\n")
        return whole(*args, **options)

    monkeypatch.setattr(delimited, "find_dialect", slow)
    refused(path, "changed while it was read")


def test_a_folder_of_zips_in_zips_is_refused(tmp_path):
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "inner.zip")
    with pytest.raises(SourceError):
        read_table(path)


def test_the_bounds_of_archives_are_what_the_errors_say():
    assert archives.MOST_RATIO * 200_000 == archives._FREE_BYTES
