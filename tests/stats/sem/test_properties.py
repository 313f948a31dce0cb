"""What must hold whatever the numbers are."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import (
    CollinearityError,
    StatisticsError,
    TooFewRowsError,
    UsageError,
)
from campaign_effect.stats.sem.cfi import comparative_fit_index, tucker_lewis_index
from campaign_effect.stats.sem.diagnosis import improper_values, unidentified_parameters
from campaign_effect.stats.sem.fit import refit
from campaign_effect.stats.sem.fit_indices import fit_indices
from campaign_effect.stats.sem.modification import modification_indices
from campaign_effect.stats.sem.noncentral import Noncentral
from campaign_effect.stats.sem.power import misfit_power
from campaign_effect.stats.sem.sample import sample_of_moments, sample_of_rows
from campaign_effect.stats.sem.srmr import residual_correlations
from campaign_effect.stats.sem.standardise import explained_variance, standardise

HS_ITEMS = [f"x{i}" for i in range(1, 10)]
HS = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
RTOL_NORMAL = 0.05  # four errors of the kurtosis of 30,000 rows
RTOL_SAME_FORMULA = 1e-8


@pytest.fixture(scope="module")
def rows(complete):
    return complete("hs", HS_ITEMS)


@pytest.fixture(scope="module")
def solution(rows, fitted):
    return fitted(HS, HS_ITEMS, sample_of_rows([rows]), "MLR")


def test_marker_and_unit_variances_are_one_model(rows, solution, fitted):
    other = fitted(HS, HS_ITEMS, sample_of_rows([rows]), "MLR", std_lv=True)
    assert_allclose(solution.scaled.statistic, other.scaled.statistic, rtol=RTOL_SAME_FORMULA)
    ours, theirs = standardise(solution), standardise(other)
    assert_allclose(ours.values, theirs.values, atol=SOLVED_TWICE)
    assert_allclose(ours.std_errors, theirs.std_errors, atol=SEARCHED)


def test_units_of_the_items_change_nothing(rows, solution, fitted):
    scale = 10.0 ** np.arange(-4, 5)
    other = fitted(HS, HS_ITEMS, sample_of_rows([rows * scale + 3]), "MLR")
    assert other.optimum.steps > 0
    assert_allclose(solution.standard.statistic, other.standard.statistic, rtol=STOPPED)
    assert_allclose(solution.scaled.statistic, other.scaled.statistic, rtol=DIFFERENCED)
    assert_allclose(standardise(solution).values, standardise(other).values, atol=DIFFERENCED)


def test_order_of_items_changes_nothing(rows, solution, fitted):
    text = "speed =~ x7+x9+x8\nvisual =~ x1+x3+x2\ntextual =~ x4+x6+x5"
    order = lambda table: sample_of_rows([rows[:, [int(n[1]) - 1 for n in table.observed]]])
    other = fitted(text, HS_ITEMS, order, "MLR")
    ours = dict(
        zip((r.name for r in solution.table.parameters), solution.estimates, strict=True)
    )
    for row, estimate in zip(other.table.parameters, other.estimates, strict=True):
        mirrored = f"{row.right}{row.operator}{row.left}"
        wanted = ours.get(row.name, ours.get(mirrored))
        assert_allclose(estimate, wanted, rtol=0, atol=SEARCHED)
    assert_allclose(solution.scaled.statistic, other.scaled.statistic, rtol=RTOL_SAME_FORMULA)


def test_rows_and_moments_are_one_sample(rows, fitted):
    moments = sample_of_moments([np.cov(rows.T)], [rows.mean(axis=0)], [len(rows)])
    one = fitted(HS, HS_ITEMS, sample_of_rows([rows]), mean_structure=True)
    two = fitted(HS, HS_ITEMS, moments, mean_structure=True)
    assert_allclose(one.estimates, two.estimates, atol=SEARCHED)
    assert_allclose(one.std_errors, two.std_errors, rtol=STOPPED)


def test_true_parameters_are_recovered(fitted):
    rng = np.random.default_rng(5)
    factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 40_000)
    loadings = np.array([0.8, 0.7, 0.6])
    rows = np.hstack(
        [
            factors[:, [f]] * loadings + rng.normal(size=(40_000, 3)) * np.sqrt(1 - loadings**2)
            for f in (0, 1)
        ]
    )
    text = "f =~ a + b + c\ng =~ d + e + h"
    found = fitted(text, "abcdeh", sample_of_rows([rows]), std_lv=True)
    wanted = {"f~~g": 0.4} | dict(
        zip(["f=~a", "f=~b", "f=~c", "g=~d", "g=~e", "g=~h"], [0.8, 0.7, 0.6] * 2, strict=True)
    )
    for row, estimate, error in zip(
        found.table.parameters, found.estimates, found.std_errors, strict=True
    ):
        if row.name in wanted:
            assert abs(estimate - wanted[row.name]) < 4 * error
    assert found.standard.p_value > 1e-3


def test_refitting_reaches_the_same_estimates(rows, solution, fitted):
    drawn = sample_of_rows([rows[np.random.default_rng(6).integers(0, len(rows), len(rows))]])
    again = refit(solution, drawn)
    assert again.is_converged
    wanted = fitted(HS, HS_ITEMS, drawn, "MLR").slots
    assert_allclose(solution.problem.slots(again.x), wanted, atol=SEARCHED)


def test_errors_of_unweighted_squares_are_right_for_normal_rows(fitted):
    rng = np.random.default_rng(7)
    factor = rng.normal(size=(30_000, 1))
    rows = factor * np.array([0.8, 0.7, 0.6, 0.5]) + rng.normal(size=(30_000, 4))
    sample = sample_of_rows([rows])
    plain, robust = (fitted("f =~ a + b + c + d", "abcd", sample, e) for e in ("ULS", "ULSM"))
    free = plain.std_errors > 0
    assert_allclose(plain.std_errors[free], robust.std_errors[free], rtol=RTOL_NORMAL)
    assert_allclose(plain.scaled.scaling, robust.scaled.scaling, rtol=RTOL_NORMAL)


def test_power_against_moments_grows_from_the_level(fitted):
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    cov = np.outer(loadings, loadings)
    np.fill_diagonal(cov, 1.0)
    text = "f =~ a + b + c + d"
    right = fitted(text, "abcd", sample_of_moments([cov], None, [10**6]))
    # Nothing is wrong but the fit's last digits.
    assert_allclose(misfit_power(right, 500), 0.05, atol=1e-4)
    cov[2, 3] = cov[3, 2] = cov[2, 3] + 0.15
    wrong = fitted(text, "abcd", sample_of_moments([cov], None, [10**6]))
    powers = [misfit_power(wrong, n) for n in (100, 300, 900)]
    assert powers == sorted(powers)
    assert powers[0] > 0.05


def test_non_convergence_is_said(fitted):
    # a factor whose indicators are uncorrelated has no minimum inside
    cov = np.eye(3) + 0.001 * np.array([[0, 1, -1], [1, 0, 1], [-1, 1, 0]])
    solution = fitted("f =~ a + b + c", "abc", sample_of_moments([cov], None, [50]))
    size = np.abs(solution.optimum.gradient).max()
    assert solution.optimum.is_converged == (size <= 1e-8)


@pytest.mark.parametrize("estimator", ["ML", "ULS"])
def test_a_marker_that_measures_nothing_hardly_stops_the_search(estimator, fitted):
    """Its factor's other loadings are far from 1, on either side."""
    converged, same = 0, 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        factor = rng.normal(size=(150, 1))
        answers = 0.7 * factor * [0, 1, 1, 1, 1] + 0.7 * rng.normal(size=(150, 5))
        sample = sample_of_rows([answers])
        marker, unit = (
            fitted("f =~ a + b + c + d + e", "abcde", sample, estimator, std_lv=std_lv)
            for std_lv in (False, True)
        )
        assert unit.optimum.is_converged
        converged += marker.optimum.is_converged
        same += abs(marker.optimum.value - unit.optimum.value) < 1e-8
    assert converged == same >= 11


def test_implied_moments_of_a_saturated_model_are_the_samples(rows, fitted):
    text = "x1 ~ x2 + x3\nx2 ~ x3"
    solution = fitted(text, HS_ITEMS[:3], sample_of_rows([rows[:, :3]]), fixed_x=False)
    assert solution.df == 0
    assert_allclose(solution.standard.statistic, 0.0, atol=SOLVED_TWICE)
    assert_allclose(solution.implied[0].cov, solution.sample.groups[0].cov, atol=SOLVED_TWICE)


def test_freeing_a_parameter_lowers_chi_square_by_about_its_index(rows, solution, fitted):
    largest = max(modification_indices(solution), key=lambda found: found.statistic)
    freed = fitted(
        f"{HS}\n{largest.parameter.left} {largest.parameter.operator} "
        f"{largest.parameter.right}",
        HS_ITEMS,
        sample_of_rows([rows]),
        "ML",
    )
    fall = solution.standard.statistic - freed.standard.statistic
    assert_allclose(fall, largest.statistic, rtol=0.1)  # a parabola through one point


def test_explained_variance_is_the_squared_standardised_loading(solution):
    explained = {e.variable: e.r_squared for e in explained_variance(solution)}
    values = standardise(solution).values
    for row, value in zip(solution.table.parameters, values, strict=True):
        if row.operator == "=~":
            assert_allclose(explained[row.right], value**2, rtol=SOLVED)


def test_residual_correlations_have_a_zero_diagonal(solution):
    (residuals,) = residual_correlations(solution)
    assert_allclose(np.diag(residuals), 0.0, atol=ROUNDING)
    assert_allclose(residuals, residuals.T)


def test_perfect_fit_gives_perfect_indices(fitted):
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    cov = np.outer(loadings, loadings)
    np.fill_diagonal(cov, 1.0)
    sample = sample_of_moments([cov], None, [200])
    indices = fit_indices(fitted("f =~ a + b + c + d", "abcd", sample))
    assert_allclose(
        [indices.standard.cfi, indices.standard.rmsea.value], [1, 0], atol=SOLVED_TWICE
    )
    assert_allclose(indices.srmr, 0.0, atol=SOLVED_TWICE)


def test_indices_where_the_baseline_leaves_nothing_to_explain_are_lavaans():
    model, baseline = Noncentral.of(0.0, 2), Noncentral.of(0.0, 6)
    assert comparative_fit_index(model, baseline) == 1.0
    assert tucker_lewis_index(model, baseline) == 0.0
    assert tucker_lewis_index(model, Noncentral.of(6.0, 6)) == 1.0


def test_heywood_cases_are_named(fitted):
    cov = np.array([[1, 0.9, 0.6], [0.9, 1, 0.4], [0.6, 0.4, 1.0]])
    solution = fitted("f =~ a + b + c", "abc", sample_of_moments([cov], None, [100]))
    found = improper_values(solution)
    assert ("negative_variance", ("a",)) in [(f.kind, f.variables) for f in found]


def test_proper_solutions_have_no_improper_value(solution):
    assert improper_values(solution) == ()
    assert unidentified_parameters(solution) == ()


def test_unidentified_parameters_are_named_and_have_no_errors(rows, fitted):
    text = HS.replace("visual =~ x1", "visual =~ NA*x1")
    solution = fitted(text, HS_ITEMS, sample_of_rows([rows]))
    names = [row.name for row in unidentified_parameters(solution)]
    assert "visual=~x1" in names
    assert "visual~~visual" in names
    assert "textual=~x5" not in names
    assert np.isnan(solution.std_errors[0])
    with pytest.raises(CollinearityError, match="not identified"):
        modification_indices(solution)


def test_too_many_parameters_are_refused(rows, fitted):
    with pytest.raises(StatisticsError, match="more than moments"):
        fitted("f =~ x1 + x2", HS_ITEMS, sample_of_rows([rows[:, :2]]))


def test_singular_and_constant_samples_are_refused(rows):
    with pytest.raises(StatisticsError, match="not positive definite"):
        sample_of_rows([np.column_stack([rows, rows.sum(axis=1)])])
    with pytest.raises(StatisticsError, match=r"without variation, by position from 0: \[1\]"):
        sample_of_rows([np.column_stack([rows[:, 0], np.ones(len(rows))])])
    with pytest.raises(TooFewRowsError, match="at least 2 rows"):
        sample_of_rows([rows[:1]])
    with pytest.raises(StatisticsError, match="not symmetric"):
        sample_of_moments([np.array([[1, 0.5], [0.4, 1]])], None, [10])


def test_estimators_say_what_they_need(rows, fitted):
    holes = rows.copy()
    holes[0, 0] = np.nan
    with pytest.raises(UsageError, match="Incomplete rows need ML or MLR"):
        fitted(HS, HS_ITEMS, sample_of_rows([holes]), "MLM")
    with pytest.raises(UsageError, match="did you mean 'WLSMV'"):
        fitted(HS, HS_ITEMS, sample_of_rows([rows]), "WLSMV2")
    moments = sample_of_moments([np.cov(rows.T)], None, [len(rows)])
    with pytest.raises(UsageError, match="Robust results need the answers"):
        fitted(HS, HS_ITEMS, moments, "MLR")
    with pytest.raises(UsageError, match="2 groups, the sample 1"):
        fitted(HS, HS_ITEMS, sample_of_rows([rows]), n_groups=2)
    with pytest.raises(UsageError, match="8 variables, the model 9"):
        fitted(HS, HS_ITEMS, sample_of_rows([rows[:, :8]]))
