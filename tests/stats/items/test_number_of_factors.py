import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.stats.items.number_of_factors import (
    acceleration_factor,
    minimum_average_partial,
    parallel_analysis,
)

RTOL_SAME_FORMULA = 1e-9  # closed forms with inverses
ATOL_HEYWOOD = 0.04  # each Heywood case moves the mean of 100 first eigenvalues by .008
ATOL_PSYCH = 1e-5  # factor eigenvalues from two optimisers' stops


@pytest.fixture(scope="module")
def values(reference):
    return reference("factors")


def two_factors(n, seed, cuts=None):
    rng = np.random.default_rng(seed)
    X = np.repeat(rng.normal(size=(n, 2)), 4, axis=1) + rng.normal(size=(n, 8))
    return X if cuts is None else np.digitize(X, cuts).astype(float)


def test_average_partials_match_psych(values, bfi_complete):
    n_factors, averages = minimum_average_partial(np.corrcoef(bfi_complete, rowvar=False))
    assert_allclose(averages[1:9], values["map"], rtol=RTOL_SAME_FORMULA)
    assert n_factors == 5


def test_average_partial_before_any_component_is_of_the_correlations(hs):
    R = np.corrcoef(hs, rowvar=False)
    expected = (R[np.triu_indices(9, 1)] ** 2).mean()
    assert_allclose(minimum_average_partial(R)[1][0], expected, rtol=RTOL_SAME_FORMULA)


def test_observed_eigenvalues_match_psych(values, bfi_complete):
    found = parallel_analysis(bfi_complete, n_draws=1)
    expected = values["parallel"]
    assert_allclose(
        found.component_eigenvalues, expected["component_eigenvalues"], rtol=RTOL_SAME_FORMULA
    )
    assert_allclose(found.factor_eigenvalues, expected["factor_eigenvalues"], atol=ATOL_PSYCH)


@pytest.mark.parametrize(("draw", "suffix"), [("permuted", ""), ("normal", "Sim")])
def test_means_of_draws_match_psych_within_monte_carlo_error(
    draw, suffix, values, bfi_complete
):
    found = parallel_analysis(bfi_complete, n_draws=100, draw=draw, seed=1)
    expected = values["parallel"]
    names = [name.replace("sim", "Sim") for name in expected["columns"]]
    means, deviations = np.array(expected["means"]), np.array(expected["deviations"])
    for ours, kind in [(found.component_means, "C"), (found.factor_means, "F")]:
        at = [names.index(f"{kind}{suffix}{position}") for position in range(1, 26)]
        error = 4.5 * deviations[at] * np.sqrt(2 / 100)
        if kind == "F":
            error[0] = ATOL_HEYWOOD
        assert (np.abs(ours - means[at]) < error).all()


def test_the_number_of_factors_is_found():
    found = parallel_analysis(two_factors(300, seed=2), n_draws=30)
    assert (found.n_components, found.n_factors) == (2, 2)
    assert minimum_average_partial(np.corrcoef(two_factors(300, 2), rowvar=False))[0] == 2
    assert acceleration_factor(found.component_eigenvalues)[0] == 2


def test_polychoric_correlations_find_it_too():
    answers = two_factors(400, seed=3, cuts=[-1.5, 0, 2])
    found = parallel_analysis(answers, n_draws=20, polychoric=True)
    assert found.n_factors == 2
    pearson = parallel_analysis(answers, n_draws=1)
    assert found.component_eigenvalues[0] > pearson.component_eigenvalues[0]


def test_the_same_seed_gives_the_same_draws():
    answers = two_factors(100, seed=4)
    first, again = (parallel_analysis(answers, n_draws=5, seed=9) for _ in range(2))
    assert_allclose(first.factor_quantiles, again.factor_quantiles, rtol=0)


def test_normal_draws_have_no_polychorics():
    with pytest.raises(ValueError, match="no categories"):
        parallel_analysis(two_factors(50, seed=0), draw="normal", polychoric=True)
