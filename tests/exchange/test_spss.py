"""A survey written for SPSS reads back with its labels and missing codes."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import campaign_effect as ce
from campaign_effect.errors import OutputError
from campaign_effect.readers import read_table
from campaign_effect.schema.model import Schema

SCHEMA = {
    "name": "s",
    "scales": [
        {
            "name": "agree",
            "points": [{"code": c, "text": f"p{c}"} for c in (1, 2, 3, 4, 5)],
            "aside": [{"code": 9, "text": "Rahasia"}, {"code": "dk", "text": "Tidak tahu"}],
        },
        {
            "name": "party",
            "points": [{"code": "red", "text": "Merah"}, {"code": "blue", "text": "Biru"}],
            "aside": [{"code": "none", "text": "Golput"}],
        },
    ],
    "constructs": [
        {
            "name": "trust",
            "scale": "agree",
            "items": [
                {"name": "t1", "column": "t1", "text": "Benar"},
                {"name": "t2", "column": "t2", "text": "Keliru", "reversed": True},
            ],
        }
    ],
    "variables": [
        {"name": "vote", "column": "vote", "scale": "party", "text": "Pilihan"},
        {"name": "age", "column": "age", "low": 17, "aside": [{"code": 98, "text": "Lupa"}]},
        {"name": "village", "column": "village"},
    ],
    "roles": {"outcomes": [{"name": "voted_red", "variable": "vote", "event": "red"}]},
}


@pytest.fixture
def survey():
    frame = pd.DataFrame(
        {
            "t1": ["1", "9", "Tidak tahu", ""],
            "t2": ["2", "5", "9", "7"],
            "vote": ["Merah", "Golput", "", "Biru"],
            "age": ["30", "98", "", "12"],
            "village": ["A", "", "B", "A"],
        }
    )
    return ce.read_survey(frame, Schema.model_validate(SCHEMA))


def test_codes_labels_and_missing_codes_are_in_the_file(survey, tmp_path):
    ce.write_spss(survey, tmp_path / "a.sav")
    table = read_table(tmp_path / "a.sav")
    said = {column.name: column for column in table.columns}
    assert table.cells["t1"].tolist() == ["1", "9", "-1", ""]
    assert table.cells["t2"].tolist() == ["2", "5", "9", ""]
    assert dict(said["t1"].labels) | {"9": "Rahasia", "-1": "Tidak tahu"} == dict(
        said["t1"].labels
    )
    assert set(said["t1"].missing) == {"9", "-1"}
    assert (said["t1"].question, dict(said["vote"].labels)["1"]) == ("Benar", "Merah")
    assert table.cells["age"].tolist() == ["30", "98", "", ""]
    assert said["age"].missing == ("98",)
    assert table.cells["village"].tolist() == ["A", "", "B", "A"]
    assert table.cells["voted_red"].tolist() == ["1", "", "", "0"]


def test_the_answers_read_back_with_the_schema_are_the_same(survey, tmp_path):
    ce.write_spss(survey, tmp_path / "a.sav")
    again = ce.read_survey(tmp_path / "a.sav", survey.schema)
    for name in ("t1", "t2", "vote", "age"):
        answers = (one.answers[name].reset_index(drop=True) for one in (again, survey))
        pd.testing.assert_series_equal(*answers)
        is_kept = survey.absences[name] != 2  # an impossible value is blank in the file
        np.testing.assert_array_equal(
            again.absences[name].to_numpy()[is_kept], survey.absences[name].to_numpy()[is_kept]
        )


def test_what_spss_cannot_hold_is_said(survey, tmp_path):
    notices = ce.write_spss(survey, tmp_path / "a.sav").notices
    told = {dict(one.facts)["what"]: dict(one.facts)["parts"] for one in notices}
    assert told == {"lost.word_codes": ("vote",), "lost.impossible": ("t2", "age")}


def test_more_than_three_missing_codes_are_a_range(tmp_path):
    aside = [{"code": code, "text": f"a{code}"} for code in (6, 7, 8, 9)]
    schema = {"name": "s", "scales": [{**SCHEMA["scales"][0], "aside": aside}]}
    schema["variables"] = [{"name": "x", "column": "x", "scale": "agree"}]
    survey = ce.read_survey(pd.DataFrame({"x": [1, 6, 7, 9]}), Schema.model_validate(schema))
    assert ce.write_spss(survey, tmp_path / "a.sav").notices == ()
    _, facts = pyreadstat.read_sav(str(tmp_path / "a.sav"), user_missing=True)
    assert facts.missing_ranges["x"] == [{"lo": 6.0, "hi": 9.0}]
    again = ce.read_survey(tmp_path / "a.sav", survey.schema)
    assert again.absences["x"].tolist() == survey.absences["x"].tolist()


def test_the_village_survey_comes_back(village_survey, tmp_path):
    ce.write_spss(village_survey, tmp_path / "a.sav", language="id")
    table = read_table(tmp_path / "a.sav")
    names = list(village_survey.answers)
    assert list(table.cells) == names
    turned = [item.name for item in village_survey.schema.items if item.is_reversed]
    asked = 6 - village_survey.answers[turned]
    found = table.cells[turned].replace("", "nan").astype(float)
    np.testing.assert_array_equal(found.to_numpy(), asked.to_numpy())


def test_a_folder_that_is_not_there_is_an_error(survey, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        ce.write_spss(survey, tmp_path / "nowhere" / "a.sav")
