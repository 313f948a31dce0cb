import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import SEARCHED

from campaign_effect.errors import TooFewItemsError
from campaign_effect.stats.items.alpha import coefficient_alpha
from campaign_effect.stats.items.hierarchical import group_omegas, hierarchical_omega

ATOL_TIGHT = 1e-5  # psych's extraction stops about 1e-6 early
ATOL_HEYWOOD = 1e-4  # and about 5e-5 where a uniqueness is at its bound (case A)
ATOL_PSYCH = 5e-4  # psych's own rotation stops at a gradient of 1e-5


def bifactor_correlations(general, group, m):
    """Correlations of m groups of items under a general and a group factor each."""
    k = len(general)
    R = np.outer(general, general)
    same = np.arange(k) * m // k
    R = R + np.where(same[:, None] == same, np.outer(group, group), 0)
    np.fill_diagonal(R, 1)
    return R


@pytest.fixture(scope="module")
def cases(hs, bfi_complete, turned, reference):
    values = reference("reliability")
    return {
        "hs": (hs, 3, values["hs"]["hierarchical"]),
        "bfi": (bfi_complete, 5, values["bfi"]["hierarchical"]),
        "A": (turned(bfi_complete, "A"), 2, values["A"]["hierarchical2"]),
    }


@pytest.mark.parametrize("case", ["hs", "bfi", "A"])
def test_omega_matches_a_tight_schmid_leiman(case, cases):
    answers, m, expected = cases[case]
    found = hierarchical_omega(np.corrcoef(answers, rowvar=False), m)
    atol = ATOL_HEYWOOD if case == "A" else ATOL_TIGHT
    for field in ("omega_h", "omega_total", "general", "uniquenesses"):
        assert_allclose(getattr(found, field), expected[field], rtol=0, atol=atol)


@pytest.mark.parametrize("case", ["hs", "bfi", "A"])
def test_omega_agrees_with_psych_as_far_as_it_rotates(case, cases):
    answers, m, expected = cases[case]
    R = np.corrcoef(answers, rowvar=False)
    found = hierarchical_omega(R, m)
    assert_allclose(found.omega_h, expected["psych_omega_h"], atol=ATOL_PSYCH)
    assert_allclose(found.omega_limit, expected["psych_limit"], atol=ATOL_PSYCH)
    assert_allclose(found.explained_common_variance, expected["psych_ecv"], atol=ATOL_PSYCH)
    groups = group_omegas(found, R)
    if case != "A":  # with two groups of five items one item moves between them
        order = np.argsort(groups[:, 0])
        theirs = np.array(expected["psych_groups"])
        assert_allclose(groups[order], theirs[np.argsort(theirs[:, 0])], atol=2 * ATOL_PSYCH)


def test_a_known_general_factor_is_found():
    general = np.full(9, 0.6)
    R = bifactor_correlations(general, np.full(9, 0.5), 3)
    found = hierarchical_omega(R, 3)
    assert_allclose(found.general, general, atol=SEARCHED)
    assert_allclose(found.group.max(axis=1), 0.5, atol=SEARCHED)
    assert_allclose(found.omega_h, 5.4**2 / R.sum(), rtol=SEARCHED)
    assert_allclose(found.omega_total, (R.sum() - 9 * (1 - 0.61)) / R.sum(), rtol=SEARCHED)


def test_reversed_items_are_turned():
    R = bifactor_correlations(np.full(6, 0.6), np.full(6, 0.4), 2)
    signs = np.array([1, -1, 1, 1, 1, -1])
    plain = hierarchical_omega(R, 2)
    turned = hierarchical_omega(R * np.outer(signs, signs), 2)
    assert_allclose(turned.omega_h, plain.omega_h, rtol=SEARCHED)
    assert_allclose(np.abs(turned.signs @ signs), 6)


def test_omega_total_is_at_least_alpha(hs):
    R = np.corrcoef(hs, rowvar=False)
    assert hierarchical_omega(R, 3).omega_total > coefficient_alpha(R)


def test_one_group_has_no_general_factor():
    with pytest.raises(TooFewItemsError, match="at least 2 group factors"):
        hierarchical_omega(np.eye(4), 1)
