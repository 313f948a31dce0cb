"""The notes of a regression table."""

from dataclasses import asdict

import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.stats.models.fit_statistics import (
    area_under_curve,
    binary_statistics,
    linear_statistics,
)
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit

RTOL_SAME_FORMULA = 1e-10  # closed forms of the same likelihoods


@pytest.mark.parametrize("name", ["chile", "anes"])
def test_binary_statistics_match_r(name, request, effects):
    data = request.getfixturevalue(name)
    found = asdict(binary_statistics(fit_logit(data.X, data.y)))
    expected = effects[f"{name}_logit"]["fit"]
    for key in expected.keys() & found.keys():
        assert_allclose(found[key], expected[key], rtol=RTOL_SAME_FORMULA, err_msg=key)
    assert len(expected.keys() & found.keys()) == 9


@pytest.mark.parametrize("name", ["chile", "anes"])
def test_linear_statistics_match_r(name, request, effects):
    data = request.getfixturevalue(name)
    found = asdict(linear_statistics(fit_ols(data.X, data.y)))
    expected = effects[f"{name}_lpm"]["fit"]
    for key, value in found.items():
        assert_allclose(value, expected[key], rtol=RTOL_SAME_FORMULA, err_msg=key)


def test_the_test_of_blocks_matches_r(chile, effects):
    full, part = fit_logit(chile.X_crossed, chile.y), fit_logit(chile.X, chile.y)
    found = 2 * (full.log_likelihood - part.log_likelihood)
    assert_allclose(found, effects["chile_int"]["lr"], rtol=RTOL_SAME_FORMULA)


def test_area_under_curve_counts_pairs():
    rng = np.random.default_rng(0)
    scores, y = rng.integers(0, 6, 50) / 5, rng.random(50) < 0.4
    differences = scores[y][:, None] - scores[~y]
    expected = np.mean((differences > 0) + 0.5 * (differences == 0))
    assert_allclose(area_under_curve(scores, y * 1.0, ~y * 1.0), expected)


def test_counts_equal_repeated_rows(villages):
    times = np.random.default_rng(3).integers(1, 5, 200)
    few = fit_logit(villages.X, villages.y, times.astype(float))
    many = fit_logit(np.repeat(villages.X, times, axis=0), np.repeat(villages.y, times))
    one, other = asdict(binary_statistics(few)), asdict(binary_statistics(many))
    assert_allclose(list(one.values()), list(other.values()), rtol=1e-9)


def test_a_model_of_the_intercept_alone_has_no_test(villages):
    ones = np.ones((200, 1))
    assert np.isnan(binary_statistics(fit_logit(ones, villages.y)).p_value)
    assert np.isnan(linear_statistics(fit_ols(ones, villages.y)).p_value)
