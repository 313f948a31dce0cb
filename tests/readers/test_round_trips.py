"""A table written in any form reads back with identical cells."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_effect.readers import read_table

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")
LABELS = (
    *("Sangat Setuju", "ragu-ragu ", "NA", "None", " 5 = setuju", "0812345678", "3201", "TRUE"),
    *("a,b;c|d\te", 'kata "dia"', "baris\nkedua", "baris\r\nkedua", "é \u2013 \u2019", ""),
    *("1.500.000", "12/11/2024 9.05.33"),
)
CELLS = st.sampled_from(LABELS) | st.text("abc ,;|\t\"'\n0123é", max_size=8)
HEADERS = st.lists(
    st.text("abcdé ,;[]?.", min_size=1, max_size=12).filter(lambda name: name.strip()),
    min_size=1, max_size=4, unique=True,
)  # fmt: skip
FEW = settings(max_examples=25, deadline=None)


@st.composite
def tables(draw, mark="."):
    """A table of texts whose last columns hold numbers with the decimal mark."""
    headers = [*draw(HEADERS), "Bobot", "Nomor"]
    n = draw(st.integers(1, 6))
    rows = [[draw(CELLS) for _ in headers[:-2]] for _ in range(n)]
    weights = draw(st.lists(st.integers(0, 99), min_size=n, max_size=n))
    return headers, [
        [*row, f"{weight // 10}{mark}{weight:02d}", f"R{number}"]
        for number, (row, weight) in enumerate(zip(rows, weights, strict=True))
    ]


def read_back(name, write):
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return read_table(path)


def same(table, headers, rows):
    assert [column.question for column in table.columns] == headers
    assert table.cells.to_numpy().tolist() == rows


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_csv_reads_back(encoding, delimiter, mark, data):
    headers, rows = data.draw(tables(mark))

    def write(path):
        text = io.StringIO(newline="")
        quoting = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
        csv.writer(text, delimiter=delimiter, quoting=quoting).writerows([headers, *rows])
        path.write_bytes(text.getvalue().encode(encoding))

    table = read_back("t.csv", write)
    same(table, headers, rows)
    assert table.source.delimiter == delimiter
    if "1.500.000" not in {cell for row in rows for cell in row}:  # which speaks for a comma
        assert table.source.decimal == mark


@FEW
@given(tables())
def test_excel_reads_back(table):
    headers, rows = table
    rows = [[cell.replace("\r\n", "\n") for cell in row] for row in rows]

    def write(path):
        book = openpyxl.Workbook()
        for row in [headers, *rows]:
            book.active.append([None] * len(row))
            for place, cell in enumerate(row, start=1):
                found = book.active.cell(book.active.max_row, place)
                found.value, found.data_type = cell or None, "s"
        book.save(path)

    same(read_back("t.xlsx", write), headers, rows)


@FEW
@given(tables())
def test_parquet_reads_back(table):
    headers, rows = table
    frame = pd.DataFrame(rows, columns=headers, dtype="str")
    same(read_back("t.parquet", frame.to_parquet), headers, rows)


@pytest.mark.parametrize(("name", "write"), [("t.sav", "write_sav"), ("t.dta", "write_dta")])
@FEW
@given(data=st.data())
def test_statistics_files_read_back(name, write, data):
    _, rows = data.draw(tables())
    # These files keep no blanks at the end of a text.
    rows = [[cell.rstrip() for cell in row] for row in rows]
    names = [f"v{place}" for place in range(len(rows[0]))]
    frame = pd.DataFrame(rows, columns=names).astype(object)
    frame["code"] = [float(len(row[0])) for row in rows]
    table = read_back(name, lambda path: getattr(pyreadstat, write)(frame, str(path)))
    same(table, [*names, "code"], [[*row, str(len(row[0]))] for row in rows])


@FEW
@given(tables())
def test_a_data_frame_reads_back(table):
    headers, rows = table
    same(read_table(pd.DataFrame(rows, columns=headers)), headers, rows)
