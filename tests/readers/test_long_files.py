"""A long file is read with categories in place of text, and means the same."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import campaign_effect as ce
from campaign_effect.readers import delimited, read_table
from campaign_effect.schema.bundled import bundled_example
from campaign_effect.survey.coding import distinct_cells

LABELS = ["Setuju", "Netral", "", "Tidak setuju", 'kata "dia"', "a,b"]


@pytest.fixture
def long_file(written):
    rows = [f'"{LABELS[at % 6].replace(chr(34), 2 * chr(34))}",{at},2' for at in range(600)]
    return written("x,id,y\n" + "\n".join(rows) + "\n")


def test_few_different_texts_are_categories_and_the_cells_are_the_same(long_file, monkeypatch):
    short = read_table(long_file)
    monkeypatch.setattr(delimited, "_LONG", 0)
    long = read_table(long_file)
    assert [str(kind) for kind in long.cells.dtypes] == ["category", "str", "category"]
    assert_frame_equal(long.cells.astype("str"), short.cells)


def test_a_survey_of_categories_is_the_survey_of_text(monkeypatch):
    path = bundled_example("village_survey.csv")
    short = ce.read_survey(path, "pilkades")
    monkeypatch.setattr(delimited, "_LONG", 0)
    monkeypatch.setattr(delimited, "_FEW", 1.0)
    long = ce.read_survey(path, "pilkades")
    assert_frame_equal(long.answers, short.answers)
    assert_frame_equal(long.absences, short.absences)
    pd.testing.assert_frame_equal(long.times, short.times)
    assert (long.notices, long.steps) == (short.notices, short.steps)


def test_categories_that_no_row_has_are_no_answers():
    words = pd.Categorical(["b", None, "a"], categories=["a", "b", "c"])
    places, distinct = distinct_cells(pd.Series(words))
    assert (places.tolist(), list(distinct)) == ([0, -1, 1], ["b", "a"])
    places, distinct = distinct_cells(pd.Series(words.remove_unused_categories()))
    assert (places.tolist(), list(distinct)) == ([1, -1, 0], ["a", "b"])


def test_a_row_longer_than_a_block_is_read(written):
    cell = "x" * 700_000
    table = read_table(written(f"a,b,c\n{cell},{cell},{cell}\n1,y,z\n"))
    assert table.cells["b"].str.len().tolist() == [700_000, 1]
