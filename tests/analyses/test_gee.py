"""Generalised estimating equations through `fit_effect` and what takes its result."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import campaign_effect as ce
from campaign_effect.errors import SeparationError, StatisticsError, UsageError

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "gee.json").read_text(encoding="utf-8"))["values"]
RTOL = 1e-6  # geepack's rounds stop short of the solution
FORMULA = "ab ~ imp + gender + urban"
MODEL = ce.Gee(cluster="province")


@pytest.fixture(scope="module")
def ces():
    return ce.read_survey(pd.read_csv(REFERENCE / "data" / "ces_cc.csv").iloc[::4])


@pytest.mark.parametrize("link", ["logit", "identity", "probit"])
@pytest.mark.parametrize("correlation", ["exchangeable", "independence"])
def test_coefficients_and_effects_agree_with_r(correlation, link, ces):
    model = ce.Gee(cluster="province", correlation=correlation, link=link)
    expected = R[link]["ces"][correlation]
    effect = ce.fit_effect(ces, FORMULA, model=model)
    rows, fit = effect.tidy(), effect.tidy("fits").iloc[0]
    assert_allclose(rows["estimate"], expected["b"], rtol=RTOL)
    assert_allclose(rows["std_error"], expected["kauermann_carroll"], rtol=RTOL)
    assert_allclose(rows["df"], expected["df"], rtol=RTOL)
    if link == "logit":
        assert_allclose(rows["odds_ratio"], np.exp(expected["b"]), rtol=RTOL)
    else:
        assert rows["odds_ratio"].isna().all()
    assert_allclose(fit["working_correlation"], expected["alpha"], rtol=RTOL)
    assert (fit["vcov"], fit["cluster"], fit["n_clusters"]) == ("CR2", "province", 10)
    assert pd.isna(fit["log_likelihood"])
    slope = ce.average_effects(effect, of="imp").tidy().iloc[0]
    found = slope[["estimate", "std_error", "df"]].astype(float)
    assert_allclose(
        found, [expected["effect"][name] for name in ("estimate", "se", "df")], rtol=RTOL
    )


def test_every_clustered_covariance_is_taken(ces):
    kinds = {"CR0": "robust", "CR2": "kauermann_carroll"}
    for kind, name in kinds.items():
        vcov = getattr(ce, kind)(cluster="province")
        rows = ce.fit_effect(ces, FORMULA, model=MODEL, vcov=vcov).tidy()
        assert_allclose(rows["std_error"], R["logit"]["ces"]["exchangeable"][name], rtol=RTOL)
    naive = ce.fit_effect(ces, FORMULA, model=MODEL, vcov=ce.Classic()).tidy()
    assert_allclose(naive["std_error"], R["logit"]["ces"]["exchangeable"]["naive"], rtol=RTOL)
    assert naive["df"].isna().all()


def test_the_jackknife_fits_again_without_each_cluster(ces):
    frame = pd.read_csv(REFERENCE / "data" / "ces_cc.csv").iloc[::4]
    rows = ce.fit_effect(ces, FORMULA, model=MODEL, vcov=ce.CV3(cluster="province")).tidy()
    without = [
        ce.fit_effect(ce.read_survey(frame[frame["province"] != name]), FORMULA, model=MODEL)
        .tidy()["estimate"]
        .to_numpy()
        for name in frame["province"].unique()
    ]
    squares = np.sum((np.array(without) - rows["estimate"].to_numpy()) ** 2, axis=0)
    assert_allclose(rows["std_error"], np.sqrt(0.9 * squares), rtol=RTOL)


@pytest.mark.parametrize(
    ("vcov", "words"),
    [
        (ce.HC3(), "their own clusters only"),
        (ce.TwoWay(cluster="province", second="gender"), "their own clusters only"),
        (ce.CR2(cluster="gender"), "name the same column in both"),
        (ce.SurveyDesign(cluster="province"), "takes no weights"),
    ],
)
def test_other_covariances_are_refused(vcov, words, ces):
    with pytest.raises((UsageError, StatisticsError), match=words):
        ce.fit_effect(ces, FORMULA, model=MODEL, vcov=vcov)


def test_an_unknown_correlation_is_refused():
    with pytest.raises(UsageError, match="'exchangeable' or 'independence'"):
        ce.Gee(cluster="province", correlation="ar1")


def test_an_unknown_link_is_refused():
    with pytest.raises(UsageError, match="'logit', 'identity' or 'probit'"):
        ce.Gee(cluster="province", link="log")


def test_the_linear_probability_model_has_no_separation(ces):
    told = ces.answers.assign(told=ces.answers["ab"] * (np.arange(len(ces.answers)) % 2))
    model = ce.Gee(cluster="province", link="identity")
    effect = ce.fit_effect(ce.read_survey(told), "ab ~ imp + told", model=model)
    assert np.isfinite(effect.tidy()["estimate"]).all()


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("logit", "Odds ratios are of the average over province"),
        ("identity", "Linear Probability Model of “ab” by Generalised Estimating Equations"),
        ("probit", "Coefficients are of the average over province"),
    ],
)
def test_the_table_says_the_link(link, words, ces):
    model = ce.Gee(cluster="province", link=link)
    report = ce.Report([ce.fit_effect(ces, FORMULA, model=model)])
    assert words in " ".join(report.to(".txt").decode().split())


def test_separation_is_named(ces):
    told = ces.answers.assign(told=ces.answers["ab"] * (np.arange(len(ces.answers)) % 2))
    with pytest.raises(SeparationError, match="told"):
        ce.fit_effect(ce.read_survey(told), "ab ~ imp + told", model=MODEL)


def test_nested_models_are_compared_by_their_joint_test_alone(ces):
    effects = [ce.fit_effect(ces, f, model=MODEL) for f in ("ab ~ imp", FORMULA)]
    step = ce.compare_models(effects).tidy("steps").iloc[1]
    assert pd.isna(step["lr_chi2"])
    assert pd.isna(step["aic"])
    assert 0 < step["p_value"] < 1


def test_the_table_says_the_working_correlation(ces):
    for correlation, words in (
        ("exchangeable", "is .02 (exchangeable)"),
        ("independence", "that of independent"),
    ):
        model = ce.Gee(cluster="province", correlation=correlation)
        report = ce.Report([ce.fit_effect(ces, FORMULA, model=model)])
        assert words in " ".join(report.to(".txt").decode().split())


def test_a_correlation_below_0_is_said():
    frame = pd.DataFrame(
        {"y": np.tile([0, 1], 30), "x": np.arange(60) // 2 % 5, "v": np.arange(60) // 4}
    )
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ x", model=ce.Gee(cluster="v"))
    assert "no_working_correlation" in [notice.code for notice in effect.notices]
    assert effect.tidy("fits")["working_correlation"][0] == 0


def test_an_effect_in_one_cluster_has_no_test(ces):
    alone = ces.answers.assign(alone=(ces.answers["province"] == "BC").astype(float))
    effect = ce.fit_effect(ce.read_survey(alone), "ab ~ imp + alone", model=MODEL)
    row = effect.tidy().set_index("term").loc["alone"]
    assert pd.isna(row["p_value"])
    assert "one_cluster_only" in [notice.code for notice in effect.notices]


@pytest.mark.parametrize(
    ("link", "tests"),
    [
        ("logit", ["test.mean_residual", "test.link_f"]),
        ("identity", ["test.reset"]),
        ("probit", ["test.mean_residual", "test.link_f"]),
    ],
)
def test_assumptions_are_checked_on_the_scale_of_the_link(link, tests, ces):
    model = ce.Gee(cluster="province", link=link)
    checks = ce.check_assumptions(ce.fit_effect(ces, FORMULA, model=model))
    assert [row.test for row in checks.tests] == tests
    assert len(checks.discrimination) == (link != "identity")
    said = "binary_residuals" in [notice.code for notice in checks.notices]
    assert said == (link == "identity")
