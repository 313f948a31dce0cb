"""Intervals of standardised effects agree with R's inversion and with their definition."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from campaign_effect.stats.models.noncentral import cramers_v, eta_squared, hedges_g

REFERENCE = json.loads(
    (Path(__file__).parents[2] / "reference" / "noncentral.json").read_text(encoding="utf-8")
)["values"]
ATOL_ROOT = 1e-8  # two root-finders on the same distribution function


@pytest.mark.parametrize("case", REFERENCE["hedges_g"])
def test_hedges_g_agrees_with_r(case):
    assert_allclose(hedges_g(case["t"], case["n1"], case["n2"]), case["value"], atol=ATOL_ROOT)


@pytest.mark.parametrize("case", REFERENCE["eta_squared"])
def test_eta_squared_agrees_with_r(case):
    found = eta_squared(case["f"], case["df1"], case["df2"])
    assert_allclose(found, case["value"], atol=ATOL_ROOT)


@pytest.mark.parametrize("case", REFERENCE["cramers_v"])
def test_cramers_v_agrees_with_r(case):
    found = cramers_v(case["x"], case["n"], case["r"], case["k"])
    assert_allclose(found, case["value"], atol=ATOL_ROOT)


def test_a_perfect_association_is_one_and_its_interval_ends_there():
    value, low, high = cramers_v(100.0, 100, 2, 2)
    assert (value, high) == (1.0, 1.0)
    assert 0.7 < low < 1.0


@given(st.floats(-6, 6), st.integers(3, 200), st.integers(3, 200))
def test_the_sign_turns_with_the_groups(t, n_1, n_2):
    one, other = hedges_g(t, n_1, n_2), hedges_g(-t, n_2, n_1)
    assert_allclose(one, [-other[0], -other[2], -other[1]], atol=ATOL_ROOT)
    assert one[1] <= one[0] <= one[2]


@given(st.floats(0.01, 40), st.integers(1, 6), st.integers(8, 400))
def test_the_interval_of_eta_excludes_zero_when_f_is_significant(f, df_1, df_2):
    _, low, high = eta_squared(f, df_1, df_2, level=0.90)
    assert (low > 0) == (stats.f.sf(f, df_1, df_2) < 0.05)
    assert 0 <= low <= high < 1
