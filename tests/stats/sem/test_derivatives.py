"""Analytic derivatives against central differences."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, SEARCHED

from campaign_effect.stats.sem.estimators import find_estimator
from campaign_effect.stats.sem.fit import build_problem
from campaign_effect.stats.sem.implied import (
    imply,
    jacobian,
    moment_vector,
    variance_slopes,
)
from campaign_effect.stats.sem.places import find_places
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.sample import sample_of_rows
from campaign_effect.stats.sem.syntax import parse_model
from campaign_effect.stats.sem.table import Specification

STEP = 1e-6
RTOL_DIFFERENCES = 1e-6  # central differences err by their square and by rounding
ITEMS = [f"x{i}" for i in range(1, 10)]
LATENT = """f =~ x1 + x2 + x3
g =~ x4 + x5 + x6
h =~ x7 + x8 + x9
h ~ f + g
x9 ~ x1 + x2
x1 ~~ x4"""
HIGHER = """f =~ x1 + x2 + x3
g =~ x4 + x5 + x6
h =~ x7 + x8 + x9
top =~ f + g + h"""
ORDINAL = (*((item, 4) for item in ITEMS[:6]), ("x9", 3))
SPECIFICATIONS = [
    {"mean_structure": True},
    {"std_lv": True},
    {"ordered": ORDINAL},
    {"ordered": ORDINAL, "theta": True},
    {"ordered": ORDINAL, "n_groups": 2, "equal": ("thresholds", "loadings")},
    {"ordered": ORDINAL, "n_groups": 2, "equal": ("thresholds",), "theta": True},
]


GIVEN = """f =~ x1 + x2 + x3
g =~ x4 + x5 + x6
f ~ x7 + x8
g ~ f + x8
x1 ~ x7
x9 ~ g + x7"""


def _differences(function, x):
    steps = STEP * np.eye(len(x))
    return np.array([(function(x + h) - function(x - h)) / (2 * STEP) for h in steps])


@pytest.mark.parametrize("text", [LATENT, HIGHER])
@pytest.mark.parametrize("words", SPECIFICATIONS)
def test_jacobian_is_the_derivative_of_the_moments(text, words):
    table = build_table(parse_model(text), ITEMS, Specification(**words))
    slots = np.random.default_rng(1).uniform(0.3, 0.7, len(table.offset))
    for group in range(table.n_groups):
        structure = find_places(table, group)
        found = jacobian(imply(structure, slots))
        wanted = _differences(lambda x, s=structure: moment_vector(imply(s, x)), slots).T
        assert_allclose(found, wanted, rtol=RTOL_DIFFERENCES, atol=SEARCHED)


@pytest.mark.parametrize("words", SPECIFICATIONS[2:])
def test_moments_and_variances_given_predictors_have_their_derivatives(words):
    table = build_table(parse_model(GIVEN), ITEMS, Specification(**words))
    slots = np.random.default_rng(1).uniform(0.3, 0.7, len(table.offset))
    structure = replace(find_places(table, 0), given_cov=np.array([[2.0, 0.3], [0.3, 1.0]]))
    implied = imply(structure, slots)
    wanted = _differences(lambda x: moment_vector(imply(structure, x)), slots).T
    assert_allclose(jacobian(implied), wanted, rtol=RTOL_DIFFERENCES, atol=SEARCHED)
    variances = _differences(lambda x: np.diag(imply(structure, x).total_cov), slots)
    assert_allclose(variance_slopes(implied), variances, rtol=RTOL_DIFFERENCES, atol=SEARCHED)


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(2)
    mixing = np.eye(9) + 0.3 * rng.normal(size=(9, 9))
    return rng.normal(size=(400, 9)) @ mixing + rng.normal(size=9)


def _problem(text, rows, estimator, **words):
    table = build_table(parse_model(text), ITEMS, Specification(**words))
    sample = sample_of_rows([rows[:, [ITEMS.index(name) for name in table.observed]]])
    problem = build_problem(table, sample, find_estimator(estimator))
    names = [row.name for row in table.free_rows]
    slots = np.array([2.0 if n[:2] == n[-2:] else 0.4 for n in names])
    slots += np.random.default_rng(3).uniform(0, 0.1, len(slots))
    return problem, np.linalg.lstsq(table.spread, slots, rcond=None)[0]


@pytest.mark.parametrize("text", [LATENT, HIGHER])
@pytest.mark.parametrize(
    ("estimator", "means", "missing"),
    [
        *((name, means, False) for name in ("ML", "ULS", "GLS", "WLS") for means in (0, 1)),
        ("ML", True, True),
    ],
)
def test_gradient_and_hessian_are_derivatives(text, estimator, means, missing, rows):
    if missing:
        holes = np.random.default_rng(4).uniform(size=rows.shape) < 0.1
        rows = np.where(holes, np.nan, rows)
    problem, x = _problem(text, rows, estimator, mean_structure=bool(means))
    gradient, half = problem.slope(x, exact=True)
    assert_allclose(
        gradient, _differences(problem.value, x), rtol=10 * DIFFERENCED, atol=DIFFERENCED
    )
    hessian = _differences(lambda z: problem.slope(z, exact=False)[0], x)
    assert_allclose(2 * half, hessian, rtol=10 * DIFFERENCED, atol=10 * DIFFERENCED)
