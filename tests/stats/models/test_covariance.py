"""Classic, heteroskedasticity-consistent and cluster-robust covariances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import LAST_DIGIT, ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.cluster_information import cluster_information
from campaign_effect.stats.covariances.covariance import (
    Cr,
    DfRule,
    Hc,
    classic_covariance,
    contrast_df,
    cr_covariance,
    hc_covariance,
    standard_errors,
)
from campaign_effect.stats.covariances.cr2 import adjusted_blocks
from campaign_effect.stats.covariances.inverse_root import (
    inverse_root_product,
    inverse_root_rule,
)
from campaign_effect.stats.models.clusters import group_rows
from campaign_effect.stats.models.errors import SingleClusterError
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit

RTOL_R = 2e-9  # both closed forms; glm stops where logit weights still move by 1e-9
RTOL_DF = 1e-8  # as above; a ratio of sums of squares, of a nearly singular one at worst
RTOL_QUADRATURE = 1e-9  # the rule's 1e-12, magnified where a root is nearly singular
RTOL_SAME_SUM = 1e-10  # the same numbers summed in another order
FITS = {"logit": fit_logit, "lpm": fit_ols}


def errors_of(covariance):
    return standard_errors(covariance, np.eye(len(covariance.matrix)))


def brute_force(fit, codes):
    """CR2 and its df from n by n matrices, as Pustejovsky and Tipton write them."""
    T, X = np.diag(fit.variance), fit.slope[:, None] * fit.X
    W = np.diag(1 / fit.variance)
    M = np.linalg.inv(X.T @ W @ X)
    H = X @ M @ X.T @ W
    left, spread = [], []
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        root_T = np.sqrt(T[np.ix_(rows, rows)])
        of_residuals = (T - X @ M @ X.T)[np.ix_(rows, rows)]
        A = root_T @ generalised_root(root_T @ of_residuals @ root_T) @ root_T
        weighted = M @ X[rows].T @ W[np.ix_(rows, rows)] @ A
        spread.append(weighted @ fit.residual[rows])
        left.append(weighted @ (np.eye(len(T)) - H)[rows])
    V = sum(np.outer(s, s) for s in spread)
    df = []
    for k in range(fit.p):
        P = np.array([block[k] for block in left])
        Omega = P @ T @ P.T
        df.append(np.trace(Omega) ** 2 / np.sum(Omega**2))
    return V, np.array(df)


def generalised_root(G):
    values, vectors = np.linalg.eigh(G)
    kept = values > 1e-10 * values[-1]
    return (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T


@pytest.fixture(params=FITS)
def model(request):
    return request.param


def test_classic_errors_match_r(model, chile, effects):
    found = errors_of(classic_covariance(FITS[model](chile.X, chile.y)))
    assert_allclose(found, effects[f"chile_{model}"]["coef"]["se"], rtol=RTOL_R)


@pytest.mark.parametrize("kind", list(Hc))
def test_hc_errors_match_r(kind, model, chile, anes, effects):
    for name, data in (("chile", chile), ("anes", anes)):
        found = errors_of(hc_covariance(FITS[model](data.X, data.y), kind))
        assert_allclose(found, effects[f"{name}_{model}"]["hc"][kind], rtol=RTOL_R)


@pytest.mark.parametrize("kind", list(Cr))
def test_cluster_errors_match_r(kind, model, chile, effects):
    found = errors_of(cr_covariance(FITS[model](chile.X, chile.y), chile.comm, kind))
    assert_allclose(found, effects[f"chile_{model}"]["cr"][kind], rtol=RTOL_R)


@pytest.mark.parametrize(
    ("name", "design", "cluster"),
    [
        ("chile_logit", "X", "comm"),
        ("chile_lpm", "X", "comm"),
        ("chile_region", "X", "region"),
        ("chile_int", "X_crossed", "comm"),
        ("chile_alone", "X_alone", "comm"),
        ("chile_lpm_alone", "X_alone", "comm"),
    ],
)
def test_cr2_and_its_df_match_clubsandwich(name, design, cluster, chile, effects):
    fit = FITS["lpm" if "lpm" in name else "logit"](getattr(chile, design), chile.y)
    covariance = cr_covariance(fit, getattr(chile, cluster))
    expected = effects[name]["cr"]
    assert covariance.clusters.n_clusters == expected["n_clusters"]
    assert_allclose(errors_of(covariance), expected["CR2"], rtol=RTOL_R)
    assert_allclose(contrast_df(covariance, np.eye(fit.p)), expected["df"], rtol=RTOL_DF)


@pytest.mark.parametrize("is_alone", [False, True], ids=["regular", "singular"])
def test_cr2_equals_the_computation_with_n_by_n_matrices(is_alone, model, villages):
    X = villages.X
    if is_alone:  # a term of one large cluster, and one of the smallest
        X = np.column_stack([X, villages.codes == 7, villages.codes == 1])
    y = villages.y.copy()
    y[np.flatnonzero(villages.codes == 1)[:2]] = 0.0, 1.0
    fit = FITS[model](X, y)
    covariance = cr_covariance(fit, villages.codes)
    V, df = brute_force(fit, villages.codes)
    assert_allclose(covariance.matrix, V, rtol=RTOL_QUADRATURE, atol=ROUNDING)
    assert_allclose(contrast_df(covariance, np.eye(fit.p)), df, rtol=RTOL_QUADRATURE)
    assert covariance.clusters.n_singular == 2 * is_alone


def test_cr2_of_extreme_weights_equals_the_brute_force(villages):
    X = villages.X * [1.0, 6.0, 1.0, 1.0]
    eta = X @ [-0.4, 0.8, 0.5, -0.6]
    y = (np.random.default_rng(5).random(200) < 1 / (1 + np.exp(-eta))).astype(float)
    fit = fit_logit(X, y)
    assert fit.variance.max() / fit.variance.min() > 1e3
    V, df = brute_force(fit, villages.codes)
    covariance = cr_covariance(fit, villages.codes)
    assert_allclose(covariance.matrix, V, rtol=RTOL_QUADRATURE, atol=ROUNDING)
    assert_allclose(contrast_df(covariance, np.eye(4)), df, rtol=RTOL_QUADRATURE)


def test_cr2_of_single_rows_is_hc2(model, villages):
    fit = FITS[model](villages.X, villages.y)
    found = cr_covariance(fit, np.arange(200)).matrix
    assert_allclose(found, hc_covariance(fit, Hc.HC2).matrix, rtol=RTOL_SAME_SUM)


def test_cr0_of_single_rows_is_hc0(model, villages):
    fit = FITS[model](villages.X, villages.y)
    found = cr_covariance(fit, np.arange(200), Cr.CR0).matrix
    assert_allclose(found, hc_covariance(fit, Hc.HC0).matrix, rtol=RTOL_SAME_SUM)


def test_cr2_is_unbiased_under_the_working_model(model, villages):
    fit = FITS[model](villages.X, villages.y)
    blocks = adjusted_blocks(fit, group_rows(villages.codes))
    expected = blocks.own.sum(axis=0) - np.einsum("gij,gkj->ik", *[blocks.cross.mT] * 2)
    assert_allclose(expected, np.eye(4), atol=SOLVED)


def test_counts_equal_repeated_rows(model, villages):
    counts = np.random.default_rng(3).integers(1, 5, 200).astype(float)
    times = counts.astype(int)
    few = FITS[model](villages.X, villages.y, counts)
    many = FITS[model](np.repeat(villages.X, times, axis=0), np.repeat(villages.y, times))
    pairs = [(classic_covariance(few), classic_covariance(many))]
    pairs += [(hc_covariance(few, kind), hc_covariance(many, kind)) for kind in Hc]
    codes = np.repeat(villages.codes, times)
    for kind in Cr:
        pairs.append(
            (cr_covariance(few, villages.codes, kind), cr_covariance(many, codes, kind))
        )
    for one, other in pairs:
        assert_allclose(one.matrix, other.matrix, rtol=RTOL_QUADRATURE, atol=ROUNDING)
        assert_allclose(
            contrast_df(one, np.eye(4)), contrast_df(other, np.eye(4)), rtol=RTOL_QUADRATURE
        )


def test_recoding_the_design_recodes_cr2(model, villages):
    recode = np.diag([1.0, 1e4, 1e-3, 2.0])
    recode[0, 1] = 3e3
    one = cr_covariance(FITS[model](villages.X, villages.y), villages.codes)
    other = cr_covariance(FITS[model](villages.X @ recode, villages.y), villages.codes)
    back = recode @ other.matrix @ recode.T
    assert_allclose(back, one.matrix, rtol=STOPPED, atol=SOLVED)
    contrasts = np.array([[0.0, 1, -1, 0], [1, 0, 0, 2]])
    assert_allclose(
        contrast_df(other, contrasts @ recode), contrast_df(one, contrasts), rtol=SEARCHED
    )


def test_labels_and_order_of_clusters_do_not_matter(model, villages):
    fit = FITS[model](villages.X, villages.y)
    one = cr_covariance(fit, villages.codes)
    order = np.random.default_rng(1).permutation(200)
    shuffled = FITS[model](villages.X[order], villages.y[order])
    other = cr_covariance(shuffled, 70 - 3 * villages.codes[order])
    assert_allclose(other.matrix, one.matrix, rtol=SOLVED_TWICE, atol=ROUNDING)


def test_satterthwaite_df_of_balanced_means_is_g_minus_1():
    y = np.random.default_rng(2).normal(size=60)
    covariance = cr_covariance(fit_ols(np.ones((60, 1)), y), np.arange(60) % 12)
    assert_allclose(contrast_df(covariance, np.eye(1)), 11, rtol=SOLVED)


def test_a_contrast_without_variance_has_no_df(villages):
    covariance = cr_covariance(fit_ols(villages.X, villages.y), villages.codes)
    assert np.isnan(contrast_df(covariance, np.zeros((1, 4))))[0]


def test_df_rules_are_those_of_the_model(villages):
    linear, logit = (fit(villages.X, villages.y) for fit in (fit_ols, fit_logit))
    eye = np.eye(4)
    assert hc_covariance(linear).df_rule is DfRule.RESIDUAL
    assert_allclose(contrast_df(hc_covariance(linear), eye), 196)
    assert classic_covariance(logit).df_rule is DfRule.NORMAL
    assert_allclose(contrast_df(classic_covariance(logit), eye), np.inf)
    assert_allclose(contrast_df(cr_covariance(logit, villages.codes, Cr.CR1), eye), 8)


def test_leverages_of_clusters_sum_to_the_coefficients(model, villages):
    fit = FITS[model](villages.X, villages.y)
    for kind in Cr:
        facts = cr_covariance(fit, villages.codes, kind).clusters
        assert_allclose(facts.leverage.sum(), 4, rtol=RTOL_SAME_SUM)
        assert facts.sizes.tolist() == [2, 3, 10, 15, 20, 25, 30, 45, 50]
        assert facts.n_singular == 0


def test_a_row_that_alone_carries_a_term_counts_as_zero_in_hc3(villages):
    X = np.column_stack([villages.X, np.arange(200) == 3])
    found = hc_covariance(fit_ols(X, villages.y), Hc.HC3).matrix
    assert np.isfinite(found).all()


def test_a_term_of_one_cluster_is_inestimable_without_it(model, villages):
    X = np.column_stack([villages.X, villages.codes == 7])
    fit = FITS[model](X, villages.y)
    contrasts = np.vstack([np.eye(5), [0, 1, 0, 0, 1]])
    clusters = group_rows(villages.codes)
    found = cluster_information(fit, clusters).inestimable_without(contrasts)
    assert np.argwhere(found).tolist() == [[4, 7], [5, 7]]


def test_a_term_of_two_clusters_survives_either(model, villages):
    X = np.column_stack([villages.X, np.isin(villages.codes, [5, 7])])
    fit, clusters = FITS[model](X, villages.y), group_rows(villages.codes)
    found = cluster_information(fit, clusters).inestimable_without(np.eye(5))
    assert not found.any()


def test_a_term_constant_outside_one_cluster_is_inestimable_without_it(villages):
    varying = np.where(villages.codes == 6, np.arange(200) / 100, 3.0)
    fit = fit_ols(np.column_stack([villages.X, varying]), villages.y)
    found = cluster_information(fit, group_rows(villages.codes)).inestimable_without(np.eye(5))
    assert found[:, 6].tolist() == [True, False, False, False, True]


def test_one_cluster_is_refused(villages):
    fit = fit_ols(villages.X, villages.y)
    with pytest.raises(SingleClusterError, match="at least 2 clusters"):
        cr_covariance(fit, np.ones(200, dtype=int))


def test_codes_of_other_length_are_refused(villages):
    with pytest.raises(StatisticsError, match="one cluster code"):
        cr_covariance(fit_ols(villages.X, villages.y), villages.codes[1:])


@pytest.mark.parametrize("ratio", [1 - LAST_DIGIT, 1.0, 2.0, 1e3, 1e7, 1e10])
def test_the_rule_gives_the_inverse_root_over_its_interval(ratio):
    nodes, c = inverse_root_rule(3.0, 3.0 * ratio)
    x = np.geomspace(3.0, 3.0 * ratio, 101)
    assert_allclose(np.sum(c / (nodes + x[:, None]), axis=1), x**-0.5, rtol=SOLVED)


def test_the_adjustment_of_many_rows_needs_no_n_by_n_matrix():
    rng = np.random.default_rng(4)
    n = 40_000  # an n by n matrix would take 13 GB
    Z, v = rng.normal(size=(n, 3)) / np.sqrt(4 * n), rng.uniform(0.05, 0.25, n)
    F = inverse_root_product(Z, v, *np.linalg.eigh(Z.T @ Z))
    # G = diag(v)^2 - v Z Z' v meets G^(-1/2) Z twice: F' G F = Z' Z
    projected = Z.T @ (v[:, None] * F)
    found = (v[:, None] * F).T @ (v[:, None] * F) - projected.T @ projected
    assert_allclose(found, Z.T @ Z, rtol=SOLVED_TWICE)
