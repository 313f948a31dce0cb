"""Linear and logistic regression."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import LAST_DIGIT, ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE

from campaign_effect.errors import (
    ConvergenceError,
    NoVariationError,
    StatisticsError,
    TooFewRowsError,
)
from campaign_effect.stats.models import bernoulli, design_matrix
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit

ATOL_COEFFICIENT = 1e-10  # both sides stop at a gradient of machine size
RTOL_LIKELIHOOD = 1e-12  # sums of the same 1,703 terms
RTOL_SAME_SUM = 1e-10  # the same numbers summed in another order
FITS = {"logit": fit_logit, "lpm": fit_ols}


@pytest.mark.parametrize(
    ("name", "design"),
    [("chile_logit", "X"), ("chile_lpm", "X"), ("chile_int", "X_crossed")],
)
def test_coefficients_match_r_on_chile(name, design, chile, effects):
    fit = FITS["lpm" if "lpm" in name else "logit"](getattr(chile, design), chile.y)
    expected = dict(
        zip(effects[name]["coef"]["names"], effects[name]["coef"]["b"], strict=True)
    )
    assert_allclose(fit.beta, list(expected.values()), atol=ATOL_COEFFICIENT)


@pytest.mark.parametrize("name", ["logit", "lpm"])
def test_coefficients_match_r_on_anes(name, anes, effects):
    fit = FITS[name](anes.X, anes.y)
    assert_allclose(fit.beta, effects[f"anes_{name}"]["coef"]["b"], atol=ATOL_COEFFICIENT)


@pytest.mark.parametrize("name", ["logit", "lpm"])
def test_likelihood_matches_r(name, chile, effects):
    fit = FITS[name](chile.X, chile.y)
    expected = effects[f"chile_{name}"]["fit"]["log_likelihood"]
    assert_allclose(fit.log_likelihood, expected, rtol=RTOL_LIKELIHOOD)


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_gradient_is_zero(fit_model, villages):
    fit = fit_model(villages.X, villages.y)
    assert_allclose(fit.X.T @ fit.scores, 0, atol=SOLVED)


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_root_makes_the_weighted_design_orthonormal(fit_model, villages):
    fit = fit_model(villages.X, villages.y)
    Z = np.sqrt(fit.weights)[:, None] * (fit.X @ fit.root)
    assert_allclose(Z.T @ Z, np.eye(4), atol=ROUNDING)


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_recoding_the_design_leaves_fitted_means(fit_model, villages):
    recode = np.diag([1.0, 1e5, 1e-3, 2.0])
    recode[0, 1] = 3e4
    one, other = fit_model(villages.X, villages.y), fit_model(villages.X @ recode, villages.y)
    assert_allclose(other.mean, one.mean, rtol=SOLVED_TWICE)
    assert_allclose(recode @ other.beta, one.beta, rtol=SEARCHED)


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_counts_equal_repeated_rows(fit_model, villages):
    counts = np.random.default_rng(3).integers(1, 5, len(villages.y)).astype(float)
    times = counts.astype(int)
    few = fit_model(villages.X, villages.y, counts)
    many = fit_model(np.repeat(villages.X, times, axis=0), np.repeat(villages.y, times))
    assert few.n == many.n
    assert_allclose(few.beta, many.beta, rtol=RTOL_SAME_SUM)
    assert_allclose(few.bread, many.bread, rtol=RTOL_SAME_SUM)
    assert_allclose(few.dispersion, many.dispersion, rtol=RTOL_SAME_SUM)
    assert_allclose(few.log_likelihood, many.log_likelihood, rtol=RTOL_SAME_SUM)
    assert_allclose(few.null_log_likelihood, many.null_log_likelihood, rtol=RTOL_SAME_SUM)


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_null_likelihood_is_that_of_the_intercept_alone(fit_model, villages):
    fit = fit_model(villages.X, villages.y)
    null = fit_model(villages.X[:, :1], villages.y)
    assert_allclose(fit.null_log_likelihood, null.log_likelihood, rtol=RTOL_SAME_SUM)


def test_blocks_of_rows_give_what_one_block_gives(chile):
    whole = design_matrix.triangular_factor(chile.X)
    large = np.tile(chile.X, (6, 1))
    assert len(large) > design_matrix.BLOCK_ROWS
    blocks = design_matrix.triangular_factor(large)
    assert_allclose(
        blocks.T @ blocks, 6 * whole.T @ whole, rtol=RTOL_SAME_SUM, atol=SOLVED_TWICE
    )


@pytest.mark.parametrize("closeness", [1.0, 1e-2, 1e-5])
def test_coordinates_are_orthonormal_however_close_columns_are(closeness, villages):
    X = villages.X.copy()
    X[:, 3] = X[:, 2] + closeness * X[:, 3]
    Z = X @ design_matrix.orthonormal_root(X, None)
    assert_allclose(Z.T @ Z, np.eye(4), atol=SOLVED)


def test_many_rows_from_a_start_of_some_are_fitted_as_few(villages):
    times = bernoulli.SPREAD * design_matrix.BLOCK_ROWS // len(villages.y) + 1
    few = fit_logit(villages.X, villages.y)
    many = fit_logit(np.tile(villages.X, (times, 1)), np.tile(villages.y, times))
    assert_allclose(many.beta, few.beta, rtol=RTOL_SAME_SUM)
    assert_allclose(times * many.bread, few.bread, rtol=RTOL_SAME_SUM)
    assert_allclose(many.log_likelihood, times * few.log_likelihood, rtol=RTOL_SAME_SUM)


def test_a_fit_does_not_lock_the_callers_arrays(villages):
    fit = fit_logit(villages.X, villages.y)
    villages.X[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        fit.X[0, 0] = 1.0


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_dependent_columns_are_named(fit_model, villages):
    twice = np.column_stack(
        [villages.X, villages.X[:, 1] * 3 - 2, np.zeros(200), np.sin(np.arange(200))]
    )
    with pytest.raises(DependentColumnsError, match=r"\(2\)") as raised:
        fit_model(twice, villages.y)
    assert raised.value.columns == (4, 5)


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_as_many_answers_as_columns_are_too_few(fit_model, villages):
    with pytest.raises(TooFewRowsError, match="more than 4 answers"):
        fit_model(villages.X[:4], villages.y[:4])


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_a_constant_outcome_is_refused(fit_model, villages):
    with pytest.raises(NoVariationError, match="200 times 1"):
        fit_model(villages.X, np.ones(200))


def test_an_outcome_other_than_0_and_1_is_refused(villages):
    with pytest.raises(StatisticsError, match="0 or 1"):
        fit_logit(villages.X, villages.y + 1)


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
def test_missing_values_are_refused(fit_model, villages):
    X = villages.X.copy()
    X[7, 1] = np.nan
    with pytest.raises(StatisticsError, match="missing or infinite"):
        fit_model(X, villages.y)


@pytest.mark.parametrize("fit_model", FITS.values(), ids=FITS)
@pytest.mark.parametrize("count", [0.0, 1.5, np.nan])
def test_counts_other_than_whole_numbers_from_one_are_refused(count, fit_model, villages):
    with pytest.raises(StatisticsError, match="whole numbers from 1"):
        fit_model(villages.X, villages.y, np.full(200, count))


@pytest.mark.parametrize("column", [1, 2])
def test_a_separated_outcome_does_not_converge(column, villages):
    y = np.where(villages.X[:, column] > 0, 1.0, villages.y if column == 2 else 0.0)
    with pytest.raises(ConvergenceError, match="no maximum"):
        fit_logit(villages.X, y)


@pytest.mark.parametrize("offset", [2e3, 1e6])
def test_a_column_far_from_zero_converges(offset, villages):
    shift = np.eye(4)
    shift[0, 1] = offset
    near, far = fit_logit(villages.X, villages.y), fit_logit(villages.X @ shift, villages.y)
    assert_allclose(far.beta[1:], near.beta[1:], rtol=LAST_DIGIT * offset + 1e-10)
    assert_allclose(far.log_likelihood, near.log_likelihood, rtol=RTOL_LIKELIHOOD)


def test_a_rare_outcome_converges():
    y = np.zeros(100_000)
    y[:3] = 1.0
    fit = fit_logit(np.ones((100_000, 1)), y)
    assert_allclose(fit.beta, np.log(3 / 99_997), rtol=SOLVED)
