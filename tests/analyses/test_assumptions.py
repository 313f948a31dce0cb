"""The classical checks equal R's, and are refused where they do not apply."""

import json
from pathlib import Path

import pandas as pd
import pytest
from numpy.testing import assert_allclose

import campaign_effect as ce

REFERENCE = Path(__file__).parents[1] / "reference"
RTOL_P = 1e-5  # far in a tail, and Royston's series
RTOL_SAME_FORMULA = 1e-8  # closed forms; R's fit and ours end at the same point
FORMULA = "vote ~ TVnews + selfLR + PID + age + educ + income"


@pytest.fixture(scope="module")
def survey():
    return ce.read_survey(pd.read_csv(REFERENCE / "data" / "anes96.csv"))


@pytest.fixture(scope="module")
def wanted():
    record = json.loads((REFERENCE / "outcomes.json").read_text(encoding="utf-8"))
    return record["values"]


def by_test(result):
    return {row.test.partition(".")[2]: row for row in result.tests}


def test_linear_checks_are_those_of_r(survey, wanted):
    rows = by_test(ce.check_assumptions(ce.fit_effect(survey, FORMULA, model=ce.Ols())))
    assert set(rows) == {
        *("shapiro_wilk", "breusch_pagan", "glejser", "durbin_watson", "reset")
    }
    linear = wanted["anes_lpm"]
    for test, name in (
        ("breusch_pagan", "breusch_pagan"),
        ("reset", "reset"),
        ("shapiro_wilk", "shapiro_wilk"),
    ):
        statistic, p_value = linear[name]["statistic"], linear[name]["p"]
        assert_allclose(rows[test].statistic, statistic, rtol=RTOL_SAME_FORMULA)
        assert_allclose(rows[test].p_value, p_value, rtol=RTOL_P)


def test_normality_and_equal_variances_are_refused_on_a_binary_outcome(survey):
    result = ce.check_assumptions(ce.fit_effect(survey, FORMULA, model=ce.Lpm()))
    assert set(by_test(result)) == {"durbin_watson", "reset"}
    assert [notice.code for notice in result.notices] == ["binary_residuals"]


def test_logistic_checks_are_calibration_form_and_discrimination(survey):
    result = ce.check_assumptions(ce.fit_effect(survey, FORMULA))
    assert set(by_test(result)) == {"hosmer_lemeshow", "link"}
    (row,) = result.discrimination
    assert row.conf_low < row.auc < row.conf_high


def test_calibration_and_classification_count_everyone(survey):
    effect = ce.fit_effect(survey, FORMULA)
    result = ce.check_assumptions(effect)
    (fit,) = effect.fits
    assert sum(row.n for row in result.calibration) == fit.n
    events = [row.n * row.observed_share for row in result.calibration]
    expected = [row.n * row.expected_share for row in result.calibration]
    assert round(sum(events)) == fit.n_events == round(sum(expected))
    (row,) = result.classification
    assert row.true_positives + row.false_negatives == fit.n_events
    assert row.true_negatives + row.false_positives == fit.n - fit.n_events
    assert len(result.influence) == 5
    assert set(row.row for row in result.influence) <= set(survey.answers.index)
    assert row.share_of_larger == max(fit.n_events, fit.n - fit.n_events) / fit.n


def test_inflation_is_one_over_the_tolerance(survey):
    result = ce.check_assumptions(ce.fit_effect(survey, FORMULA, model=ce.Ols()))
    columns = ["TVnews", "selfLR", "PID", "age", "educ", "income"]
    others = " + ".join(columns[1:])
    helper = ce.fit_effect(survey, f"TVnews ~ {others}", model=ce.Ols())
    vif = 1 / (1 - helper.fits[0].r2)
    (row,) = (row for row in result.inflation if row.variable == "TVnews")
    assert_allclose(row.gvif, vif, rtol=RTOL_SAME_FORMULA)


def test_with_an_interaction_a_variable_has_no_single_inflation(survey):
    effect = ce.fit_effect(survey, "vote ~ TVnews * PID + age")
    assert ce.check_assumptions(effect).inflation == ()
