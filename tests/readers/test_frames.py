"""Data frames of other libraries are read as those of pandas."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import campaign_effect as ce
from campaign_effect.errors import SourceError
from campaign_effect.readers import read_table

ROOT = Path(__file__).parents[2]
COLUMNS = {
    "whole": [1, 2, None],
    "part": [1.5, None, 2.0],
    "text": ["NA", None, "0812"],
    "truth": [True, None, False],
    "moment": [datetime(2024, 11, 12, 9, 5, 33), None, datetime(2024, 11, 13)],
}
CELLS = [
    ["1", "1.5", "NA", "TRUE", "2024-11-12 09:05:33"],
    ["2", "", "", "", ""],
    ["", "2", "0812", "FALSE", "2024-11-13"],
]


def of_polars(columns):
    return pytest.importorskip("polars").DataFrame(columns)


def of_polars_lazily(columns):
    return of_polars(columns).lazy()


def of_duckdb(columns):
    duckdb = pytest.importorskip("duckdb")
    frame = pd.DataFrame(columns)
    return duckdb.from_df(frame)


LIBRARIES = {
    "pandas": pd.DataFrame,
    "pyarrow": pa.table,
    "polars": of_polars,
    "polars, lazy": of_polars_lazily,
    "duckdb": of_duckdb,
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_same_columns_are_the_same_table(library):
    from campaign_effect.readers.frame import as_text

    table = read_table(LIBRARIES[library](COLUMNS))
    assert table.source.kind == "frame"
    assert [one.name for one in table.columns] == list(COLUMNS)
    assert table.cells.apply(as_text).to_numpy().tolist() == CELLS
    assert table.cells.index.tolist() == [0, 1, 2]


@pytest.mark.parametrize("library", sorted(set(LIBRARIES) - {"pandas"}))
def test_the_same_answers_are_the_same_survey(library):
    path = ROOT / "data" / "examples" / "village_survey.csv"
    schema = ROOT / "data" / "schemas" / "pilkades.yaml"
    whole = pd.read_csv(path, dtype="str", keep_default_na=False)
    given = {name: whole[name].tolist() for name in whole}
    from_file = ce.read_survey(path, schema)
    from_frame = ce.read_survey(LIBRARIES[library](given), schema)
    pd.testing.assert_frame_equal(
        from_frame.answers.reset_index(drop=True), from_file.answers.reset_index(drop=True)
    )


def test_categories_of_polars_stay_categories():
    pl = pytest.importorskip("polars")
    kinds = {"enum": pl.Enum(["b", "a"]), "free": pl.Categorical}
    for kind in kinds.values():
        cells = read_table(pl.DataFrame({"q": ["a", None, "b"]}, schema={"q": kind})).cells
        assert isinstance(cells["q"].dtype, pd.CategoricalDtype)
        assert cells["q"].fillna("b").tolist() == ["a", "b", "b"]


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_a_frame_without_answers_is_refused(library):
    with pytest.raises(SourceError, match="holds no answers"):
        read_table(LIBRARIES[library]({}))


def test_a_column_of_polars_is_no_survey():
    pl = pytest.importorskip("polars")
    with pytest.raises(SourceError, match="a file or a data frame"):
        read_table(pl.Series([1, 2]))


def test_infinite_numbers_are_refused_by_column_and_row():
    frame = pd.DataFrame({"x": [1.0, 2.0, -float("inf")], "y": [0, 1, 1]})
    with pytest.raises(ce.CampaignEffectError, match="row 2: the cell of the column 'x'"):
        ce.read_survey(frame)
