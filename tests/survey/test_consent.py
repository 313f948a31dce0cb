"""Who did not agree to take part is in no number."""

import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.errors import SurveyError
from campaign_effect.schema.model import Schema

POINTS = [{"code": "yes", "text": "Ya"}, {"code": "no", "text": "Tidak"}]


def read(cells, agreed="yes", **variable):
    asked = {"name": "consent", "column": "Bersedia?", **(variable or {"scale": "agreed"})}
    schema = {
        "name": "s",
        "scales": [{"name": "agreed", "points": POINTS}],
        "variables": [asked, {"name": "x", "column": "x", "type": "number"}],
        "roles": {"consent": {"variable": "consent", "agreed": agreed}},
    }
    frame = pd.DataFrame({"Bersedia?": cells, "x": range(len(cells))})
    return ce.read_survey(frame, Schema.model_validate(schema))


def test_only_those_who_agreed_are_read():
    survey = read(["Ya", "Tidak", "", "Ya"])
    assert survey.answers["x"].tolist() == [0, 3]
    assert [(step.reason, step.n) for step in survey.steps] == [("no_consent", 2)]
    assert survey.n_read == 4


def test_consent_may_be_a_number_or_a_category():
    assert read(["1", "0", "1"], agreed=1, type="number").n == 2
    assert read(["setuju", "tidak"], agreed="setuju", type="category").n == 1


def test_no_step_where_everybody_agreed():
    assert read(["Ya", "ya"]).steps == ()


def test_nobody_who_agreed_is_an_error():
    with pytest.raises(SurveyError, match="Nobody agreed"):
        read(["Tidak", ""])
