"""Nested models: change tests equal R's and their own definitions."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

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
    assert_allclose(step.statistic, row["statistic"] ** 2, rtol=1e-8)
    assert_allclose(step.p_value, row["p_value"], rtol=1e-6)


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
