"""Nested models: change tests equal R's and their own definitions."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from tolerances import DIFFERENCED, SEARCHED, SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import SurveyError, UsageError

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "effects.json").read_text(encoding="utf-8")
)["values"]
ATOL_LR = 1e-7  # two log-likelihoods of some 350, each to 1e-8


@pytest.fixture(scope="module")
def survey(chile):
    return ce.read_survey(chile)


@pytest.fixture(scope="module")
def nested(survey):
    formulas = (
        "y ~ sex + age + edu + statusquo + inc",
        "y ~ sex + age + edu * statusquo + inc",
    )
    return [ce.fit_effect(survey, one, vcov=ce.Classic()) for one in formulas]


def test_the_likelihood_ratio_test_agrees_with_r(nested):
    step = ce.compare_models(nested).steps[1]
    assert_allclose(step.lr_chi2, REFERENCE["chile_int"]["lr"], atol=ATOL_LR)
    assert step.lr_df == 2
    assert_allclose(step.lr_p_value, stats.chi2.sf(step.lr_chi2, 2))


def test_the_joint_test_of_one_added_term_is_its_own_test(survey):
    small = ce.fit_effect(survey, "y ~ age", vcov=ce.CR2(cluster="comm"))
    large = ce.fit_effect(survey, "y ~ age + statusquo", vcov=ce.CR2(cluster="comm"))
    step = ce.compare_models([small, large]).steps[1]
    row = large.tidy().set_index("term").loc["statusquo"]
    assert_allclose(step.statistic, row["statistic"] ** 2, rtol=SEARCHED)
    assert_allclose(step.p_value, row["p_value"], rtol=DIFFERENCED)


def test_average_effects_do_not_grow_when_an_unrelated_cause_enters():
    """Odds ratios do: with a strong independent cause the coefficient rises by a third."""
    rng = np.random.default_rng(8)
    n = 4000
    x, z = rng.normal(size=n), 2 * rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(-(x + z)))).astype(int)
    survey = ce.read_survey(pd.DataFrame({"y": y, "x": x, "z": z}))
    small, large = (ce.fit_effect(survey, one) for one in ("y ~ x", "y ~ x + z"))
    comparison = ce.compare_models([small, large], of="x")
    first, second = comparison.effects
    slopes = [effect.tidy().set_index("term").loc["x", "estimate"] for effect in (small, large)]
    assert slopes[1] / slopes[0] > 1.25
    assert abs(second.estimate / first.estimate - 1) < 0.10


def test_models_that_are_not_nested_are_refused(survey, nested):
    other = ce.fit_effect(survey, "y ~ sex + inc")
    with pytest.raises(UsageError, match="does not nest"):
        ce.compare_models([nested[0], other])
    with pytest.raises(UsageError, match="at least two models"):
        ce.compare_models([other])


def test_different_respondents_are_refused(chile):
    gaps = chile.assign(inc=chile["inc"].where(chile["inc"] < 5))
    survey = ce.read_survey(gaps)
    small, large = (ce.fit_effect(survey, one) for one in ("y ~ age", "y ~ age + inc"))
    with pytest.raises(SurveyError, match="different respondents"):
        ce.compare_models([small, large])


def test_the_comparison_is_tabled_in_both_languages(nested):
    comparison = ce.compare_models(nested)
    for language in ("en", "id"):
        assert len(ce.Report([comparison], language=language).grids) == 2


def test_equations_of_a_category_count_in_the_likelihood_ratio():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"x": rng.normal(size=200), "z": rng.normal(size=200)})
    survey = ce.read_survey(frame.assign(y=rng.integers(0, 3, 200)))
    effects = [ce.fit_effect(survey, f, model=ce.Multinomial()) for f in ("y ~ x", "y ~ x + z")]
    found = ce.compare_models(effects)
    step = found.tidy("steps").iloc[1]
    assert step["lr_df"] == 2
    assert_allclose(step["lr_p_value"], np.exp(-step["lr_chi2"] / 2), rtol=SOLVED_TWICE)
    assert list(found.tidy("effects")["category"]) == ["0", "1", "2"] * 2
    assert step["df"] == 2
    text = ce.Report([found]).to(".txt").decode()
    assert [text.count(f"→ {k}") for k in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("model", [ce.Firth(), ce.FractionalLogit()])
def test_quasi_and_penalised_likelihoods_are_not_compared(model):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"x": rng.normal(size=90), "z": rng.normal(size=90)})
    survey = ce.read_survey(frame.assign(y=rng.integers(0, 2, 90)))
    effects = [ce.fit_effect(survey, f, model=model) for f in ("y ~ x", "y ~ x + z")]
    step = ce.compare_models(effects).tidy("steps").iloc[1]
    assert step[["lr_chi2", "lr_df", "lr_p_value", "aic"]].isna().all()
    assert 0 < step["p_value"] < 1


def test_a_joint_test_of_two_categories_is_that_of_the_logit():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.normal(size=120), "z": rng.normal(size=120)})
    frame = frame.assign(y=rng.integers(0, 2, 120), v=rng.integers(0, 9, 120))
    survey, formulas = ce.read_survey(frame), ("y ~ x", "y ~ x + z + v")
    found = []
    for model in (ce.Logit(), ce.Multinomial(), ce.OrderedLogit()):
        effects = [ce.fit_effect(survey, f, model=model, vcov=ce.HC0()) for f in formulas]
        found.append(ce.compare_models(effects).tidy("steps").iloc[1])
    for one in found[1:]:
        names = ["statistic", "df", "p_value", "lr_chi2", "lr_df"]
        assert_allclose(one[names].astype(float), found[0][names].astype(float), rtol=SEARCHED)


def test_the_joint_test_of_one_term_is_its_own():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.normal(size=120), "z": rng.normal(size=120)})
    survey = ce.read_survey(frame.assign(y=rng.integers(0, 3, 120), v=np.arange(120) % 9))
    vcov, model = ce.CR2(cluster="v"), ce.OrderedLogit()
    effects = [ce.fit_effect(survey, f, model=model, vcov=vcov) for f in ("y ~ x", "y ~ x + z")]
    step = ce.compare_models(effects).tidy("steps").iloc[1]
    row = effects[1].tidy().set_index("term").loc["z"]
    assert_allclose(step["statistic"], row["statistic"] ** 2, rtol=SOLVED_TWICE)
    assert_allclose(
        [step["df_2"], step["p_value"]], row[["df", "p_value"]].astype(float), rtol=SOLVED_TWICE
    )
