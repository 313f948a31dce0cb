"""Every method for few villages, side by side."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from campaign_effect.stats.covariances.bootstrap_weights import bootstrap_weights
from campaign_effect.stats.covariances.covariance import (
    contrast_df,
    cr_covariance,
    standard_errors,
)
from campaign_effect.stats.covariances.jackknife import jackknife_covariance
from campaign_effect.stats.covariances.score_bootstrap import score_bootstrap
from campaign_effect.stats.covariances.village_panel import village_panels
from campaign_effect.stats.covariances.wild import wild_bootstrap
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.weighted import fit_weighted_logit, fit_weighted_ols


def village_panel(fit, codes, contrast, **options):
    return village_panels(fit, codes, contrast[None], **options)[0]


RTOL_SAME = 1e-8  # the same numbers by another way
RTOL_REACH = 1e-5  # ends of bootstrap intervals are searched for

CONTRAST = np.array([0.0, 1.0, 0.0, 0.0])


@pytest.fixture
def logit(villages):
    return fit_logit(villages.X, villages.y)


def test_the_rows_are_those_of_the_methods_alone(villages, logit):
    panel = village_panel(logit, villages.codes, CONTRAST, seed=4)
    found = {test.method: test for test in panel.tests}
    assert tuple(found) == ("CR1", "CR2", "CV3", "wild", "score")
    assert panel.missing == ()
    weights = bootstrap_weights(9, seed=4)
    wild = wild_bootstrap(fit_ols(villages.X, villages.y), villages.codes, CONTRAST, weights)
    score = score_bootstrap(logit, villages.codes, CONTRAST, weights)
    for name, alone in (("wild", wild), ("score", score)):
        assert found[name].p_value == alone.p_value
        assert found[name].conf_low == alone.conf_low
    for name, covariance in (
        ("CR2", cr_covariance(logit, villages.codes)),
        ("CV3", jackknife_covariance(logit, villages.codes)),
    ):
        error = standard_errors(covariance, CONTRAST[None])[0]
        df = contrast_df(covariance, CONTRAST[None])[0]
        assert_allclose(found[name].std_error, error)
        assert_allclose(found[name].p_value, 2 * stats.t.sf(logit.beta[1] / error, df))
        reach = stats.t.ppf(0.975, df) * error
        assert_allclose(found[name].conf_high, logit.beta[1] + reach)


def test_clusters_are_described(villages, logit):
    panel = village_panel(logit, villages.codes, CONTRAST)
    assert panel.n_clusters == 9
    assert_allclose(panel.leverage.sum(), 4)
    assert_allclose(panel.partial_leverage.sum(), 1)
    assert 1 <= panel.effective_worst <= 9
    assert 1 <= panel.effective_equal <= 9


def test_a_term_of_one_village_gets_no_test(villages):
    X = np.column_stack([villages.X, villages.codes == 7])
    panel = village_panel(fit_logit(X, villages.y), villages.codes, np.eye(5)[4])
    assert panel.tests == ()
    assert panel.pivotal.tolist() == [7]
    assert panel.agree() is None


def test_a_method_that_cannot_be_computed_is_named():
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(4), 30)
    x = np.tile([0.0, 1.0], 60)
    y = np.where(codes == 2, rng.random(120) < 0.5, (x == 1) & (rng.random(120) < 0.5))
    fit = fit_logit(np.column_stack([np.ones(120), x]), y.astype(float))
    panel = village_panel(fit, codes, np.array([0.0, 1.0]))
    assert panel.missing == ("CV3",)
    assert [test.method for test in panel.tests] == ["CR1", "CR2", "wild", "score"]


def test_agreement_is_of_all_methods_at_the_level(villages, logit):
    panel = village_panel(logit, villages.codes, CONTRAST)
    p = [test.p_value for test in panel.tests]
    between = 1 - (min(p) + max(p)) / 2
    assert panel.agree(between) is False
    assert panel.agree(1 - 1.01 * max(p)) is True


FITS = {"logit": (fit_logit, fit_weighted_logit), "lpm": (fit_ols, fit_weighted_ols)}


@pytest.mark.parametrize("model", FITS)
def test_equal_weights_leave_the_panel_as_it_is(model, villages):
    plain, weighted = FITS[model]
    fits = (
        plain(villages.X, villages.y),
        weighted(villages.X, villages.y, np.full(len(villages.y), 5.0)),
    )
    one, other = (village_panel(fit, villages.codes, CONTRAST, seed=4) for fit in fits)
    for name in ("effective_worst", "effective_equal", "leverage", "partial_leverage"):
        assert_allclose(getattr(other, name), getattr(one, name), rtol=RTOL_SAME)
    for left, right in zip(one.tests, other.tests, strict=True):
        for name in ("estimate", "statistic", "p_value", "conf_low", "conf_high"):
            assert_allclose(getattr(right, name), getattr(left, name), rtol=RTOL_REACH)


@pytest.mark.parametrize("model", FITS)
def test_whole_weights_are_repeated_answers_to_what_sums_over_villages(model, villages):
    """CR2 alone takes a weighted answer for one answer; CR1 counts answers in its factor."""
    plain, weighted = FITS[model]
    times = np.arange(len(villages.y)) % 3 + 1
    rows = np.repeat(np.arange(len(times)), times)
    repeated = plain(villages.X[rows], villages.y[rows])
    once = weighted(villages.X, villages.y, times.astype(float))
    one = village_panel(repeated, villages.codes[rows], CONTRAST, seed=4)
    other = village_panel(once, villages.codes, CONTRAST, seed=4)
    for left, right in zip(one.tests, other.tests, strict=True):
        assert_allclose(right.estimate, left.estimate, rtol=RTOL_SAME)
        if right.method in {"CV3", "wild", "score"}:
            assert_allclose(right.p_value, left.p_value, rtol=RTOL_SAME)
    assert_allclose(other.effective_worst, one.effective_worst, rtol=RTOL_SAME)
