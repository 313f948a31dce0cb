"""Models of every form of outcome through `fit_effect` and `average_effects`."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

import campaign_effect as ce
from campaign_effect.analyses.effects.assumptions import check_assumptions
from campaign_effect.analyses.effects.choices import (
    Firth,
    FractionalLogit,
    Logit,
    Multinomial,
    OrderedLogit,
    OrderedProbit,
    Probit,
)
from campaign_effect.analyses.effects.clustered_models import RandomIntercept
from campaign_effect.analyses.effects.covariances import CR2, CV3, HC0, HC3, Classic
from campaign_effect.analyses.effects.fit import fit_effect
from campaign_effect.analyses.effects.margins import average_effects
from campaign_effect.errors import (
    CollinearityError,
    SeparationError,
    SurveyError,
    UsageError,
)
from campaign_effect.survey import read_survey

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "outcomes.json").read_text(encoding="utf-8"))["values"]
ORDERED = "ec ~ age + gender + Blair + Hague + Kennedy + Europe + knowledge"
VOTE = "vote ~ age + gender + ec + household + Blair + Hague + Kennedy + Europe * knowledge"
ATOL_COEFFICIENT = 1e-6  # nnet's quasi-Newton stops short of the maximum
RTOL_ERROR = 1e-5
ATOL_EFFECT = 1e-6  # polr and nnet again
RTOL_EFFECT_ERROR = 1e-4
ATOL_BRANT = 1e-4  # glm's default stop in car
ATOL_GLMER = 1e-4


@pytest.fixture(scope="module")
def beps():
    data = pd.read_csv(REFERENCE / "data" / "beps.csv")
    names = {
        "economic.cond.national": "ec",
        "economic.cond.household": "household",
        "political.knowledge": "knowledge",
    }
    return read_survey(data.rename(columns=names))


@pytest.fixture(scope="module")
def anes():
    return read_survey(pd.read_csv(REFERENCE / "data" / "anes96.csv"))


@pytest.fixture(scope="module")
def endometrial():
    return read_survey(pd.read_csv(REFERENCE / "data" / "endometrial.csv"))


@pytest.mark.parametrize(
    ("model", "name"), [(OrderedLogit(), "beps_ologit"), (OrderedProbit(), "beps_oprobit")]
)
def test_ordered_models_agree_with_clm(model, name, beps):
    effect = fit_effect(beps, ORDERED, model=model, vcov=Classic())
    rows = effect.tidy()
    assert list(rows["term"][-4:]) == ["1|2", "2|3", "3|4", "4|5"]
    assert rows["odds_ratio"][-4:].isna().all()
    order = [*range(7, 11), *range(7)]
    assert_allclose(rows["estimate"].to_numpy()[order], R[name]["b"], atol=SOLVED_TWICE)
    assert_allclose(rows["std_error"].to_numpy()[order], R[name]["se"], rtol=SEARCHED)
    fit = effect.tidy("fits").iloc[0]
    assert_allclose(fit["log_likelihood"], R[name]["log_likelihood"], rtol=SOLVED)
    assert fit["lr_df"] == 7


@pytest.mark.parametrize("name", ["Blair", "Europe"])
def test_effects_on_each_ordered_category_agree_with_r(name, beps):
    effect = fit_effect(beps, ORDERED, model=OrderedLogit(), vcov=Classic())
    rows = average_effects(effect, of=name).tidy()
    assert list(rows["category"]) == ["1", "2", "3", "4", "5"]
    assert_allclose(rows["estimate"], R["beps_oame"][name]["estimate"], atol=ATOL_EFFECT)
    assert_allclose(rows["std_error"], R["beps_oame"][name]["se"], rtol=RTOL_EFFECT_ERROR)


def test_multinomial_agrees_with_nnet(beps):
    effect = fit_effect(beps, VOTE, model=Multinomial(), vcov=Classic())
    rows = effect.tidy()
    for place, party in enumerate(R["beps_mlogit"]["levels"]):
        one = rows[rows["category"] == party]
        assert_allclose(one["estimate"], R["beps_mlogit"]["b"][place], atol=ATOL_COEFFICIENT)
        assert_allclose(one["std_error"], R["beps_mlogit"]["se"][place], rtol=RTOL_ERROR)
    found = average_effects(effect, of=["Blair", "Europe", "age"]).tidy()
    for name, block in found.groupby("term"):
        assert list(block["category"]) == ["Conservative", "Labour", "Liberal Democrat"]
        assert_allclose(block["estimate"], R["beps_mame"][name]["estimate"], atol=ATOL_EFFECT)
        assert_allclose(block["std_error"], R["beps_mame"][name]["se"], rtol=RTOL_EFFECT_ERROR)


def test_another_base_turns_the_equations_and_leaves_the_effects(beps):
    formula = "vote ~ age + Blair + Hague"
    one = fit_effect(beps, formula, model=Multinomial(), vcov=HC3())
    other = fit_effect(beps, formula, model=Multinomial(base="Labour"), vcov=HC3())
    rows, turned = one.tidy(), other.tidy()
    labour = rows[rows["category"] == "Labour"]["estimate"]
    conservative = turned[turned["category"] == "Conservative"]["estimate"]
    assert_allclose(conservative, -labour.to_numpy(), rtol=STOPPED)
    effects = [
        average_effects(effect).tidy().sort_values(["term", "category"])
        for effect in (one, other)
    ]
    for column in ("estimate", "std_error"):
        assert_allclose(effects[1][column], effects[0][column].to_numpy(), rtol=DIFFERENCED)


def test_probit_agrees_with_glm(anes):
    formula = "vote ~ TVnews + selfLR + PID + age + educ + income"
    rows = fit_effect(anes, formula, model=Probit(), vcov=HC3()).tidy()
    assert_allclose(rows["estimate"], R["anes_probit"]["coef"]["b"], atol=SOLVED_TWICE)
    assert_allclose(rows["std_error"], R["anes_probit"]["hc"]["HC3"], rtol=STOPPED)
    assert rows["odds_ratio"].isna().all()


def test_firth_tests_by_the_penalised_likelihood(endometrial):
    effect = fit_effect(endometrial, "HG ~ NV + PI + EH", model=Firth())
    rows = effect.tidy()
    assert effect.tidy("fits")["vcov"][0] == "classic"
    assert_allclose(rows["estimate"], R["endo"]["b"], atol=SEARCHED)
    assert_allclose(rows["std_error"], R["endo"]["se"], rtol=STOPPED)
    assert_allclose(rows["statistic"] ** 2, R["endo_profile"]["lr"], rtol=DIFFERENCED)
    assert_allclose(rows["conf_low"], R["endo_profile"]["low"], rtol=DIFFERENCED)
    assert_allclose(rows["conf_high"], R["endo_profile"]["high"], rtol=DIFFERENCED)


def test_separation_names_the_term_and_the_rescue(endometrial):
    for model in (Logit(), Probit()):
        with pytest.raises(SeparationError, match=r"\['NV'\](.|\n)*Firth"):
            fit_effect(endometrial, "HG ~ NV + PI + EH", model=model)


def test_random_intercept_agrees_with_glmer():
    bacteria = read_survey(pd.read_csv(REFERENCE / "data" / "bact.csv"))
    effect = fit_effect(bacteria, "yy ~ tr + wk", model=RandomIntercept(cluster="ID"))
    rows, fit = effect.tidy(), effect.tidy("fits").iloc[0]
    assert_allclose(rows["estimate"], R["bact_25"]["b"], atol=ATOL_GLMER)
    assert_allclose(rows["std_error"], R["bact_25"]["se"], rtol=ATOL_GLMER)
    assert fit["n_clusters"] == 50
    assert fit["cluster"] == "ID"
    effects = average_effects(effect).tidy()
    plain = average_effects(fit_effect(bacteria, "yy ~ tr + wk", vcov=HC0())).tidy()
    # Both are of the population.
    assert_allclose(effects["estimate"], plain["estimate"], atol=0.03)


def test_clusters_that_do_not_differ_are_said():
    chile = read_survey(pd.read_csv(REFERENCE / "data" / "chile_yn.csv"))
    model = RandomIntercept(cluster="comm")
    effect = fit_effect(chile, "y ~ sex + age + statusquo", model=model)
    assert [notice.code for notice in effect.notices] == ["no_cluster_variation"]
    fit = effect.tidy("fits").iloc[0]
    assert (fit["sd"], fit["icc"], fit["median_odds_ratio"]) == (0, 0, 1)


def test_a_random_intercept_has_no_other_covariance():
    bacteria = read_survey(pd.read_csv(REFERENCE / "data" / "bact.csv"))
    with pytest.raises(UsageError, match="its own likelihood"):
        fit_effect(bacteria, "yy ~ tr", model=RandomIntercept(cluster="ID"), vcov=HC3())


def test_a_fractional_logit_is_robust_by_default(beps):
    data = beps.answers.assign(share=(beps.answers["Europe"] - 1) / 10)
    effect = fit_effect(read_survey(data), "share ~ age + gender", model=FractionalLogit())
    assert effect.tidy("fits")["vcov"][0] == "HC3"
    assert effect.tidy("fits")["mcfadden"].isna().all()
    effects = average_effects(effect).tidy()
    assert effects["category"].isna().all()


@pytest.mark.parametrize("model", [OrderedLogit(), OrderedProbit(), Multinomial()])
def test_clustered_tests_have_satterthwaite_df(model, beps):
    data = beps.answers.assign(group=beps.answers["age"] // 5)
    effect = fit_effect(
        read_survey(data), "ec ~ Blair + Europe", model=model, vcov=CR2(cluster="group")
    )
    assert effect.tidy()["df"].between(1, 14).all()
    assert effect.tidy("fits")["n_clusters"][0] == 15
    effects = average_effects(effect).tidy()
    assert effects["df"].between(1, 14).all()
    assert_allclose(effects.groupby("term")["estimate"].sum(), 0, atol=ROUNDING)


def test_effects_of_a_factor_on_categories_are_contrasts_of_shares(beps):
    effect = fit_effect(beps, "vote ~ gender", model=Multinomial(), vcov=Classic())
    rows = average_effects(effect).tidy()
    shares = pd.crosstab(beps.answers["gender"], beps.answers["vote"], normalize="index")
    expected = shares.loc["male"] - shares.loc["female"]
    assert list(rows["contrast"].unique()) == ["male - female"]
    assert_allclose(rows["estimate"], expected[rows["category"]], atol=SOLVED)


def test_separated_categories_name_the_term(beps):
    data = beps.answers.assign(told=(beps.answers["ec"] > 3).astype(float))
    for model in (OrderedLogit(), Multinomial()):
        with pytest.raises(SeparationError, match="told"):
            fit_effect(read_survey(data), "ec ~ age + told", model=model)


def test_dependent_terms_of_an_ordered_model_are_named(beps):
    data = beps.answers.assign(twice=2 * beps.answers["age"])
    with pytest.raises(CollinearityError, match="twice"):
        fit_effect(read_survey(data), "ec ~ age + Blair + twice", model=OrderedLogit())


def test_categories_without_order_are_refused_by_ordered_models(beps):
    with pytest.raises(SurveyError, match="no order"):
        fit_effect(beps, "vote ~ age", model=OrderedLogit())


def test_a_measure_is_refused_as_categories(beps):
    with pytest.raises(SurveyError, match="too many for categories"):
        fit_effect(beps, "age ~ Blair", model=Multinomial())


def test_a_share_outside_0_to_1_is_refused(beps):
    with pytest.raises(SurveyError, match="no share from 0 to 1"):
        fit_effect(beps, "Europe ~ age", model=FractionalLogit())


def test_an_unknown_base_is_named_with_the_nearest(beps):
    with pytest.raises(UsageError, match="did you mean 'Labour'"):
        fit_effect(beps, "vote ~ age", model=Multinomial(base="labor"))


def test_parallel_lines_agree_with_r(beps):
    effect = fit_effect(beps, ORDERED, model=OrderedLogit(), vcov=Classic())
    rows = check_assumptions(effect).tidy("tests").set_index("test")
    assert_allclose(
        rows.loc["test.brant", "statistic"], R["beps_brant"]["chi2"], atol=ATOL_BRANT
    )
    score = rows.loc["test.parallel_score"]
    assert_allclose(score["statistic"], R["beps_score"]["chi2"], rtol=DIFFERENCED)
    assert list(rows["df"]) == [21, 21, 21]


def test_an_ordered_probit_has_no_brant_test(beps):
    effect = fit_effect(beps, ORDERED, model=OrderedProbit(), vcov=Classic())
    checks = check_assumptions(effect)
    assert list(checks.tidy("tests")["test"]) == ["test.parallel_score", "test.parallel_lr"]
    assert len(checks.tidy("inflation")) == 7
    assert checks.tidy("discrimination").empty


@pytest.mark.parametrize(
    ("formula", "model"), [("ec ~ Blair + Europe", OrderedLogit()), ("lab ~ Blair", Logit())]
)
def test_the_jackknife_is_wider_than_cr2_with_its_own_df(formula, model, beps):
    data = beps.answers.assign(
        group=beps.answers["age"] // 5, lab=beps.answers["vote"] == "Labour"
    )
    survey = read_survey(data.astype({"lab": float}))
    rows = [
        fit_effect(survey, formula, model=model, vcov=vcov).tidy()
        for vcov in (CV3(cluster="group"), CR2(cluster="group"))
    ]
    assert (rows[0]["df"] == 14).all()
    assert rows[0]["std_error"].gt(rows[1]["std_error"]).all()


def test_effects_on_a_number_are_shown_in_its_own_units():
    x = np.linspace(0, 1, 60)
    frame = pd.DataFrame({"x": x, "y": 10 + 3 * x + np.tile([-0.1, 0.1], 30)})
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ x", model=ce.Ols())
    text = ce.Report([ce.average_effects(effect)]).to(".txt").decode()
    assert "values 3.0" in text
    assert "percentage points" not in text
    assert "probability" not in text


def test_levels_that_hold_a_dash_keep_their_names():
    rng = np.random.default_rng(1)
    ages = pd.Categorical(rng.choice(["18 - 25", "26 - 40"], 80))
    frame = pd.DataFrame({"age": ages, "y": rng.integers(0, 2, 80)})
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ age")
    text = ce.Report([ce.average_effects(effect)]).to(".md").decode()
    assert "26 - 40 vs. 18 - 25" in text
