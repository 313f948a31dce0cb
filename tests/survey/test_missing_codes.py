"""Codes declared as missing keep their labels; versions of a question are one answer."""

import pandas as pd
import pyreadstat
import pytest

import campaign_effect as ce
from campaign_effect.errors import SurveyError
from campaign_effect.schema.model import Schema
from campaign_effect.survey import Absence

AGREE = {
    "name": "agree",
    "points": [{"code": code} for code in (1, 2, 3, 4, 5)],
    "aside": [{"code": "dk", "text": "Tidak tahu"}],
}


def schema(**extra):
    given = {
        "name": "s",
        "scales": [AGREE],
        "variables": [
            {"name": "x1", "column": "x1", "scale": "agree"},
            {"name": "age", "column": "age", "low": 17, "high": 110},
            {"name": "job", "column": "job", "type": "category"},
        ],
    }
    return Schema.model_validate(given | extra)


@pytest.fixture
def survey(tmp_path):
    path = tmp_path / "a.sav"
    frame = pd.DataFrame(
        {
            "x1": [1.0, 5, 8, 9, 99],
            "age": [30.0, 98, 97, 200, 17],
            "job": ["tani", "rhs", "tani", "", "guru"],
        }
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        missing_ranges={"x1": [8, 9, 99], "age": [{"lo": 97, "hi": 98}], "job": ["rhs"]},
        variable_value_labels={
            "x1": {8: "Tidak tahu", 9: "Rahasia", 99: "Tidak jawab"},
            "age": {97: "Lupa", 98: "Rahasia"},
        },
    )
    return ce.read_survey(path, schema())


def test_each_missing_code_of_a_scale_keeps_its_label(survey):
    aside = survey.schema.aside("x1")
    assert [point.code for point in aside] == ["dk", 9, 99]
    assert [point.text.say("id") for point in aside] == ["Tidak tahu", "Rahasia", "Tidak jawab"]
    assert survey.absences["x1"].tolist() == [0, 0, 4, 5, 6]
    assert survey.glossary.label("x1=99", "en") == "Tidak jawab"


def test_each_missing_code_of_a_number_keeps_its_label(survey):
    assert [point.code for point in survey.schema.aside("age")] == [97, 98]
    assert survey.absences["age"].tolist() == [0, 5, 4, Absence.IMPOSSIBLE, 0]
    assert survey.glossary.label("age=97", "id") == "Lupa"
    assert survey.answers["age"].dropna().tolist() == [30.0, 17.0]


def test_a_missing_word_is_no_category(survey):
    assert survey.answers["job"].cat.categories.tolist() == ["guru", "tani"]
    assert survey.absences["job"].tolist() == [0, 4, 0, 1, 0]


def test_the_first_filled_of_two_versions_is_taken_and_conflicts_are_said():
    variables = [{"name": "x1", "column": ["b/x1", "a/x1"], "scale": "agree"}]
    frame = pd.DataFrame({"a/x1": ["1", "2", "", "4"], "b/x1": ["", "5", "3", "4"]})
    survey = ce.read_survey(frame, schema(variables=variables))
    assert survey.answers["x1"].tolist() == [1, 5, 3, 4]
    (notice,) = survey.notices
    assert (notice.code, dict(notice.facts)["n"]) == ("two_versions", 1)


LIMESURVEY = (
    "id,submitdate,lastpage,startlanguage,X[x1],X[x2]\n"
    "1,2024-11-12 09:09:00,3,id,A1,A5\n"
    "2,,1,id,A2,\n"
    "3,2024-11-13 08:00:00,3,id,A5,A4\n"
)


def limesurvey(tmp_path, **extra):
    path = tmp_path / "lime.csv"
    path.write_text(LIMESURVEY)
    items = [{"name": name, "column": f"X[{name}]"} for name in ("x1", "x2")]
    constructs = [{"name": "trust", "scale": "agree", "items": items}]
    return ce.read_survey(path, schema(variables=[], constructs=constructs, **extra))


def test_answer_codes_are_numbers_and_unfinished_rows_a_step(tmp_path):
    survey = limesurvey(tmp_path)
    assert survey.answers.to_numpy().tolist() == [[1, 5], [5, 4]]
    assert [(step.reason, step.n) for step in survey.steps] == [("unfinished", 1)]
    assert (survey.n_read, survey.times["submitted"].notna().sum()) == (3, 2)
    assert dict(survey.notices[0].facts) == {"program": "program.limesurvey", "form": "csv"}


def test_a_schema_may_keep_unfinished_rows(tmp_path):
    survey = limesurvey(tmp_path, keep=["unfinished"])
    assert (survey.n, survey.steps) == (3, ())


def test_a_file_of_unfinished_rows_only_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("submitdate,lastpage,startlanguage,x1\n,1,id,A1\n,1,id,A2\n")
    variables = [{"name": "x1", "column": "x1", "scale": "agree"}]
    with pytest.raises(SurveyError, match=r"no full answers.\nReceived: unfinished: 2"):
        ce.read_survey(path, schema(variables=variables))


def test_kobo_questions_are_found_without_their_groups(tmp_path):
    path = tmp_path / "kobo.csv"
    path.write_text('"grp/x1";"_id";"_submission_time"\n"5";"1";"2024-11-12T02:10:00"\n')
    variables = [{"name": "x1", "column": "x1", "scale": "agree"}]
    assert ce.read_survey(path, schema(variables=variables)).answers["x1"].tolist() == [5]
