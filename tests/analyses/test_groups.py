"""Groups compared: R's tests, and what cannot be compared."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from tolerances import SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import (
    MissingColumnsError,
    NoVariationError,
    SurveyError,
    TooFewRowsError,
)

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "noncentral.json").read_text(encoding="utf-8")
)["values"]["groups"]
RTOL_SAME_FORMULA = 1e-9  # closed forms in float64 on both sides


@pytest.fixture(scope="module")
def survey(chile):
    return ce.read_survey(chile)


def row_of(survey, test, of, by):
    (row,) = (r for r in ce.compare_groups(survey, of, by=by).tests if r.test == f"test.{test}")
    return row


@pytest.mark.parametrize(
    ("test", "name"),
    [("student_t", "student"), ("welch_t", "welch"), ("mann_whitney", "wilcoxon")],
)
def test_two_groups_agree_with_r(survey, test, name):
    row, wanted = row_of(survey, test, "statusquo", "sex"), REFERENCE[name]
    assert_allclose(row.p_value, wanted["p"], rtol=RTOL_SAME_FORMULA)
    assert_allclose(row.statistic, wanted["statistic"], rtol=RTOL_SAME_FORMULA)
    if row.df is not None:
        assert_allclose(row.df, wanted["df"], rtol=RTOL_SAME_FORMULA)


@pytest.mark.parametrize(
    ("test", "name"),
    [("anova", "anova"), ("welch_anova", "welch_anova"), ("kruskal", "kruskal")],
)
def test_several_groups_agree_with_r(survey, test, name):
    row, wanted = row_of(survey, test, "statusquo", "region"), REFERENCE[name]
    assert_allclose(
        [row.statistic, row.p_value], [wanted["statistic"], wanted["p"]], rtol=SOLVED_TWICE
    )
    if row.df_2 is not None:
        assert_allclose([row.df, row.df_2], wanted["df"], rtol=RTOL_SAME_FORMULA)


def test_categories_agree_with_r(survey):
    row = row_of(survey, "chi_square", "education", "region")
    wanted = REFERENCE["chisq"]
    assert_allclose([row.statistic, row.df], [wanted["statistic"], wanted["df"]])
    assert_allclose(row.p_value, wanted["p"], rtol=RTOL_SAME_FORMULA)


def test_a_small_table_is_tested_exactly():
    frame = pd.DataFrame({"a": list("xxxxyyyyxy"), "g": list("mmmmffffmf")})
    row = row_of(ce.read_survey(frame), "fisher", "a", "g")
    table = pd.crosstab(frame["a"], frame["g"])
    assert_allclose(row.p_value, stats.fisher_exact(table).pvalue)
    assert row.statistic is None


def test_pairs_are_of_every_two_groups(survey):
    pairs = ce.compare_groups(survey, "statusquo", by="region").pairs
    assert len(pairs) == 10
    row = pairs[0]
    wide = survey.answers.groupby("region")["statusquo"].mean()
    names = [row.group_1.partition("=")[2], row.group_2.partition("=")[2]]
    assert_allclose(row.estimate, wide[names[0]] - wide[names[1]])


def test_groups_are_those_of_the_complete_answers():
    frame = pd.DataFrame({"x": [1, 2, np.nan, 4, 5, 6], "g": ["a", "a", "a", "b", "b", None]})
    survey = ce.read_survey(frame)
    clean = ce.read_survey(frame.dropna())
    result = ce.compare_groups(survey, "x", by="g")
    assert result.tests == ce.compare_groups(clean, "x", by="g").tests
    assert dict(result.sample.dropped) == {"blank:x": 1, "blank:g": 1}


def test_what_cannot_be_compared_is_said(survey):
    with pytest.raises(SurveyError, match="No group is named"):
        ce.compare_groups(survey, "statusquo")
    with pytest.raises(MissingColumnsError, match="did you mean 'region'"):
        ce.compare_groups(survey, "statusquo", by="regio")
    alone = ce.read_survey(pd.DataFrame({"x": [1, 2, 3], "g": list("aab")}))
    with pytest.raises(TooFewRowsError, match="a: 2, b: 1"):
        ce.compare_groups(alone, "x", by="g")
    flat = ce.read_survey(
        pd.DataFrame({"x": [1, 2, 3, 3], "y": [1, 2, 3, 5], "g": list("aabb")})
    )
    with pytest.raises(NoVariationError, match="'x' does not vary"):
        ce.compare_groups(flat, "x", by="g")
    both = ce.compare_groups(flat, ["x", "y"], by="g")
    assert {row.variable for row in both.tests} == {"y"}
    assert [notice.code for notice in both.notices] == ["not_compared"]
