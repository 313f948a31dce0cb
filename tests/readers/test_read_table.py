"""What each source's quirks become, and the errors of files that are no survey."""

import gzip
import hashlib
import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from campaign_effect.errors import SourceError, UsageError
from campaign_effect.readers import read_table
from campaign_effect.readers.intact import intact

CSV = "x1,x2\nSetuju,5\n,3\n"


def refused(path, match, **options):
    with pytest.raises(SourceError, match=match) as caught:
        read_table(path, **options)
    assert path.name in str(caught.value)
    return str(caught.value)


def columns(table):
    return table.cells.to_dict("list")


def codes(table):
    return [notice.code for notice in table.notices]


def test_cells_stay_text_and_rows_are_numbered_as_in_a_spreadsheet(written):
    table = read_table(written(CSV))
    assert columns(table) == {"x1": ["Setuju", ""], "x2": ["5", "3"]}
    assert table.cells.index.tolist() == [2, 3]
    assert set(table.cells.dtypes) == {pd.StringDtype(na_value=np.nan)}


def test_blank_lines_are_no_rows_but_are_counted(written):
    table = read_table(written("a,b\n\n1,2\r\n\r\n3,4\n\n\n"))
    assert table.cells.index.tolist() == [3, 5]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,b\n1,"x\ny"\n3,4\n', [2, 3]),
        ('a,b\r\n1,"x\r\ny"\r\n\r\n3,4\r\n', [2, 4]),
        ("a,b\r1,2\r\r3,4", [2, 4]),
        ('a,b\n1,"x\n\ny"\n3,4', [2, 3]),
    ],
)
def test_a_line_break_inside_a_cell_is_no_row(written, text, rows):
    assert read_table(written(text)).cells.index.tolist() == rows


def test_a_row_of_blanks_is_kept(written):
    assert columns(read_table(written("a,b\n,\n1,2\n"))) == {"a": ["", "1"], "b": ["", "2"]}


def test_an_indonesian_excel_file_is_read_with_its_decimal_comma(shared):
    table = read_table(shared("fixtures/excel_id_cp1252.csv"))
    found = table.source
    assert (found.encoding, found.delimiter, found.decimal) == ("cp1252", ";", ",")
    assert table.cells["Bobot"].tolist() == ["1,25", "0,80"]
    assert table.cells["Catatan"].tolist() == ["Calon “Pak Budi” \u2013 baik", "\u2014"]


def test_decimal_commas_beat_the_comma_as_delimiter(written):
    source = read_table(written("x;y\n1,5;2,5\n3,5;4,25\n")).source
    assert (source.delimiter, source.decimal) == (";", ",")


def test_checkbox_cells_are_no_decimals(written):
    assert read_table(written('a,b\n"1,2",x\n"1,2,3",y\n')).source.decimal == "."


def test_a_comma_in_prose_is_no_delimiter(written):
    table = read_table(written("Alasan\nya, benar, sekali\nia, memang, begitu\n"))
    assert columns(table) == {"Alasan": ["ya, benar, sekali", "ia, memang, begitu"]}


def test_the_announcement_of_the_delimiter_is_no_row(written):
    table = read_table(written("sep=;\na;b\n1;2\n"))
    assert columns(table) == {"a": ["1"], "b": ["2"]}
    assert table.cells.index.tolist() == [3]


def test_title_rows_are_passed_over_and_said(written):
    table = read_table(written("Laporan Pilkades;;\n;;\nNo;Usia;Desa\n1;34;A\n"))
    assert (columns(table), codes(table)) == (
        {"No": ["1"], "Usia": ["34"], "Desa": ["A"]},
        ["title_rows"],
    )
    assert table.cells.index.tolist() == [4]


def test_headers_are_made_unique_and_said(written):
    table = read_table(written(",Q,Q,Q (2),Q\n1,2,3,4,5\n"))
    assert list(table.cells) == ["Column A", "Q", "Q (3)", "Q (2)", "Q (4)"]
    assert [column.question for column in table.columns] == ["", "Q", "Q", "Q (2)", "Q"]
    assert codes(table) == ["blank_headers", "repeated_headers"]


def test_a_grid_question_keeps_its_header(shared):
    names = list(read_table(shared("fixtures/google_forms_id.csv")).cells)
    assert names[4] == "Pernyataan kampanye [Pesan di grup WhatsApp mudah dipahami]"


def test_a_real_export_is_read_whole(shared):
    table = read_table(shared("data/imprints/main_data.csv"))
    assert table.cells.shape == (1369, 201)
    assert int((table.cells == "NA").to_numpy().sum()) == 44_437
    assert (table.cells["SM_frequency_1"] == "Once a day\t").any()


def test_one_zipped_file_is_read(tmp_path):
    path = tmp_path / "survey.csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/survey.csv", CSV)
        archive.writestr("__MACOSX/._survey.csv", "x")
    assert columns(read_table(path))["x2"] == ["5", "3"]


def test_a_gzip_file_is_read(written):
    assert columns(read_table(written(gzip.compress(CSV.encode()), "a.csv.gz")))["x2"] == [
        "5",
        "3",
    ]


def test_a_zip_of_two_files_is_refused(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    refused(path, "holds 2 files")


def test_a_zip_bomb_is_refused_before_it_fills_the_memory(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"a,b\n" + b"0,0\n" * 15_000_000)
    refused(path, "unpacks to more than")


def workbook(path, rows, sheet="Data", blank_first=False):
    book = openpyxl.Workbook()
    first = book.active
    found = book.create_sheet(sheet) if blank_first else first
    for row in rows:
        found.append(row)
    book.save(path)
    return path


def test_numbers_and_dates_of_excel_are_text_as_typed(tmp_path):
    when = pd.Timestamp("2024-11-12 09:05:33").to_pydatetime()
    rows = [
        ["n", "x", "d", "t", "b"],
        [5, 2.5, when.date(), when, True],
        ["081", "x ", None, "", False],
    ]
    table = read_table(workbook(tmp_path / "a.xlsx", rows))
    assert table.cells.to_numpy().tolist() == [
        ["5", "2.5", "2024-11-12", "2024-11-12 09:05:33", "TRUE"],
        ["081", "x ", "", "", "FALSE"],
    ]


def test_the_first_sheet_with_anything_in_it_is_read_below_its_title(tmp_path):
    rows = [["Laporan"], [], ["No", "Usia"], [1, 34], [2, None], [None, None], ["", ""]]
    table = read_table(workbook(tmp_path / "a.xlsx", rows, blank_first=True))
    assert columns(table) == {"No": ["1", "2"], "Usia": ["34", ""]}
    assert table.cells.index.tolist() == [4, 5]
    assert codes(table) == ["title_rows"]


def test_a_sheet_that_reaches_to_the_last_corner_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.active["XFD1048576"] = "y"
    book.save(path)
    refused(path, r"reaches over 16,384 columns and 1,048,576 rows")


def test_spss_codes_labels_and_missing_codes_are_read(shared):
    table = read_table(shared("fixtures/survey.sav"))
    first, second, vote = table.columns
    assert table.cells["x1"].tolist() == ["1", "2", "5", "9", "99"]
    assert (first.question, first.missing) == ("Pesan WA jelas", ("9", "99"))
    assert dict(first.labels)["99"] == "Tidak jawab"
    assert (second.missing, vote.missing) == (("8",), ("9",))


def test_stata_missing_codes_keep_their_labels(tmp_path):
    frame = pd.DataFrame(
        {"x": pd.Series([1.0, 2.0, "a"], dtype=object), "w": [1.5, np.nan, 3.0]}
    )
    path = tmp_path / "a.dta"
    labels = {"x": {1: "Setuju", "a": "Rahasia"}}
    pyreadstat.write_dta(
        frame, str(path), missing_user_values={"x": ["a"]}, variable_value_labels=labels,
        column_labels={"x": "Pilihan"},
    )  # fmt: skip
    table = read_table(path)
    assert columns(table) == {"x": ["1", "2", "a"], "w": ["1.5", "", "3"]}
    assert (table.columns[0].missing, table.columns[0].question) == (("a",), "Pilihan")


def test_numbers_of_a_data_frame_stay_numbers():
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "x": [1.5, None],
            "c": pd.Categorical(["b", None]),
            "s": ["NA", None],
            5: pd.to_datetime(["2024-11-12", None]),
            "o": [True, None],
        },
        index=["p", "q"],
    )
    table = read_table(frame)
    assert [str(kind) for kind in table.cells.dtypes] == [
        "int64", "float64", "category", "str", "str", "str",
    ]  # fmt: skip
    assert table.cells["s"].tolist() == ["NA", ""]
    assert table.cells["5"].tolist() == ["2024-11-12", ""]
    assert table.cells["o"].tolist() == ["TRUE", ""]
    assert table.cells.index.tolist() == [0, 1]
    assert frame.index.tolist() == ["p", "q"]


def test_a_table_of_another_library_is_taken_by_its_arrow_stream():
    table = read_table(pa.table({"x": [1, 2], "s": ["a", None]}))
    assert columns(table) == {"x": [1, 2], "s": ["a", ""]}


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "is empty"),
        (b"  \n\n ", "only blanks|no header|no answers"),
        (b"a,b\n", "no answers"),
        (b"a,b\n\n\n", "no answers"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (bytes(range(256)) * 4, "binary"),
        (b"a,b\n1,2\n3,\0x\n" + b"1,2\n" * 90, "NUL bytes, first in line 3"),
        (b"a,b\n1,2\n3\n", "row 3: 1 cells where the header has 2"),
        (b"a,b\n1,2\n3,4\n5,6,7\n", "row 4: 3 cells where the header has 2"),
        (b"a,b\n1,2,\n3,4,\n", "row 2: 3 cells where the header has 2"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "quotation mark"),
        ("a,b\né,2\n".encode() + b"\xe9,3\n", "UTF-8 text up to line 3"),
        (b"\xef\xbb\xbfa,b\n1,2\n\xe9,3\n", "UTF-8 text up to line 3"),
        (("a,b\n" + 300_000 * "é,2\n").encode() + b"\xe9,3\n", "text up to line 300002"),
        (b"a,b\n\x81\x8d,2\n", "is no text"),
        (b",,\n,,\n1,,\n", "no header row"),
        (
            b";".join(b"q%d" % n for n in range(16_385)) + b"\n" + b";" * 16_384,
            "16,385 columns",
        ),
        (b"PK\x03\x04 broken", "damaged archive"),
        (b"\x1f\x8b broken", "damaged archive"),
        (b"$FL2 broken", "cannot be read as an SPSS file"),
        (b"<stata_dta> broken", "cannot be read as a Stata file"),
        (b"PAR1 broken", "cannot be read as Parquet"),
        (b"\xd0\xcf\x11\xe0 broken", "cannot be read as an Excel workbook"),
    ],
)
def test_a_file_that_is_no_survey_is_refused(written, content, match):
    assert "Hint: " in refused(written(content), match)


def test_no_error_shows_a_cell(written):
    assert "0812" not in refused(written("nama,hp\nBudi,08123456789,x\n"), "row 2: 3 cells")


def test_a_missing_file_is_named_with_the_nearest(written):
    written(CSV, "survey.csv")
    with pytest.raises(SourceError, match=r"did you mean 'survey\.csv'"):
        read_table(written(CSV, "other.csv").with_name("survei.csv"))


def test_a_folder_is_refused(tmp_path):
    refused(tmp_path, "is a folder")


def test_a_delimiter_that_separates_nothing_is_refused(written):
    refused(written("a;b\n1;2\n"), "is one column when split at ','", delimiter=",")


def test_an_unknown_kind_is_a_usage_error(written):
    with pytest.raises(UsageError, match="did you mean 'excel'"):
        read_table(written(CSV), kind="exel")


def test_a_header_without_rows_in_excel_is_refused(tmp_path):
    refused(workbook(tmp_path / "a.xlsx", [["a", "b"]]), "has no answers")


def test_a_cell_longer_than_any_answer_is_refused(written):
    cell = "x" * 20_000_000
    refused(
        written(f'a,b\n1,"{cell}"\n1,"{cell}"\n'), "row 2, column 'b': a cell .* is too long"
    )


def test_a_file_that_changes_while_it_is_read_is_refused(written):
    path = written(CSV)
    with (
        pytest.raises(SourceError, match="changed while it was read"),
        intact(path),
    ):
        path.write_text(CSV + "1,2\n")


def test_something_that_is_no_table_is_refused():
    with pytest.raises(SourceError, match="a list"):
        read_table([1, 2])


def test_an_empty_data_frame_is_refused():
    with pytest.raises(SourceError, match="no answers"):
        read_table(pd.DataFrame({"x": []}))


def test_the_fingerprint_is_that_of_the_file(written):
    raw = io.BytesIO(gzip.compress(CSV.encode(), mtime=0)).getvalue()
    assert read_table(written(raw)).source.sha256 == hashlib.sha256(raw).hexdigest()


def test_the_three_header_rows_of_qualtrics_are_read(shared):
    table = read_table(shared("fixtures/qualtrics.csv"))
    assert table.cells["Q1_1"].tolist() == ["Setuju", "Sangat setuju", ""]
    assert table.cells.index.tolist() == [4, 5, 6]
    assert table.columns[4].question == "Setuju? - Pesan WA jelas"
    marks = {mark.reason: mark.rows.tolist() for mark in table.marks}
    assert marks == {"preview": [4], "unfinished": [6]}
    assert (table.started, table.source.program) == ("StartDate", "qualtrics")


def test_the_two_header_rows_of_surveymonkey_are_joined(written):
    first = "Respondent ID,Collector ID,IP Address,Setuju?,,Alasan"
    rows = [first, ",,,Jelas,Benar,Open-Ended Response"]
    table = read_table(written("\n".join([*rows, "1,9,10.0.0.1,Setuju,Netral,x", ""])))
    assert list(table.cells)[3:] == ["Setuju? [Jelas]", "Setuju? [Benar]", "Alasan"]
    assert table.cells.to_numpy().tolist() == [["1", "9", "10.0.0.1", "Setuju", "Netral", "x"]]
    assert (codes(table), table.source.program) == ([], "surveymonkey")


def test_headers_of_qualtrics_without_answers_are_refused(written):
    refused(written('a,b\nA,B\n"{""ImportId"":""a""}","{""ImportId"":""b""}"\n'), "no answers")
