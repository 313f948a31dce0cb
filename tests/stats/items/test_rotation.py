import numpy as np
import pytest
from factor_analyzer.rotator import Rotator
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, SOLVED, STOPPED

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.items import rotation
from campaign_effect.stats.items.rotation import geomin, oblimin, rotate, varimax

ATOL_TIGHT = 1e-7  # both rotated to a gradient of about 1e-10
ATOL_LOOSER = 5e-6  # geomin's and quartimax's references come no closer
ATOL_ROTATOR = 1e-4  # 500 of its slow steps
ATOL_CRITERION = 1e-11  # "no worse" up to rounding
ROTATIONS = ("varimax", "quartimax", "oblimin", "geomin", "promax")


@pytest.fixture(scope="module")
def values(reference):
    return reference("factors")


def order_and_signs(found, expected):
    """The column of ``found`` that is nearest to each of ``expected``, and its sign."""
    gaps = np.stack(
        [np.abs(sign * found[:, :, None] - expected[:, None]).max(axis=0) for sign in (1, -1)]
    )
    order = gaps.min(axis=0).argmin(axis=0)
    signs = np.where(gaps[0] <= gaps[1], 1, -1)[order, np.arange(expected.shape[1])]
    return order, signs


def simple_structure(seed, m=3, per_factor=5):
    rng = np.random.default_rng(seed)
    L = np.kron(np.eye(m), np.ones((per_factor, 1))) * rng.uniform(
        0.4, 0.8, (m * per_factor, 1)
    )
    Q = np.linalg.qr(rng.normal(size=(m, m)))[0]
    return L, L @ Q


@pytest.mark.parametrize("extraction", ["minres", "ml", "pa"])
@pytest.mark.parametrize("method", ROTATIONS)
def test_rotated_loadings_match_a_tight_reference(method, extraction, values):
    block = values[extraction]
    expected = np.array(block[method])
    found = rotate(block["none"], method)
    order, signs = order_and_signs(found.loadings, expected)
    assert sorted(order) == list(range(5))
    atol = ATOL_LOOSER if method in ("geomin", "quartimax") else ATOL_TIGHT
    assert_allclose(found.loadings[:, order] * signs, expected, rtol=0, atol=atol)
    if f"{method}_phi" in block:
        phi = found.phi[np.ix_(order, order)] * np.outer(signs, signs)
        assert_allclose(phi, block[f"{method}_phi"], rtol=0, atol=atol)


@pytest.mark.parametrize("extraction", ["minres", "ml", "pa"])
@pytest.mark.parametrize("method", ["varimax", "oblimin", "geomin"])
def test_the_criterion_is_no_worse_than_the_reference(method, extraction, values):
    block = values[extraction]
    found = rotate(block["none"], method)
    assert found.criterion <= block[f"{method}_criterion"] + ATOL_CRITERION


@pytest.mark.parametrize(
    ("method", "theirs"),
    [("varimax", "varimax"), ("quartimax", "quartimax"), ("oblimin", "oblimin")],
)
def test_rotations_match_factor_analyzer(method, theirs, values):
    L = np.array(values["pa"]["none"])
    rotator = Rotator(method=theirs, normalize=method == "varimax", tol=1e-12, max_iter=500)
    expected = rotator.fit_transform(L)
    found = rotate(L, method).loadings
    order, signs = order_and_signs(found, expected)
    assert_allclose(found[:, order] * signs, expected, rtol=0, atol=ATOL_ROTATOR)


@pytest.mark.parametrize("method", ROTATIONS)
def test_common_parts_are_kept(method, values):
    L = np.array(values["ml"]["none"])
    found = rotate(L, method)
    assert_allclose(found.loadings @ found.phi @ found.loadings.T, L @ L.T, atol=SOLVED)
    assert_allclose(np.diag(found.phi), 1, rtol=SOLVED)
    assert (found.loadings.sum(axis=0) > 0).all()


@pytest.mark.parametrize("method", ["varimax", "quartimax", "oblimin", "promax", "geomin"])
@pytest.mark.parametrize("seed", range(3))
def test_a_hidden_simple_structure_is_found(method, seed):
    L, turned = simple_structure(seed)
    found = rotate(turned, method, seed=seed)
    order, signs = order_and_signs(found.loadings, L)
    atol = 0.02 if method == "geomin" else DIFFERENCED  # geomin's small constant blurs zeros
    assert_allclose(found.loadings[:, order] * signs, L, rtol=0, atol=atol)


def test_a_start_that_is_a_saddle_is_left():
    """Two equal groups: the unrotated loadings have no gradient, but are not simple."""
    L = np.array([[0.6, 0.3]] * 3 + [[0.6, -0.3]] * 3)
    stuck, found = rotate(L, "oblimin", n_starts=1), rotate(L, "oblimin")
    assert stuck.criterion > 0.01
    assert_allclose(found.criterion, 0, atol=ROUNDING)


@pytest.mark.parametrize("criterion", [varimax, oblimin, geomin, lambda L: oblimin(L, 0.5)])
def test_gradients_equal_differences(criterion):
    L = np.random.default_rng(4).normal(size=(6, 3))
    _, gradient = criterion(L)
    step = 1e-6
    for position in np.ndindex(L.shape):
        up, down = L.copy(), L.copy()
        up[position] += step
        down[position] -= step
        slope = (criterion(up)[0] - criterion(down)[0]) / (2 * step)
        assert_allclose(gradient[position], slope, rtol=0, atol=STOPPED)


def test_one_factor_is_only_turned():
    found = rotate([[-0.5], [-0.7]], "oblimin")
    assert_allclose(found.loadings, [[0.5], [0.7]])


def test_none_leaves_the_loadings(values):
    L = np.array(values["minres"]["none"])
    found = rotate(L, "none")
    assert_allclose(np.abs(found.loadings), np.abs(L), rtol=ROUNDING)


def test_structure_correlates_items_with_factors(values):
    found = rotate(values["minres"]["none"], "oblimin")
    assert_allclose(found.structure, found.loadings @ found.phi)


def test_no_rest_is_said(monkeypatch, values):
    monkeypatch.setattr(rotation, "MAX_STEPS", 2)
    with pytest.raises(ConvergenceError, match="4 starts of 2 steps"):
        rotate(values["minres"]["none"], "oblimin")
