"""The notes of a regression table."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.stats.diagnosis.fit_statistics import (
    area_under_curve,
    binary_statistics,
    linear_statistics,
)
from campaign_effect.stats.diagnosis.linear_tests import breusch_pagan, glejser
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.weighted import fit_weighted_logit, fit_weighted_ols

RTOL_SAME_FORMULA = 1e-10  # closed forms of the same likelihoods
RTOL_GLM = 1e-8  # R's glm stops where the deviance changes by 1e-14 of itself
RTOL_REPEATED = 1e-9  # sums over counts and over repeated rows round apart
REFERENCE = Path(__file__).parents[2] / "reference" / "no_intercept.json"


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
    assert_allclose(list(one.values()), list(other.values()), rtol=RTOL_REPEATED)


def test_a_model_of_the_intercept_alone_has_no_test(villages):
    ones = np.ones((200, 1))
    assert np.isnan(binary_statistics(fit_logit(ones, villages.y)).p_value)
    assert np.isnan(linear_statistics(fit_ols(ones, villages.y)).p_value)


@pytest.fixture(scope="module")
def cars():
    """R's mtcars, and what R says of models of it."""
    found = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return {
        name: np.array(values, dtype=float) for name, values in found["data"].items()
    }, found


def test_a_linear_model_without_an_intercept_is_compared_with_zero(cars):
    data, expected = cars
    X = np.column_stack([data["wt"], data["qsec"]])
    found = asdict(linear_statistics(fit_ols(X, data["mpg"])))
    for key, value in found.items():
        assert_allclose(value, expected["ols"][key], rtol=RTOL_SAME_FORMULA, err_msg=key)


def test_dummies_of_every_level_are_an_intercept(cars):
    data, expected = cars
    X = np.column_stack([data["cyl"][:, None] == [4, 6, 8], data["wt"]])
    found = asdict(linear_statistics(fit_ols(X, data["mpg"])))
    for key, value in found.items():
        assert_allclose(value, expected["dummies"][key], rtol=RTOL_SAME_FORMULA, err_msg=key)


@pytest.mark.parametrize(
    "fit", [fit_logit, lambda X, y: fit_weighted_logit(X, y, y + 1 - y).fit]
)
def test_a_logit_without_an_intercept_is_compared_with_one_half(fit, cars):
    data, expected = cars
    X = np.column_stack([data["wt"], data["qsec"]])
    found = asdict(binary_statistics(fit(X, data["am"])))
    for key, value in expected["logit"].items():
        assert_allclose(found[key], value, rtol=RTOL_GLM, err_msg=key)


def test_weights_of_one_change_no_comparison_with_zero(cars):
    data, _ = cars
    X = np.column_stack([data["wt"], data["qsec"]])
    plain = linear_statistics(fit_ols(X, data["mpg"]))
    weighted = linear_statistics(fit_weighted_ols(X, data["mpg"], np.ones(len(X))).fit)
    assert_allclose(weighted.r2, plain.r2, rtol=RTOL_SAME_FORMULA)


def test_residuals_are_regressed_on_an_intercept_too(cars):
    data, _ = cars
    X = np.column_stack([data["wt"], data["qsec"]])
    fit = fit_ols(X, data["mpg"])
    with_one = np.column_stack([np.ones(len(X)), X])
    auxiliary = linear_statistics(fit_ols(with_one, fit.residual**2))
    assert_allclose(breusch_pagan(fit).statistic, fit.n * auxiliary.r2, rtol=RTOL_SAME_FORMULA)
    assert breusch_pagan(fit).df == glejser(fit).overall.df == len(glejser(fit).beta) == 2
