"""Respondents are brought to known margins, and the weights enter the analyses."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import MissingColumnsError, StatisticsError, SurveyError, UsageError
from campaign_effect.schema.model import Schema

MARGINS = {
    "sex": {"m": 0.49, "f": 0.51},
    "age": {"17-30": 300, "31-45": 400, "46\u201360": 200, "61+": 100},
    "village": {"A": 25, "B": 35, "C": 40},
}
RTOL_SHARE = 1e-9


def read(frame, **roles):
    variables = [
        {"name": "sex", "column": "sex"},
        {"name": "village", "column": "village"},
        {"name": "age", "column": "age", "low": 17},
        {"name": "x", "column": "x", "type": "number"},
        {"name": "w", "column": "w", "type": "number"},
    ]
    schema = {"name": "s", "variables": variables, "roles": roles}
    return ce.read_survey(frame, Schema.model_validate(schema))


@pytest.fixture
def frame():
    rng = np.random.default_rng(8)
    n = 300
    return pd.DataFrame(
        {
            "sex": rng.choice(["m", "f"], n, p=[0.7, 0.3]),
            "village": rng.choice(["A", "B", "C"], n),
            "age": rng.integers(17, 80, n),
            "x": rng.normal(size=n),
            "w": rng.uniform(0.5, 2, n),
        }
    )


def test_the_margins_are_those_of_the_population(frame):
    raking = ce.rake(read(frame), MARGINS)
    rows = raking.tidy("margins")
    assert_allclose(rows["after"], rows["target"], rtol=RTOL_SHARE)
    weights = raking.weights
    assert_allclose(weights[(frame["sex"] == "f").to_numpy()].sum() / weights.sum(), 0.51)
    young = frame["age"].between(17, 30).to_numpy()
    assert_allclose(weights[young].sum() / weights.sum(), 0.3)
    assert raking.gap < RTOL_SHARE


def test_shares_give_weights_of_mean_one_and_counts_the_population(frame):
    survey = read(frame)
    assert_allclose(ce.rake(survey, {"sex": MARGINS["sex"]}).weights.mean(), 1)
    assert_allclose(ce.rake(survey, {"age": MARGINS["age"]}).weights.sum(), 1000)
    mixed = ce.rake(survey, {"age": MARGINS["age"], "sex": MARGINS["sex"]})
    assert_allclose(mixed.weights.sum(), 1000)


def test_raking_starts_at_the_design_weights(frame):
    plain = ce.rake(read(frame), {"sex": MARGINS["sex"]}).weights
    design = ce.rake(read(frame, weight="w"), {"sex": MARGINS["sex"]}).weights
    for sex in "mf":
        is_in = (frame["sex"] == sex).to_numpy()
        assert_allclose(plain[is_in], plain[is_in].iloc[0])
        ratio = design[is_in].to_numpy() / frame["w"].to_numpy()[is_in]
        assert_allclose(ratio, ratio[0])


def test_no_weight_is_above_the_largest(frame):
    free = ce.rake(read(frame), MARGINS, trim=None)
    held = ce.rake(read(frame), MARGINS, trim=1.9)
    assert free.weighting[0].high > 1.9
    assert held.weighting[0].high <= 1.9 * (1 + RTOL_SHARE)
    assert held.weighting[0].effective_n > free.weighting[0].effective_n
    assert held.n_trimmed > 0
    assert_allclose(
        held.tidy("margins")["after"], held.tidy("margins")["target"], rtol=SOLVED_TWICE
    )


def test_who_has_no_answer_or_no_margin_has_no_weight_and_is_counted(frame):
    frame.loc[0, "sex"] = ""
    frame.loc[[1, 2], "village"] = "D"
    raking = ce.rake(read(frame), MARGINS)
    assert raking.weights.index.tolist() == list(range(3, 300))
    dropped = dict(raking.sample.dropped)
    assert dropped == {"blank:sex": 1, "not_compared:village": 2}


def test_raked_weights_enter_the_description(frame):
    survey = read(frame)
    weights = ce.rake(survey, MARGINS).weights
    weighted = ce.with_weights(survey, weights)
    rows = ce.describe_items(weighted).tidy("respondents").set_index("variable")
    assert_allclose(rows.loc["x", "mean"], np.average(frame["x"], weights=weights))
    assert "raked_weight" not in rows.index


def test_who_has_no_weight_is_left_out_as_a_step(frame):
    frame["w"] = frame["w"].astype(object)
    frame.loc[:4, "w"] = ""
    frame.loc[5, "w"] = 0
    survey = read(frame, weight="w")
    assert survey.n == 294
    assert ("no_weight", 6) in [(step.reason, step.n) for step in survey.steps]
    frame["w"] = ""
    with pytest.raises(SurveyError, match="has a weight"):
        read(frame, weight="w")


def test_small_counts_of_a_margin_are_hidden(frame):
    frame["village"] = ["A"] * 3 + ["B"] * 97 + ["C"] * 200
    raking = ce.rake(read(frame), {"village": MARGINS["village"]}, trim=None)
    assert [row.n for row in raking.margins] == [None, None, 200]
    assert "[c]" in ce.Report([raking]).to(".md").decode()


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_report_says_design_effect_and_effective_size(frame, language):
    raking = ce.rake(read(frame), MARGINS, trim=3)
    text = ce.Report([raking], language=language).to(".md").decode()
    assert "Kish" in text
    assert "61+" in text
    assert len(text) < 5000  # the weights are no table


@pytest.mark.parametrize(
    ("margins", "error", "match"),
    [
        ({}, UsageError, "needs a margin"),
        ({"sexe": {"m": 1}}, MissingColumnsError, "did you mean 'sex'"),
        ({"sex": {"m": 0.5, "f": 0.4, "x": 0.1}}, StatisticsError, "needs respondents"),
        ({"age": {"young": 1.0}}, UsageError, "no level of the number"),
        ({"age": MARGINS["age"], "sex": {"m": 400, "f": 900}}, StatisticsError, "totals"),
    ],
)
def test_margins_that_cannot_be_are_refused(frame, margins, error, match):
    with pytest.raises(error, match=match):
        ce.rake(read(frame), margins)
