"""Contrasts, effects at answers, risk ratios and second differences: R's and their own laws."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING

import campaign_effect as ce
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.errors import StatisticsError, UsageError

RTOL_ESTIMATE = 1e-7  # R's slopes are central differences of step 1e-4
RTOL_ERROR = 1e-5  # R's gradients are central differences of step 1e-5 of those
RTOL_SAME = 1e-9  # the same quantity by another road in float64
RTOL_SLOPE = 1e-6  # a slope is a difference of step 1e-4 SD
RTOL_TWO_FITS = 1e-6  # each to 1e-8 of a gradient
FORMULA = "y ~ sex + age + edu * statusquo + inc"
VCOVS = {"classic": ce.Classic(), "HC3": ce.HC3(), "CR1": ce.CR1(cluster="comm")}


@pytest.fixture(scope="module")
def survey(chile):
    return ce.read_survey(chile)


@pytest.fixture(scope="module")
def fitted(survey):
    vcovs = {**VCOVS, "CR2": ce.CR2(cluster="comm")}
    return {name: ce.fit_effect(survey, FORMULA, vcov=one) for name, one in vcovs.items()}


def log_ratio(effect, of, change):
    (row,) = ce.estimate_risk_ratios(effect, of=of, change=change).ratios
    return np.log(row.estimate), row.std_error, row.df


def average(effect, **asked):
    (row,) = ce.average_effects(effect, **asked).effects
    return row.estimate, row.std_error, row.df


def second(effect, of, **asked):
    found = ce.compare_effects(effect, of, by="edu", values=["P", "PS"], **asked)
    (row,) = found.differences
    return row.estimate, row.std_error, row.df


QUANTITIES = {
    "age_unit": lambda e: average(e, of="age", change="unit"),
    "age_sd": lambda e: average(e, of="age", change="sd"),
    "age_iqr": lambda e: average(e, of="age", change="iqr"),
    "age_range": lambda e: average(e, of="age", change="range"),
    "statusquo_pair": lambda e: average(e, of="statusquo", change=(-1, 1)),
    "edu_pair": lambda e: average(e, of="edu", change=("S", "PS")),
    "age_at": lambda e: average(e, of="age", at={"edu": "PS", "statusquo": -0.5}),
    "sex_ratio": lambda e: log_ratio(e, "sex", "unit"),
    "age_ratio": lambda e: log_ratio(e, "age", "iqr"),
    "second_slope": lambda e: second(e, "statusquo"),
    "second_sex": lambda e: second(e, "sex"),
    "second_groups": lambda e: second(e, "statusquo", own_members=True),
}


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_quantity_agrees_with_r_under_every_covariance(quantity, fitted, reference):
    wanted = reference("quantities")["logit"][quantity]
    for vcov, effect in fitted.items():
        estimate, error, df = QUANTITIES[quantity](effect)
        assert_allclose(estimate, wanted["estimate"], rtol=RTOL_ESTIMATE)
        assert_allclose(error, wanted[vcov], rtol=RTOL_ERROR)
        if vcov == "CR2":
            assert_allclose(df, wanted["df"], rtol=RTOL_ERROR)


def test_in_a_linear_model_a_change_is_its_width_times_the_coefficient(survey):
    effect = ce.fit_effect(survey, "y ~ age + statusquo", model=ce.Ols())
    rows = effect.tidy().set_index("term")
    b, error = rows.loc["age", ["estimate", "std_error"]]
    age = survey.answers["age"]
    widths = {
        "unit": 1,
        "sd": age.std(),
        "iqr": age.quantile(0.75) - age.quantile(0.25),
        "range": age.max() - age.min(),
        (20, 50): 30,
        (50, 20): -30,
    }
    for change, width in widths.items():
        estimate, found_error, _ = average(effect, of="age", change=change)
        assert_allclose(estimate, width * b, rtol=RTOL_SAME)
        assert_allclose(found_error, abs(width) * error, rtol=RTOL_SAME)


def test_changes_do_not_depend_on_the_unit(survey, chile):
    months = ce.read_survey(chile.assign(age=12 * chile["age"]))
    for change in ("sd", "iqr", "range"):
        years, scaled = (
            average(ce.fit_effect(one, FORMULA, vcov=ce.HC3()), of="age", change=change)
            for one in (survey, months)
        )
        assert_allclose(scaled[:2], years[:2], rtol=RTOL_TWO_FITS)


def test_two_answers_the_other_way_round_turn_the_sign_and_the_ratio(fitted):
    effect = fitted["HC3"]
    assert_allclose(
        average(effect, of="edu", change=("S", "PS"))[0],
        -average(effect, of="edu", change=("PS", "S"))[0],
        rtol=RTOL_SAME,
    )
    there, back = (
        ce.estimate_risk_ratios(effect, of="sex", change=pair).ratios[0]
        for pair in (("F", "M"), ("M", "F"))
    )
    assert_allclose(there.estimate * back.estimate, 1, rtol=RTOL_SAME)
    assert_allclose(there.conf_low * back.conf_high, 1, rtol=RTOL_SAME)


def test_a_ratio_is_that_of_the_average_predictions(fitted):
    (row,) = ce.estimate_risk_ratios(fitted["HC3"], of="sex").ratios
    women, men = ce.predict_probabilities(fitted["HC3"], "sex").predictions
    assert_allclose([row.base_risk, row.risk], [women.estimate, men.estimate], rtol=RTOL_SAME)
    assert_allclose(row.estimate, men.estimate / women.estimate, rtol=RTOL_SAME)


def test_ratios_of_every_category_belong_to_probabilities_that_sum_to_one(village_survey):
    effect = ce.fit_effect(village_survey, "education ~ age", model=ce.OrderedLogit())
    rows = ce.estimate_risk_ratios(effect, change="range").tidy()
    assert len(rows) == 4
    assert_allclose(rows[["risk", "base_risk"]].sum(), 1)


def test_without_an_interaction_effects_differ_only_through_the_curve(survey):
    linear = ce.fit_effect(survey, "y ~ sex + statusquo", model=ce.Ols())
    (same,) = ce.compare_effects(linear, "statusquo", by="sex").differences
    assert_allclose(same.estimate, 0, atol=ROUNDING)
    crossed = ce.fit_effect(survey, "y ~ sex * statusquo", model=ce.Ols(), vcov=ce.HC1())
    (row,) = ce.compare_effects(crossed, "statusquo", by="sex").differences
    product = crossed.tidy().set_index("term").iloc[-1]
    assert_allclose(row.estimate, product["estimate"], rtol=RTOL_SLOPE)
    assert_allclose(row.std_error, product["std_error"], rtol=RTOL_SLOPE)


def test_equality_of_three_effects_is_a_joint_test(fitted):
    found = ce.compare_effects(fitted["CR2"], "statusquo", by="edu")
    assert [row.by_level for row in found.effects] == ["edu=P", "edu=S", "edu=PS"]
    (test,) = found.equality
    assert test.df == 2
    assert 0 < test.df_2 < 29
    assert not ce.compare_effects(
        fitted["CR2"], "statusquo", by="edu", values=["P", "S"]
    ).equality


def test_numbers_are_compared_at_their_quartiles_or_values(survey):
    effect = ce.fit_effect(survey, "y ~ age * statusquo")
    at = ce.compare_effects(effect, "statusquo", by="age").effects
    quartiles = survey.answers["age"].quantile([0.25, 0.75])
    assert_allclose([row.by_value for row in at], quartiles)
    (row,) = ce.compare_effects(effect, "statusquo", by="age", values=[30, 60]).differences
    assert (row.by_value, row.than_value) == (60, 30)


def test_over_imputations_every_quantity_is_the_mean_of_its_estimates(village_survey):
    formula = "voted_calon_1 ~ whatsapp * gender + message_trust"
    choice = ce.Imputation(m=3, rounds=2)
    effect = ce.fit_effect(village_survey, formula, missing=choice)
    (pooled,) = effect.pooled
    own = [replace(effect, pooled=(PooledModel(fits=(one,)),)) for one in pooled.fits]

    def mean_of(ask):
        return np.mean([ask(one) for one in own], axis=0)

    def by_gender(one):
        return ce.compare_effects(one, "whatsapp", by="gender").tidy("differences")["estimate"]

    def pair(one):
        found = ce.average_effects(one, of=["whatsapp", "message_trust"], change=(1, 4))
        return found.tidy()["estimate"]

    def log_ratio_of(one):
        return np.log(ce.estimate_risk_ratios(one, of="gender").tidy()["estimate"])

    for ask in (by_gender, pair, log_ratio_of):
        assert_allclose(ask(effect), mean_of(ask), rtol=RTOL_SAME)
    assert ce.average_effects(effect, change="sd").tidy()["p_value"].notna().all()


def test_groups_are_averaged_over_with_their_weights(chile):
    """A weight of 2 is a respondent who is there twice."""
    twice = pd.concat([chile, chile[chile["age"] > 40]])
    weighted = ce.fit_effect(
        ce.read_survey(chile.assign(w=1.0 + (chile["age"] > 40))), FORMULA, weights="w"
    )
    repeated = ce.fit_effect(ce.read_survey(twice.reset_index(drop=True)), FORMULA)
    found, wanted = (
        ce.compare_effects(one, "statusquo", by="edu", own_members=True).tidy()["estimate"]
        for one in (weighted, repeated)
    )
    assert_allclose(found, wanted, rtol=RTOL_TWO_FITS)


def test_mistakes_are_refused(fitted, survey):
    effect = fitted["HC3"]
    with pytest.raises(UsageError, match="no step 'sdd'"):
        ce.average_effects(effect, of="age", change="sdd")
    with pytest.raises(UsageError, match="is no answer to 'age'"):
        ce.average_effects(effect, of="age", change=("low", "high"))
    with pytest.raises(UsageError, match="does not change"):
        ce.average_effects(effect, of="age", change=(3, 3))
    with pytest.raises(UsageError, match="no level of 'edu'"):
        ce.average_effects(effect, of="age", at={"edu": "X"})
    with pytest.raises(UsageError, match="both change and be held"):
        ce.average_effects(effect, of="age", at={"age": 3})
    with pytest.raises(UsageError, match="at least two answers"):
        ce.compare_effects(effect, "age", by="age")
    with pytest.raises(UsageError, match=r"Nobody answered 17\.5"):
        ce.compare_effects(effect, "sex", by="age", values=[17.5, 30], own_members=True)
    with pytest.raises(UsageError, match="no probability to divide"):
        ce.estimate_risk_ratios(ce.fit_effect(survey, "age ~ sex", model=ce.Ols()))


def test_a_spline_does_not_leave_the_answers(survey):
    effect = ce.fit_effect(survey, "y ~ bs(age, df=4)")
    assert ce.average_effects(effect, of="age", change="iqr").effects
    with pytest.raises(UsageError, match="knows nothing beyond"):
        ce.average_effects(effect, of="age", change="sd")
    with pytest.raises(UsageError, match="knows nothing beyond"):
        ce.predict_probabilities(effect, "age", values=[120])


def test_a_linear_model_without_a_ratio_says_so():
    frame = pd.DataFrame({"x": [0.0, 1, 2, 3, 4, 5, 6, 7], "y": [0, 0, 0, 0, 0, 1, 1, 1]})
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ x", model=ce.Lpm())
    with pytest.raises(StatisticsError, match="above 0"):
        ce.estimate_risk_ratios(effect, change=(0, 7))


def test_whatever_relates_an_outcome_to_exposure_says_what_it_does_not_claim(fitted):
    effect = fitted["HC3"]
    margins = ce.average_effects(effect, of="age")
    for result in (
        ce.compare_effects(effect, "statusquo", by="edu"),
        ce.estimate_risk_ratios(effect, of="sex"),
        ce.assess_equivalence(margins, within=0.1),
        ce.tabulate_models(effect),
        ce.predict_probabilities(effect, "sex"),
    ):
        assert "does not claim" in ce.Report([result]).to(".md").decode()


@pytest.mark.parametrize("language", ["en", "id"])
def test_all_of_it_is_said_and_tabled(language, fitted, survey):
    effect = fitted["CR2"]
    results = [
        ce.average_effects(effect, change="range", at={"edu": "PS"}),
        ce.compare_effects(effect, "statusquo", by="edu"),
        ce.compare_effects(effect, "statusquo", by="age", own_members=False),
        ce.estimate_risk_ratios(effect),
        ce.predict_probabilities(effect, "sex", at={"age": 40}),
    ]
    report = ce.Report(results, language=language)
    assert len(report.grids) == 5
    text = report.to(".txt").decode()
    assert ("Everyone is given" if language == "en" else "Semua responden") in text
