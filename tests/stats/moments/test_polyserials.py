import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING

from campaign_effect.errors import ConvergenceError, NoVariationError
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.polyserials import estimate_polyserials
from campaign_effect.stats.moments.tables import count_tables, encode

ATOL_LAVAAN = 5e-6  # lavaan's quasi-Newton search stops about 2e-6 early here


def simulated(n, r, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 1))
    y = r * x + np.sqrt(1 - r * r) * rng.normal(size=(n, 1))
    return 10 + 3 * x, encode(np.digitize(y, [-0.5, 0.5, 1.2]).astype(float)).codes


def test_polyserials_match_lavaan(reference, bfi_complete):
    items = bfi_complete[:, [0, 5, 8, 15]].copy()
    items[:, 0] = items[:, 0] > 2
    items[:, 1] = np.digitize(items[:, 1], [3.5, 5.5])
    items[:, 2] = np.digitize(items[:, 2], [1.5, 2.5, 3.5])
    numbers = np.column_stack(
        [bfi_complete[:, 10:15].mean(axis=1), bfi_complete[:, 15:20].sum(axis=1)]
    )
    found = estimate_polyserials(numbers, encode(items).codes).correlations
    block = reference("polychorics")["polyserial"]
    expected = [
        [block[number][item]["correlation"] for item in ("A1", "C1", "C4", "N1")]
        for number in ("score", "total")
    ]
    assert_allclose(found, expected, rtol=0, atol=ATOL_LAVAAN)


def test_a_number_in_many_categories_gives_the_polychoric():
    """A finely cut number is nearly the number itself."""
    x, codes = simulated(5000, 0.6, seed=2)
    cut = encode(np.digitize(x, np.quantile(x, np.linspace(0.01, 0.99, 99)))).codes
    tables = count_tables(np.hstack([cut, codes]))
    polychoric = estimate_polychorics(tables)
    polyserial = estimate_polyserials(x, codes)
    # A hundred cuts cost a little of the correlation, and its error of its size.
    assert_allclose(polyserial.correlations[0, 0], polychoric.correlations[0, 1], atol=2e-3)
    assert_allclose(polyserial.std_errors[0, 0], polychoric.std_errors[0, 1], rtol=0.05)


def test_standard_error_is_that_of_the_jackknife():
    x, codes = simulated(300, 0.6, seed=1)
    left_out = [
        estimate_polyserials(np.delete(x, row, 0), np.delete(codes, row, 0)).correlations[0, 0]
        for row in range(300)
    ]
    jackknife = np.sqrt(299 / 300 * ((left_out - np.mean(left_out)) ** 2).sum())
    # Alike to 1/n, which here is 0.003.
    assert_allclose(estimate_polyserials(x, codes).std_errors[0, 0], jackknife, rtol=0.02)


def test_estimates_are_right_on_average():
    found = [estimate_polyserials(*simulated(300, -0.7, seed)) for seed in range(200)]
    estimates = np.array([result.correlations[0, 0] for result in found])
    errors = np.array([result.std_errors[0, 0] for result in found])
    spread = estimates.std(ddof=1)
    assert abs(estimates.mean() + 0.7) < 4 * spread / np.sqrt(200) + 1 / 300
    assert abs(errors.mean() / spread - 1) < 4 / np.sqrt(400)


def test_missing_values_leave_their_pair_only():
    x, codes = simulated(400, 0.5, seed=3)
    x, codes = np.hstack([x, x]), np.hstack([codes, codes])
    x[:50, 1] = np.nan
    codes = codes.copy()
    codes[-30:, 1] = -1
    found = estimate_polyserials(x, codes)
    assert_allclose(found.n_pairs, [[400, 370], [350, 320]])
    alone = estimate_polyserials(x[:, :1], codes[:, :1])
    assert found.correlations[0, 0] == alone.correlations[0, 0]


def test_affine_recoding_of_the_number_changes_nothing():
    x, codes = simulated(200, 0.4, seed=4)
    plain, recoded = estimate_polyserials(x, codes), estimate_polyserials(5 - 2 * x, codes)
    assert_allclose(recoded.correlations, -plain.correlations, rtol=0, atol=ROUNDING)
    assert_allclose(recoded.std_errors, plain.std_errors, rtol=DIFFERENCED)


def test_weighted_rows_count_as_often():
    x, codes = simulated(300, 0.4, seed=5)
    times = np.random.default_rng(6).integers(1, 4, len(x))
    weighted = estimate_polyserials(x, codes, weights=times)
    repeated = estimate_polyserials(
        np.repeat(x, times, axis=0), np.repeat(codes, times, axis=0)
    )
    assert_allclose(weighted.correlations, repeated.correlations, rtol=0, atol=ROUNDING)
    assert (weighted.std_errors > repeated.std_errors).all()
    plain, equal = (estimate_polyserials(x, codes, weights=w * np.ones(300)) for w in (1, 7))
    assert_allclose(equal.std_errors, plain.std_errors, rtol=DIFFERENCED)


def test_a_number_that_decides_the_category_is_refused():
    x = np.linspace(-1, 1, 50)[:, None]
    with pytest.raises(ConvergenceError, match="decides the category"):
        estimate_polyserials(x, (x > 0).astype(np.int8))


def test_constants_are_named():
    x, codes = simulated(50, 0.4, seed=4)
    with pytest.raises(NoVariationError, match=r"\[1\]"):
        estimate_polyserials(np.hstack([x, np.ones_like(x)]), codes)
    with pytest.raises(NoVariationError, match=r"\[1\]"):
        estimate_polyserials(x, np.hstack([codes, np.zeros_like(codes)]))
