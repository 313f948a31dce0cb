"""Answers on their scales: what each cell becomes, and why others are absent."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import campaign_effect as ce
from campaign_effect.errors import LabelsError, MissingColumnsError, SurveyError, UsageError
from campaign_effect.schema.model import Schema
from campaign_effect.survey import Absence, read_answers

SCHEMA = Schema.model_validate(
    {
        "name": "small",
        "missing": ["NA"],
        "scales": [
            {
                "name": "agree",
                "points": [
                    {"code": 1, "text": {"en": "Disagree", "id": "Tidak setuju"}},
                    {"code": 2, "text": {"en": "Neutral", "id": "Netral"}},
                    {"code": 3, "text": {"en": "Agree", "id": "Setuju"}, "accepts": ["Yes"]},
                ],
                "aside": [{"code": 9, "text": "Don't know"}, {"code": 8, "text": "Secret"}],
            },
            {
                "name": "party",
                "points": [
                    {"code": "red", "text": "Red Party"},
                    {"code": "blue", "text": "Blue Party"},
                    {"code": "green", "text": "Green Party"},
                ],
                "aside": [{"code": "none", "text": "None"}],
            },
        ],
        "constructs": [
            {
                "name": "trust",
                "scale": "agree",
                "items": [
                    {"name": "q1", "column": ["Q1", "First question"]},
                    {"name": "q2", "column": "Q2", "reversed": True},
                ],
            }
        ],
        "variables": [
            {"name": "age", "column": "Age", "low": 17, "high": 110},
            {"name": "vote", "column": "Vote", "scale": "party"},
            {"name": "village", "column": "Village"},
        ],
        "roles": {
            "outcomes": [
                {"name": "red", "variable": "vote", "event": "red", "among": ["red", "blue"]}
            ],
            "cluster": "village",
        },
    }
)


def frame(**columns):
    base = {
        "Q1": ["Agree", " tidak  SETUJU ", "NETRAL", "3", "Don't know", ""],
        "Q2": ["Yes", "1", "2.0", "9", "7", "NA"],
        "Age": ["34", "5", "NA", "17", "210", "40"],
        "Vote": ["Red Party", "blue", "Green Party", "None", "", "red party"],
        "Village": ["Suka Maju", "Suka  Maju ", "Sari", "", "Sari", "Sari"],
    }
    return pd.DataFrame(base | columns)


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    path = tmp_path_factory.mktemp("survey") / "small.csv"
    frame().to_csv(path, index=False, sep=";")
    return ce.read_survey(path, schema=SCHEMA)


def test_labels_and_codes_become_numbers_and_reversed_items_are_turned(survey):
    nan = np.nan
    np.testing.assert_array_equal(survey.answers["q1"], [3, 1, 2, 3, nan, nan])
    np.testing.assert_array_equal(survey.answers["q2"], [1, 3, 2, nan, nan, nan])


def test_absences_are_told_apart(survey):
    answered, blank, impossible, aside = (
        *(Absence.ANSWERED, Absence.BLANK, Absence.IMPOSSIBLE, Absence.ASIDE),
    )
    assert survey.absences["q1"].tolist() == [*[answered] * 4, aside, blank]
    assert survey.absences["q2"].tolist() == [*[answered] * 3, aside, impossible, blank]
    assert survey.absences["age"].tolist() == [
        *(answered, impossible, blank, answered, impossible, answered)
    ]


def test_numbers_outside_their_bounds_are_absent(survey):
    np.testing.assert_array_equal(survey.answers["age"], [34, np.nan, np.nan, 17, np.nan, 40])


@pytest.mark.parametrize(("mark", "grouped"), [(".", "1,500"), (",", "1.500")])
def test_numbers_follow_the_file_s_decimal_mark(tmp_path, mark, grouped):
    path = tmp_path / "numbers.csv"
    path.write_text(f"Income;Weight\n{grouped};1{mark}25\n750;0{mark}80\n", encoding="utf-8")
    variables = [
        {"name": "income", "column": "Income", "type": "number"},
        {"name": "weight", "column": "Weight", "type": "number"},
    ]
    schema = Schema.model_validate({"name": "numbers", "variables": variables})
    survey = ce.read_survey(path, schema=schema)
    assert survey.answers["income"].tolist() == [1500, 750]
    assert survey.answers["weight"].tolist() == [1.25, 0.8]


def test_categories_keep_the_order_of_the_schema_or_are_sorted(survey):
    assert list(survey.answers["vote"].cat.categories) == ["red", "blue", "green"]
    assert list(survey.answers["village"].cat.categories) == ["Sari", "Suka Maju"]


def test_an_outcome_compares_its_event_with_the_others_named(survey):
    np.testing.assert_array_equal(survey.answers["red"], [1, 0, np.nan, np.nan, np.nan, 1])
    assert survey.absences["red"].tolist()[2:5] == [
        *(Absence.NOT_COMPARED, Absence.ASIDE, Absence.BLANK)
    ]


def test_rows_are_those_of_the_file(survey):
    assert list(survey.answers.index) == [2, 3, 4, 5, 6, 7]


def test_without_keeps_the_reason_and_the_counts(survey):
    fewer = survey.without(pd.Index([2, 3, 99]), reason="test")
    assert (fewer.n, fewer.n_read, survey.n) == (4, 6, 6)
    assert [(step.reason, step.n) for step in fewer.steps] == [("test", 2)]
    assert_frame_equal(fewer.absences, survey.absences.loc[[4, 5, 6, 7]])


def test_impossible_answers_are_noticed(survey):
    said = {(n.code, dict(n.facts).get("variable")) for n in survey.notices}
    assert {("impossible_answers", "q2"), ("impossible_answers", "age")} <= said


def test_an_unknown_label_names_column_and_rows_and_quotes_what_resembles_one():
    table = frame(Q1=["Agre", "Agree", "x@y.id", "3", "3", "3"])
    with pytest.raises(LabelsError) as caught:
        ce.read_survey(table, schema=SCHEMA)
    message = str(caught.value)
    assert "'Q1' holds 2 cells" in message
    assert "rows 0, 2" in message
    assert "'Agre' (nearest: 'agree')" in message
    assert "x@y.id" not in message


def test_a_word_among_numbers_is_refused_without_showing_it():
    with pytest.raises(LabelsError, match="'Age' holds 1 cells that are no numbers: rows 3"):
        ce.read_survey(frame(Age=["34", "17", "20", "Budi", "", "40"]), schema=SCHEMA)


def test_absent_columns_are_named_with_the_nearest():
    with pytest.raises(MissingColumnsError, match="did you mean 'Agee'"):
        ce.read_survey(frame().rename(columns={"Age": "Agee"}), schema=SCHEMA)


def test_the_first_of_several_columns_that_is_there_is_read():
    table = frame().rename(columns={"Q1": "First question"})
    assert ce.read_survey(table, schema=SCHEMA).answers["q1"].notna().sum() == 4


def test_numbers_of_a_data_frame_are_codes():
    table = frame(Q1=[3.0, 1.0, 2.0, np.nan, 9.0, 3.0], Q2=[1, 2, 3, 3, 2, 1])
    survey = ce.read_survey(table, schema=SCHEMA)
    np.testing.assert_array_equal(survey.answers["q1"], [3, 1, 2, np.nan, np.nan, 3])
    assert survey.absences["q1"].tolist()[3:5] == [Absence.BLANK, Absence.ASIDE]


def test_a_schema_beside_the_file_is_found(tmp_path):
    path = tmp_path / "survey.csv"
    frame().to_csv(path, index=False)
    (tmp_path / "survey.yaml").write_text(
        "name: beside\nvariables:\n  - {name: village, column: Village}\n", encoding="utf-8"
    )
    reading = read_answers(path)
    assert reading.survey.schema.name == "beside"
    assert reading.schema_path == tmp_path / "survey.yaml"


def test_a_bundled_schema_that_fits_is_found(tmp_path):
    from campaign_effect.schema.bundled import bundled_example

    reading = read_answers(bundled_example("village_survey.csv"))
    assert reading.survey.schema.name == "pilkades"


def test_strict_refuses_to_guess(tmp_path):
    path = tmp_path / "survey.csv"
    frame().to_csv(path, index=False)
    with pytest.raises(LabelsError, match="--strict forbids"):
        ce.read_survey(path, strict=True)
    assert read_answers(path).draft is not None


def test_an_unknown_schema_is_named_with_the_nearest(tmp_path):
    path = tmp_path / "survey.csv"
    frame().to_csv(path, index=False)
    with pytest.raises(UsageError, match="did you mean 'pilkades'"):
        ce.read_survey(path, schema="pilkade")


def test_a_plain_frame_keeps_numbers_and_is_one_construct():
    survey = ce.read_survey(pd.DataFrame({"a": [1, 2.5], "b": [3, 4], "c": ["x", ""]}))
    assert survey.blocks == {"items": ("a", "b")}
    assert survey.answers["c"].isna().tolist() == [False, True]
    assert survey.answers["a"].tolist() == [1, 2.5]


def test_numbers_among_missing_cells_of_an_object_column_stay_numbers():
    frame = pd.DataFrame(
        {"a": pd.Series([1, 2, None, 10], dtype=object), "b": ["x", " ", "y", "x"]}
    )
    survey = ce.read_survey(frame)
    assert survey.answers["a"].dtype == float
    assert survey.answers["b"].isna().tolist() == [False, True, False, False]


def test_a_file_of_personal_columns_only_is_refused(tmp_path):
    path = tmp_path / "people.csv"
    rows = "\n".join(f"orang{i}@contoh.id,08123456{i:04d}" for i in range(20))
    path.write_text(f"E-mail,Nomor HP\n{rows}\n", encoding="utf-8")
    with pytest.raises(SurveyError, match="No column of"):
        ce.read_survey(path)
