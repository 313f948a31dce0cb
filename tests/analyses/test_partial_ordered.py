"""Partial proportional odds through `fit_effect` and what takes its result."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import SeparationError, UsageError

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "partial_ordered.json").read_text(encoding="utf-8"))["values"][
    "logit"
]
FORMULA = "ec ~ age + Hague + Kennedy + knowledge + Blair + Europe + gender"
MODEL = ce.PartialOrderedLogit(free=("Blair", "Europe", "gender"))
ATOL_COEFFICIENT = 1e-8  # one Newton step on numerical derivatives in R
RTOL_ERROR = 1e-6  # numerical second derivatives in R


@pytest.fixture(scope="module")
def beps():
    data = pd.read_csv(REFERENCE / "data" / "beps.csv")
    names = {"economic.cond.national": "ec", "political.knowledge": "knowledge"}
    return ce.read_survey(data.rename(columns=names).assign(group=data["age"] // 5))


def test_coefficients_by_threshold_agree_with_r(beps):
    effect = ce.fit_effect(beps, FORMULA, model=MODEL, vcov=ce.Classic())
    rows = effect.tidy()
    assert list(rows["term"][:4]) == ["age", "Hague", "Kennedy", "knowledge"]
    assert list(rows["category"][4:10]) == ["1|2"] * 3 + ["2|3"] * 3
    assert list(rows["term"][-4:]) == ["1|2", "2|3", "3|4", "4|5"]
    assert rows["odds_ratio"][:-4].notna().all()
    assert_allclose(rows["estimate"], R["ours"]["theta"], atol=ATOL_COEFFICIENT)
    assert_allclose(rows["std_error"], R["ours"]["se"], rtol=RTOL_ERROR)
    robust = ce.fit_effect(beps, FORMULA, model=MODEL, vcov=ce.HC0()).tidy()
    assert_allclose(robust["std_error"], R["ours"]["HC0"], rtol=RTOL_ERROR)
    clustered = ce.fit_effect(beps, FORMULA, model=MODEL, vcov=ce.CR0(cluster="group")).tidy()
    assert_allclose(clustered["std_error"], R["ours"]["CR0"], rtol=RTOL_ERROR)
    assert_allclose(
        effect.tidy("fits")["log_likelihood"], R["clm"]["log_likelihood"], rtol=SOLVED_TWICE
    )


def test_average_effects_on_categories_agree_with_r(beps):
    effect = ce.fit_effect(beps, FORMULA, model=MODEL, vcov=ce.Classic())
    for name, expected in (("Blair", R["ours"]["Blair"]), ("gender", R["ours"]["male"])):
        rows = ce.average_effects(effect, of=name).tidy()
        assert list(rows["category"]) == ["1", "2", "3", "4", "5"]
        assert_allclose(rows["estimate"], expected["estimate"], rtol=DIFFERENCED)
        assert_allclose(rows["std_error"], expected["se"], rtol=DIFFERENCED)


def test_the_likelihood_ratio_of_freed_terms_agrees_with_vgam(beps):
    effect = ce.fit_effect(beps, FORMULA, model=MODEL, vcov=ce.Classic())
    rows = ce.check_assumptions(effect).tidy("tests").set_index("test")
    freed = rows.loc["test.freed_lr", ["statistic", "df", "p_value"]].astype(float)
    assert_allclose(
        freed, [R["vgam"][name] for name in ("lr", "lr_df", "lr_p")], rtol=DIFFERENCED
    )
    parallel = ce.fit_effect(beps, FORMULA, model=ce.OrderedLogit(), vcov=ce.Classic())
    whole = (
        ce.check_assumptions(parallel).tidy("tests").set_index("test").loc["test.parallel_lr"]
    )
    assert_allclose(
        freed["statistic"] + rows.loc["test.rest_lr", "statistic"], whole["statistic"]
    )
    assert freed["df"] + rows.loc["test.rest_lr", "df"] == whole["df"] == 21


def test_clustered_tests_have_satterthwaite_df(beps):
    model = ce.PartialOrderedLogit(free=("Europe",))
    effect = ce.fit_effect(
        beps, "ec ~ Blair + Europe", model=model, vcov=ce.CR2(cluster="group")
    )
    assert effect.tidy()["df"].between(1, 14).all()
    assert ce.average_effects(effect).tidy()["df"].between(1, 14).all()


def test_a_factor_is_freed_with_all_its_levels(beps):
    model = ce.PartialOrderedLogit(free=("C(vote)",))
    rows = ce.fit_effect(beps, "ec ~ Europe + C(vote)", model=model).tidy()
    freed = rows[rows["category"].notna()]
    assert freed["term"].nunique() == 2
    assert len(freed) == 8


@pytest.mark.parametrize(
    ("free", "words"),
    [(("Blari",), "did you mean 'Blair'"), ("Blair", "tuple of names"), ((), "tuple of names")],
)
def test_terms_that_cannot_be_freed_are_refused(free, words, beps):
    with pytest.raises(UsageError, match=words):
        ce.fit_effect(beps, FORMULA, model=ce.PartialOrderedLogit(free=free))


def test_separation_at_one_threshold_names_the_term(beps):
    told = ((beps.answers["ec"] > 1) & (np.arange(len(beps.answers)) % 2 == 0)).astype(float)
    told[beps.answers.index[beps.answers["ec"] == 5][0]] = 0.0
    survey = ce.read_survey(beps.answers.assign(told=told))
    ce.fit_effect(survey, "ec ~ age + told", model=ce.OrderedLogit())
    with pytest.raises(SeparationError, match="told"):
        ce.fit_effect(survey, "ec ~ age + told", model=ce.PartialOrderedLogit(free=("told",)))


def test_crossing_lines_are_said():
    rng = np.random.default_rng(4)
    x = np.append(rng.normal(size=400), [6.0, -6.0])
    y = np.digitize(rng.logistic(size=402) * np.exp(0.5 * np.clip(x, -3, 3)), [-1.0, 1.0])
    survey = ce.read_survey(pd.DataFrame({"x": x, "y": y}))
    effect = ce.fit_effect(survey, "y ~ x", model=ce.PartialOrderedLogit(free=("x",)))
    facts = {notice.code: dict(notice.facts) for notice in effect.notices}
    assert facts["lines_cross"]["n"] > 0


def test_nested_models_are_compared(beps):
    model = ce.PartialOrderedLogit(free=("Europe",))
    effects = [
        ce.fit_effect(beps, f, model=model)
        for f in ("ec ~ Europe", "ec ~ Europe + age + Blair")
    ]
    step = ce.compare_models(effects).tidy("steps").iloc[1]
    assert step["lr_df"] == 2
    assert step["lr_p_value"] < 0.001


def test_the_table_heads_freed_terms_by_their_threshold(beps):
    effect = ce.fit_effect(
        beps, "ec ~ Blair + Europe", model=ce.PartialOrderedLogit(free=("Europe",))
    )
    report = ce.Report([effect, ce.check_assumptions(effect)])
    text = " ".join(report.to(".txt").decode().split())
    assert "Above threshold 2|3" in text
    assert "With Partial Proportional Odds" in text
    assert "Di atas ambang 2|3" in ce.Report([effect], language="id").to(".txt").decode()
    assert "Above threshold 2|3" in ce.Report([ce.tabulate_models(effect)]).to(".txt").decode()
