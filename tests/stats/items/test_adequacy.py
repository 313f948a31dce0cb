import numpy as np
import pytest
from factor_analyzer.factor_analyzer import calculate_bartlett_sphericity, calculate_kmo
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED

from campaign_effect.errors import CollinearityError
from campaign_effect.stats.items.adequacy import sampling_adequacy

RTOL_SAME_FORMULA = 1e-9  # closed forms with inverses


def adequacy_of(answers):
    return sampling_adequacy(np.corrcoef(answers, rowvar=False), n=len(answers))


def test_adequacy_matches_psych(reference, bfi_complete, hs):
    for answers, name in [(bfi_complete, "adequacy"), (hs, "adequacy_hs")]:
        found, expected = adequacy_of(answers), reference("factors")[name]
        assert_allclose(found.kmo, expected["kmo"], rtol=RTOL_SAME_FORMULA)
        assert_allclose(found.kmo_items, expected["items"], rtol=RTOL_SAME_FORMULA)
        assert_allclose(found.chi_square, expected["chi_square"], rtol=RTOL_SAME_FORMULA)
        assert found.df == expected["df"]
    assert_allclose(found.p_value, expected["p_value"], rtol=DIFFERENCED)


def test_adequacy_matches_factor_analyzer(bfi_complete, hs):
    for answers in (bfi_complete, hs):
        found = adequacy_of(answers)
        items, overall = calculate_kmo(answers)
        chi_square, p_value = calculate_bartlett_sphericity(answers)
        assert_allclose(found.kmo, overall, rtol=RTOL_SAME_FORMULA)
        assert_allclose(found.kmo_items, items, rtol=RTOL_SAME_FORMULA)
        assert_allclose(
            [found.chi_square, found.p_value], [chi_square, p_value], rtol=DIFFERENCED
        )


def test_small_units_change_nothing(hs):
    assert_allclose(adequacy_of(hs / 1000).kmo, adequacy_of(hs).kmo, rtol=RTOL_SAME_FORMULA)


def test_equal_correlations_have_a_closed_form():
    r, k = 0.4, 5
    R = np.full((k, k), r) + (1 - r) * np.eye(k)
    partial = r / (1 + (k - 2) * r)
    expected = r**2 / (r**2 + partial**2)
    assert_allclose(sampling_adequacy(R, n=50).kmo_items, expected, rtol=RTOL_SAME_FORMULA)


def test_bartletts_test_keeps_its_size():
    rng = np.random.default_rng(0)
    replicates = 1000
    p_values = np.array(
        [adequacy_of(rng.normal(size=(60, 5))).p_value for _ in range(replicates)]
    )
    four_errors = 4 * np.sqrt(0.05 * 0.95 / replicates)
    assert abs((p_values < 0.05).mean() - 0.05) < four_errors


def test_repeated_items_have_no_adequacy(hs):
    with pytest.raises(CollinearityError, match="not positive definite"):
        adequacy_of(np.hstack([hs, hs[:, :1]]))
