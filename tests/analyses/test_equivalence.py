"""Negligible effects: two one-sided tests are those of R, and agree with the interval."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import campaign_effect as ce
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.models.equivalence import two_one_sided_p

RTOL_R = 1e-5  # R's standard errors are by central differences
N_RUNS, SEED = 400, 5


@pytest.fixture(scope="module")
def effects(chile):
    survey = ce.read_survey(chile)
    formula = "y ~ sex + age + edu * statusquo + inc"
    effect = ce.fit_effect(survey, formula, vcov=ce.CR2(cluster="comm"))
    return ce.average_effects(effect, of="age", change="sd")


def test_p_is_that_of_two_one_sided_t_tests(effects, reference):
    found = reference("quantities")["logit"]["age_sd"]
    (row,) = ce.assess_equivalence(effects, within=0.02).equivalence
    t = [(found["estimate"] + sign * 0.02) / found["CR2"] for sign in (1, -1)]
    wanted = max(stats.t.sf(t[0], found["df"]), stats.t.cdf(t[1], found["df"]))
    assert_allclose(row.p_value, wanted, rtol=RTOL_R)


@pytest.mark.parametrize("within", [0.005, 0.01, 0.015, 0.02, 0.03])
def test_the_test_and_the_interval_agree(effects, within):
    result = ce.assess_equivalence(effects, within=within)
    (row,) = result.equivalence
    assert_allclose(result.level, 0.9)
    is_within = -within < row.conf_low and row.conf_high < within
    assert is_within == (row.p_value < 0.05) == (row.verdict == "verdict.negligible")


def test_at_the_bound_a_negligible_verdict_is_given_5_times_in_100():
    rng = np.random.default_rng(SEED)
    p = [two_one_sided_p(z + 1.0, 0.2, None, 1.0) for z in 0.2 * rng.normal(size=N_RUNS)]
    error = np.sqrt(0.05 * 0.95 / N_RUNS)
    assert abs(np.mean(np.array(p) < 0.05) - 0.05) < 3 * error


def test_a_large_effect_is_beyond_and_an_unclear_one_undecided():
    frame = pd.DataFrame({"x": [0, 1] * 100, "y": [0, 1] * 95 + [1, 0] * 5})
    effects = ce.average_effects(ce.fit_effect(ce.read_survey(frame), "y ~ x"))
    verdicts = [
        ce.assess_equivalence(effects, within=within).equivalence[0].verdict
        for within in (0.1, 0.9)
    ]
    assert verdicts == ["verdict.beyond", "verdict.undecided"]


def test_bounds_that_are_none_are_refused(effects):
    with pytest.raises(UsageError, match="negligible within 0"):
        ce.assess_equivalence(effects, within=0)
    with pytest.raises(StatisticsError, match="above 0"):
        two_one_sided_p(0.0, 1.0, None, -1.0)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_verdict_is_said(effects, language):
    report = ce.Report([ce.assess_equivalence(effects, within=0.05)], language=language)
    said = "is ruled out" if language == "en" else "tersingkirkan"
    assert said in report.to(".md").decode()
