"""Checks of weighted and pooled models equal R's survey, and hold what they must."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, SEARCHED, SOLVED_TWICE, STOPPED

import campaign_effect as ce

DATA = Path(__file__).parents[1] / "reference" / "data"
CES = "ab ~ imp + gender + urban"
API = "y ~ ell + meals + api99"
LINEAR = "api99 ~ ell + meals"
DESIGNS = {
    "strata": ce.SurveyDesign(weights="w", strata="province"),
    "units": ce.SurveyDesign(weights="w", strata="half", cluster="dnum", fpc="villages"),
    "clusters": ce.SurveyDesign(weights="w", cluster="dnum"),
}
RTOL_REFITS = 1e-5  # derivatives by differences of weights, through refits
RTOL_WALD = 1e-6  # svyglm stops by its deviance, and eta^2 comes from its predictions


@pytest.fixture(scope="module")
def expected(reference):
    return reference("weighted_checks")


@pytest.fixture(scope="module")
def surveys():
    ces = pd.read_csv(DATA / "ces11.csv")
    api = pd.read_csv(DATA / "api1.csv")
    half = api["dnum"] % 2
    return {
        CES: ce.read_survey(ces.assign(w=ces["weight"] / ces["weight"].mean())),
        API: ce.read_survey(
            api.assign(
                w=api["pw"] * (1 + np.arange(1, len(api) + 1) % 3 / 2),
                half=half,
                villages=np.where(half == 1, 60, 40),
            )
        ),
    }


def check(surveys, name, formula=None, model=None):
    formula = formula or (CES if name == "strata" else API)
    survey = surveys[CES if name == "strata" else API]
    return ce.check_assumptions(
        ce.fit_effect(survey, formula, model=model or ce.Logit(), vcov=DESIGNS[name])
    )


def test_of(result, name):
    (row,) = (row for row in result.tests if row.test == f"test.{name}")
    return row


test_of.__test__ = False


def agree(row, wanted, rtol):
    assert (row.df, row.df_2) == (wanted["df"], wanted["df_2"])
    assert_allclose([row.statistic, row.p_value], [wanted["F"], wanted["p"]], rtol=rtol)


@pytest.mark.parametrize("name", DESIGNS)
def test_the_link_test_is_surveys_wald_test(name, surveys, expected):
    row = test_of(check(surveys, name), "link_f")
    agree(row, expected["link"][name], RTOL_WALD)


def test_reset_is_surveys_wald_test(surveys, expected):
    result = check(surveys, "units", LINEAR, ce.Ols())
    agree(test_of(result, "reset"), expected["reset"], RTOL_WALD)
    (notice,) = result.notices
    assert notice.code == "checks_weighted"
    assert "test.shapiro_wilk" in dict(notice.facts)["tests"]


@pytest.mark.parametrize("name", ["units", "clusters"])
def test_mean_residuals_agree_with_a_covariance_by_refits(name, surveys, expected):
    row = test_of(check(surveys, name), "mean_residual")
    agree(row, expected["mean_residual"][name], RTOL_REFITS)


@pytest.mark.parametrize("name", ["units", "clusters"])
def test_the_area_has_surveys_error(name, surveys, expected):
    (row,) = check(surveys, name).discrimination
    wanted = expected["area"][name]
    assert_allclose(row.auc, wanted["auc"], rtol=SEARCHED)
    assert_allclose(row.std_error, wanted["se"][0][0], rtol=DIFFERENCED)
    assert 0 < row.conf_low < row.auc < row.conf_high < 1


@pytest.mark.parametrize(
    ("name", "formula", "model", "key"),
    [
        ("strata", CES, ce.Logit(), "strata"),
        ("units", API, ce.Logit(), "units"),
        ("units", LINEAR, ce.Ols(), "line"),
        ("units", "y ~ stype + meals + api99", ce.Logit(), "typed"),
    ],
)
def test_inflation_is_liao_and_valliants(name, formula, model, key, surveys, expected):
    result = check(surveys, name, formula, model)
    found = [row.design_gvif for row in result.inflation]
    assert_allclose(found, expected["inflation"][key], rtol=STOPPED)


def test_cooks_distance_is_that_of_leaving_an_answer_out(surveys, expected):
    result = check(surveys, "units", LINEAR, ce.Ols())
    wanted = np.sort(expected["cook"])[::-1][:5]
    assert_allclose([row.cook for row in result.influence], wanted, rtol=SOLVED_TWICE)
    places = np.argsort(-np.array(expected["cook"]))[:5]
    rows = surveys[API].answers.index[places].tolist()
    assert [row.row for row in result.influence] == rows


def test_the_jackknife_of_a_design_varies_totals_as_the_design(surveys, reference):
    """Leaving out unit by unit (JKn) gives totals their linearised variance exactly."""
    sets = reference("weights")["replicates"]
    names = tuple(f"r{k}" for k in range(len(sets["scales"])))
    frame = surveys[API].answers
    columns = dict(zip(names, 7 * np.array(sets["weights"]).T, strict=True))  # any scale
    survey = ce.read_survey(frame.assign(**columns))
    replicates = ce.ReplicateWeights(weights="w", replicates=names, scale=tuple(sets["scales"]))
    design = ce.SurveyDesign(weights="w", strata="half", cluster="dnum")
    one, other = (
        ce.check_assumptions(ce.fit_effect(survey, API, vcov=vcov))
        for vcov in (replicates, design)
    )
    assert_allclose(
        one.discrimination[0].std_error, other.discrimination[0].std_error, rtol=SOLVED_TWICE
    )
    found, wanted = ([row.design_gvif for row in r.inflation] for r in (one, other))
    assert_allclose(found, wanted, rtol=SOLVED_TWICE)
    residuals = [test_of(r, "mean_residual") for r in (one, other)]
    assert_allclose(*(row.statistic for row in residuals), rtol=SOLVED_TWICE)
    assert residuals[0].df_2 == residuals[1].df_2


def test_of_two_ways_the_fewer_clusters_are_the_units(surveys):
    survey = surveys[API]
    two = ce.TwoWay(cluster="dnum", second="stype")
    one = ce.check_assumptions(ce.fit_effect(survey, API, weights="w", vcov=two))
    other = ce.check_assumptions(
        ce.fit_effect(survey, API, weights="w", vcov=ce.CR1(cluster="stype"))
    )
    assert one.discrimination == other.discrimination


@pytest.mark.parametrize("language", ["en", "id"])
def test_notes_name_what_weights_change(language, surveys):
    result = check(surveys, "units")
    text = ce.Report([result], language=language).to(".md").decode()
    sources = ("Archer & Lemeshow", "Liao & Valliant", "Yao", "Li & Valliant")
    for words in (*sources, "weights=False", "Hosmer"):
        assert words in text
