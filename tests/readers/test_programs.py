"""Whose export a file is, told from its columns, and what each program needs."""

import narwhals as nw
import openpyxl
import pandas as pd
import pytest

from campaign_effect.errors import SourceError, UsageError
from campaign_effect.readers import read_table

LIMESURVEY = (
    "\ufeff"
    '"id";"submitdate";"lastpage";"startlanguage";"startdate";"X[x1]";"X[x2]";"media[wa]"\r\n'
    '"1";"2024-11-12 09:09:00";"3";"id";"2024-11-12 09:00:00";"A1";"A5";"Y"\r\n'
    '"2";"";"1";"id";"2024-11-12 10:00:00";"A2";"";""\r\n'
    '"3";"2024-11-13 08:00:00";"3";"id";"2024-11-13 07:50:00";"A5";"A4";""\r\n'
)


def program(table):
    return table.source.program


def test_limesurvey_is_read_with_its_mark_codes_and_unfinished_rows(written):
    table = read_table(written(LIMESURVEY))
    assert (program(table), table.source.encoding, table.source.delimiter) == (
        *("limesurvey", "utf-8-sig", ";"),
    )
    assert table.columns[5].labels == (("A1", "1"), ("A2", "2"), ("A5", "5"))
    assert table.columns[7].labels == ()
    assert [(mark.reason, mark.rows.tolist()) for mark in table.marks] == [("unfinished", [3])]
    assert (table.started, table.submitted) == ("startdate", "submitdate")
    assert table.cells["X[x1]"].tolist() == ["A1", "A2", "A5"]


def test_limesurvey_headings_in_words_are_recognised(written):
    head = "Response ID,Date submitted,Last page,Start language,Setuju? [Jelas]\n"
    table = read_table(written(head + "1,,2,id,Setuju\n"))
    assert (program(table), table.marks[0].rows.tolist()) == ("limesurvey", [2])


def test_kobo_questions_may_be_named_without_their_groups(shared):
    table = read_table(shared("fixtures/kobo_xml_headers.csv"))
    aliases = {column.name: column.alias for column in table.columns}
    assert program(table) == "kobo"
    assert aliases["grp_x/x1"] == "x1"
    assert aliases["grp_media/sumber/wa"] == "wa"
    assert aliases["vote"] == ""
    assert (table.started, table.submitted) == ("start", "end")
    assert table.cells["grp_x/x2"].tolist() == ["2", "-99"]


def test_a_field_of_two_groups_has_no_alias(written):
    head = '"a/x1";"b/x1";"_id";"_submission_time"\n'
    table = read_table(written(head + '"1";"";"7";"2024-11-12T02:10:00"\n'))
    assert [column.alias for column in table.columns[:2]] == ["", ""]
    assert table.submitted == "_submission_time"


def test_odk_central_joins_groups_with_a_dash(written):
    table = read_table(written("SubmissionDate,media-wa,KEY\n2024-11-12T02:10:00Z,1,uuid:1\n"))
    assert (program(table), table.columns[1].alias) == ("kobo", "wa")


def test_google_forms_is_told_by_its_first_column(shared):
    table = read_table(shared("fixtures/google_forms_id.csv"))
    assert (program(table), table.submitted) == ("google_forms", "Cap waktu")


def test_a_plain_table_is_of_no_program(written):
    assert program(read_table(written("a,b\n1,2\n"))) == "table"


def test_the_program_can_be_forced(written):
    path = written("Waktu,Umur\n12/11/2024 9.05.33,34\n")
    assert program(read_table(path, kind="google_forms")) == "google_forms"
    assert program(read_table(written(LIMESURVEY), kind="table")) == "table"


def test_qualtrics_without_the_row_for_machines_can_be_forced(written):
    path = written("StartDate,Progress,Q1\nStart Date,Progress,Setuju?\n2024-11-12,100,Ya\n")
    table = read_table(path, kind="qualtrics")
    assert table.cells["Q1"].tolist() == ["Ya"]
    assert table.columns[2].question == "Setuju?"


def test_an_unknown_program_is_a_usage_error(written):
    with pytest.raises(UsageError, match="did you mean 'limesurvey'"):
        read_table(written(LIMESURVEY), kind="lime survey")


def test_unfinished_previews_of_qualtrics_are_counted_once(written):
    rows = "Status,Finished,Q1\nS,F,Q\n" + '"{""ImportId"":""s""}",b,c\n'
    table = read_table(written(rows + "Survey Preview,False,1\nIP Address,False,2\n0,True,3\n"))
    found = [(mark.reason, mark.rows.tolist()) for mark in table.marks]
    assert found == [("preview", [4]), ("unfinished", [5])]


def sheets(path, **content):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in content.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_cover_sheet_is_passed_over_and_said(tmp_path):
    answers = [["No", "Usia"], ["1", "34,5"], ["2", "17,25"]]
    path = sheets(tmp_path / "a.xlsx", Sampul=[["Laporan"], ["2024"]], Jawaban=answers)
    table = read_table(path)
    assert table.cells["Usia"].tolist() == ["34,5", "17,25"]
    assert table.source.decimal == ","
    (notice,) = table.notices
    assert dict(notice.facts) == {"sheet": "Jawaban", "others": ("Sampul",), "n": 1}


def test_a_sheet_can_be_named(tmp_path):
    path = sheets(tmp_path / "a.xlsx", A=[["x", "y"], [1, 2]], B=[["x", "y"], [3, 4]])
    assert read_table(path, sheet="B").cells["x"].tolist() == ["3"]
    with pytest.raises(SourceError, match=r"no sheet 'C'.*\n.*there are \['A', 'B'\]"):
        read_table(path, sheet="C")


def test_a_frame_of_narwhals_is_taken():
    frame = nw.from_native(pd.DataFrame({"x": [1, 2], "s": ["a", None]}))
    assert read_table(frame.to_native()).cells["s"].tolist() == ["a", ""]
    assert read_table(frame.lazy().collect().to_arrow()).cells["x"].tolist() == [1, 2]
