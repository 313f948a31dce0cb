"""Covariances of models of categories."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import SEARCHED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.category_covariance import (
    classic_category_covariance,
    cr_category_covariance,
    hc_category_covariance,
)
from campaign_effect.stats.covariances.cluster_information import cluster_information
from campaign_effect.stats.covariances.covariance import (
    Cr,
    Hc,
    contrast_df,
    cr_covariance,
    hc_covariance,
)
from campaign_effect.stats.models.clusters import group_rows
from campaign_effect.stats.models.errors import SingleClusterError
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.ordered import fit_ordered

RTOL_SANDWICH = 5e-4  # polr stops short of the maximum, and so does sandwich
RTOL_SAME_SUM = 1e-8  # the same numbers summed in another order


def errors_of(covariance):
    return np.sqrt(np.diag(covariance.matrix))


def hats_of(fit, groups):
    """Each group's hat matrix by its definition, root' (sum of D' C D) root."""
    D = fit.directions(slice(None))
    each = np.einsum("mra,mrs,msb->mab", D, fit.curvatures, D)
    sums = [each[group].sum(axis=0) for group in groups]
    return [fit.root.T @ one @ fit.root for one in sums]


def to_the_minus_half(matrix):
    eigenvalues, Y = np.linalg.eigh(matrix)
    return (Y / np.sqrt(eigenvalues)) @ Y.T


def test_hc0_and_clustered_errors_match_sandwich(beps, outcomes):
    fit = fit_ordered(beps.X, beps.economy)
    hc0 = errors_of(hc_category_covariance(fit, Hc.HC0))
    assert_allclose(hc0, outcomes["beps_hc0"], rtol=RTOL_SANDWICH)
    clustered = cr_category_covariance(fit, beps.age_group, Cr.CR0)
    G = len(np.unique(beps.age_group))
    found = errors_of(clustered) * np.sqrt(G / (G - 1))
    assert_allclose(found, outcomes["beps_cr"], rtol=RTOL_SANDWICH)


@pytest.mark.parametrize("kind", Hc)
def test_hc_of_two_categories_is_that_of_the_logit(kind, villages):
    fit = fit_ordered(villages.X[:, 1:], villages.y.astype(int))
    binary = errors_of(hc_covariance(fit_logit(villages.X, villages.y), kind))
    found = errors_of(hc_category_covariance(fit, kind))
    assert_allclose(found, np.roll(binary, -1), rtol=RTOL_SAME_SUM)


@pytest.mark.parametrize("kind", [Cr.CR0, Cr.CR1])
def test_cr_of_two_categories_is_that_of_the_logit(kind, villages):
    fit = fit_ordered(villages.X[:, 1:], villages.y.astype(int))
    binary = cr_covariance(fit_logit(villages.X, villages.y), villages.codes, kind)
    found = cr_category_covariance(fit, villages.codes, kind)
    assert_allclose(errors_of(found), np.roll(errors_of(binary), -1), rtol=RTOL_SAME_SUM)
    assert found.df == binary.df == 8


def test_cr2_of_rows_by_themselves_is_hc2(steps):
    fit = fit_ordered(steps.X, steps.y)
    found = cr_category_covariance(fit, np.arange(240))
    assert_allclose(found.matrix, hc_category_covariance(fit, Hc.HC2).matrix, rtol=SEARCHED)


def test_cr2_is_its_definition(steps):
    fit, clusters = fit_ordered(steps.X, steps.y), group_rows(steps.codes)
    groups = [clusters.rows(g) for g in range(8)]
    scores = [fit.scores(group).sum(axis=0) @ fit.root for group in groups]
    hats = hats_of(fit, groups)
    adjusted = [
        fit.root @ to_the_minus_half(np.eye(6) - hat) @ score
        for hat, score in zip(hats, scores, strict=True)
    ]
    found = cr_category_covariance(fit, steps.codes)
    assert_allclose(found.matrix, sum(np.outer(s, s) for s in adjusted), rtol=RTOL_SAME_SUM)
    assert_allclose(found.clusters.leverage, [np.trace(hat) for hat in hats], rtol=SOLVED_TWICE)
    assert_allclose(np.sum(found.clusters.leverage), 6, rtol=SOLVED_TWICE)


def test_degrees_of_freedom_are_those_of_the_quadratic_form(steps):
    fit, clusters = fit_ordered(steps.X, steps.y), group_rows(steps.codes)
    hats = hats_of(fit, [clusters.rows(g) for g in range(8)])
    contrasts = np.vstack([np.eye(6), np.ones(6)])
    found = contrast_df(cr_category_covariance(fit, steps.codes), contrasts)
    for contrast, df in zip(contrasts, found, strict=True):
        # scores of 8 clusters, less what the estimates take away, times the adjustment
        lines = [to_the_minus_half(np.eye(6) - hat) @ fit.root.T @ contrast for hat in hats]
        full = np.zeros((8, 8, 6))
        for g, line in enumerate(lines):
            full[g] = -(hats[g] @ line)
            full[g, g] += line
        omega = np.einsum("gha,hab,khb->gk", full, np.array(hats), full)
        assert_allclose(df, np.trace(omega) ** 2 / np.sum(omega**2), rtol=SEARCHED)


@pytest.mark.parametrize("kind", [*Hc, *Cr])
def test_counts_equal_repeated_rows(kind, steps):
    times = np.random.default_rng(3).integers(1, 4, 240)
    few = fit_ordered(steps.X, steps.y, times.astype(float))
    many = fit_ordered(np.repeat(steps.X, times, axis=0), np.repeat(steps.y, times))
    if isinstance(kind, Hc):
        one, other = hc_category_covariance(few, kind), hc_category_covariance(many, kind)
    else:
        one = cr_category_covariance(few, steps.codes, kind)
        other = cr_category_covariance(many, np.repeat(steps.codes, times), kind)
        assert_allclose(one.clusters.sizes, other.clusters.sizes)
        assert_allclose(
            contrast_df(one, np.eye(6)), contrast_df(other, np.eye(6)), rtol=STOPPED
        )
    assert_allclose(one.matrix, other.matrix, rtol=STOPPED)


def test_a_term_of_one_cluster_alone_is_found(villages):
    X = np.column_stack([villages.X, villages.codes == 8]).astype(float)
    fit = fit_ordered(X[:, 1:], villages.y.astype(int))
    clusters = group_rows(villages.codes)
    binary, found = (
        cluster_information(one, clusters).inestimable_without(np.eye(5))
        for one in (fit_logit(X, villages.y), fit)
    )
    assert np.array_equal(found, np.roll(binary, -1, axis=0))
    assert found[3].sum() == 1
    assert np.isfinite(cr_category_covariance(fit, villages.codes).matrix).all()


def test_the_classic_covariance_is_the_bread(steps):
    fit = fit_ordered(steps.X, steps.y)
    assert_allclose(classic_category_covariance(fit).matrix, fit.bread)


def test_one_cluster_is_refused(steps):
    with pytest.raises(SingleClusterError, match="2 clusters"):
        cr_category_covariance(fit_ordered(steps.X, steps.y), np.zeros(240, dtype=int))


def test_codes_of_other_length_are_refused(steps):
    with pytest.raises(StatisticsError, match="one cluster code"):
        cr_category_covariance(fit_ordered(steps.X, steps.y), steps.codes[:9])
