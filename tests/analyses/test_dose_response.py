"""Doses and counts of exposures: R's numbers, and what each is by its definition."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import StatisticsError, SurveyError, UsageError
from campaign_effect.stats.models.dose import linearity_contrasts

RTOL_PREDICTION = 1e-9  # two fits to a zero gradient
RTOL_TEST = 1e-5  # HTZ of two programs, each by its own decompositions
FORMULA = "y ~ dose + sex + inc"


@pytest.fixture(scope="module")
def dosed(chile):
    classes = np.digitize(chile["age"], [25, 35, 45, 60])
    return ce.read_survey(chile.assign(dose=np.array([0, 1, 2, 3, 5])[classes]))


@pytest.fixture(scope="module")
def found(dosed):
    return ce.estimate_dose_response(dosed, "dose", FORMULA, vcov=ce.CR2(cluster="comm"))


def test_adjusted_probabilities_are_those_of_r(found, reference):
    wanted = reference("dose_response")["adjusted"]
    assert_allclose([row.estimate for row in found.doses], wanted, rtol=RTOL_PREDICTION)


@pytest.mark.parametrize("hypothesis", ["no_difference", "no_trend", "straight_line"])
def test_tests_are_those_of_r(found, reference, hypothesis):
    wanted = reference("dose_response")[hypothesis]
    (row,) = [row for row in found.tests if row.hypothesis == f"hypothesis.{hypothesis}"]
    for name, value in wanted.items():
        assert_allclose(getattr(row, name), value, rtol=RTOL_TEST, err_msg=name)


def test_differences_are_those_of_the_adjusted_probabilities(found):
    rows = found.tidy()
    assert_allclose(
        rows["difference"].iloc[1:], rows["estimate"].iloc[1:] - rows["estimate"].iloc[0]
    )
    assert rows["n"].sum() == found.sample.n_used


def test_doses_are_the_predictions_and_effects_of_the_factor(dosed, found):
    formula = "y ~ C(dose) + sex + inc"
    effect = ce.fit_effect(dosed, formula, vcov=ce.CR2(cluster="comm"))
    at = ce.predict_probabilities(effect, "dose").tidy()
    less = ce.average_effects(effect, of="dose").tidy()
    rows = found.tidy()
    for column in ("estimate", "conf_low", "conf_high"):
        assert_allclose(rows[column], at[column], rtol=SOLVED_TWICE)
    pairs = {"difference": "estimate", "difference_low": "conf_low", "p_value": "p_value"}
    for mine, theirs in pairs.items():
        assert_allclose(rows[mine].iloc[1:], less[theirs], rtol=DIFFERENCED)


def test_contrasts_are_zero_on_every_line_and_on_no_bend():
    doses = np.array([1.0, 2.0, 4.0, 7.0])
    contrasts = linearity_contrasts(doses)
    assert_allclose(contrasts @ (3.5 * (doses[1:] - doses[0])), 0, atol=ROUNDING)
    assert np.all(np.abs(contrasts @ (doses[1:] ** 2 - doses[0] ** 2)) > 0.1)
    with pytest.raises(StatisticsError, match="three doses"):
        linearity_contrasts(doses[:2])


def test_the_classic_test_of_a_straight_line_is_the_f_test_of_nested_models():
    rng = np.random.default_rng(3)
    x = rng.integers(1, 6, 300)
    frame = pd.DataFrame({"x": x, "f": x.astype(str), "y": x + 0.3 * (x - 3) ** 2})
    frame["y"] += rng.normal(size=300)
    survey = ce.read_survey(frame)
    asked = {"model": ce.Ols(), "vcov": ce.Classic()}
    line, levels = (ce.fit_effect(survey, f"y ~ {one}", **asked).models[0] for one in "xf")
    rss = [np.sum(one.single.residual**2) for one in (line, levels)]
    wanted = (rss[0] - rss[1]) / 3 / (rss[1] / 295)
    tests = ce.estimate_dose_response(survey, "x", "y ~ x", **asked).tests
    assert_allclose(tests[2].statistic, wanted, rtol=SOLVED_TWICE)
    assert (tests[2].df, tests[2].df_2) == (3, 295)


def test_a_bend_is_found_and_a_line_is_not_rejected():
    rng = np.random.default_rng(11)
    x = rng.integers(0, 5, 1500)
    p = []
    for bend in (0.0, 0.5):
        odds = np.exp(-0.5 + 0.4 * x - bend * x * (x - 4))
        y = (rng.random(1500) < odds / (1 + odds)).astype(int)
        survey = ce.read_survey(pd.DataFrame({"x": x, "y": y}))
        p.append(ce.estimate_dose_response(survey, "x", "y ~ x").tests[2].p_value)
    assert p[0] > 0.05
    assert p[1] < 1e-6


def test_what_is_no_dose_is_refused(dosed):
    with pytest.raises(UsageError, match="different answers"):
        ce.estimate_dose_response(dosed, "age", "y ~ age")
    with pytest.raises(UsageError, match="not one term of its own"):
        ce.estimate_dose_response(dosed, "dose", "y ~ dose * sex")
    with pytest.raises(UsageError, match="words for answers"):
        ce.estimate_dose_response(dosed, "sex", "y ~ sex")
    with pytest.raises(UsageError, match="no variable"):
        ce.estimate_dose_response(dosed, "inc", "y ~ dose")
    with pytest.raises(UsageError, match="no intercept"):
        ce.estimate_dose_response(dosed, "dose", "y ~ 0 + dose")
    with pytest.raises(UsageError, match="has categories"):
        ce.estimate_dose_response(dosed, "inc", "dose ~ inc", model=ce.OrderedLogit())


def test_exposures_are_counted_above_the_lowest_answer(village_survey):
    counted = ce.count_exposures(village_survey)
    answers = village_survey.answers[["whatsapp", "facebook", "tiktok"]]
    complete = answers.notna().all(axis=1)
    number = counted.answers["n_exposures"]
    assert (number[complete] == (answers[complete] > 1).sum(axis=1)).all()
    assert number[~complete].isna().all()
    assert counted.absences["n_exposures"].ne(0).equals(~complete)
    anyone = counted.answers["any_exposure"]
    assert anyone[(answers > 1).any(axis=1)].eq(1).all()
    assert anyone.isna().sum() < (~complete).sum()
    assert [notice.code for notice in counted.notices][-1] == "exposures_counted"


def test_counts_ask_for_exposures(village_survey):
    plain = ce.read_survey(pd.DataFrame({"wa": [1, 2], "tv": [2, 1]}))
    with pytest.raises(SurveyError, match="no exposure to count"):
        ce.count_exposures(plain)
    assert ce.count_exposures(plain, above={"wa": 1}).answers["any_exposure"].tolist() == [0, 1]
    with pytest.raises(SurveyError, match="radio"):
        ce.count_exposures(plain, above={"wa": 1, "radio": 1})
    counted = ce.count_exposures(village_survey)
    with pytest.raises(SurveyError, match="already"):
        ce.count_exposures(counted)


def test_small_counts_are_hidden():
    x = np.repeat([0, 1, 2], [3, 40, 40])
    y = np.tile([0, 1], 42)[:83]
    dose = ce.estimate_dose_response(
        ce.read_survey(pd.DataFrame({"x": x, "y": y})), "x", "y ~ x"
    )
    assert [row.n for row in dose.doses] == [None, None, 40]
    assert "[c]" in ce.Report([dose]).to(".md").decode()


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_measure_is_shown_in_its_own_units(dosed, language):
    found = ce.estimate_dose_response(dosed, "dose", "inc ~ dose", model=ce.Ols())
    report = ce.Report([found], language=language)
    assert len(report.grids) == 2
    assert len(report.pictures) == 1
    assert "%" not in "".join(run.text for run in report.grids[0].heads[2])
