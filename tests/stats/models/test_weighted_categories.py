"""Ordered and multinomial models with probability weights."""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.stats.covariances.category_covariance import (
    cr_category_covariance,
    hc_category_covariance,
)
from campaign_effect.stats.covariances.covariance import Cr, Hc, contrast_df, standard_errors
from campaign_effect.stats.covariances.hotelling import joint_test
from campaign_effect.stats.covariances.weighted_category_covariance import (
    weighted_category_cr,
    weighted_category_hc,
)
from campaign_effect.stats.covariances.weighted_cr2 import weighted_cr2
from campaign_effect.stats.design.model_covariance import linearised_covariance
from campaign_effect.stats.design.survey_design import survey_design
from campaign_effect.stats.models.links import PROBIT
from campaign_effect.stats.models.multinomial import fit_multinomial
from campaign_effect.stats.models.ordered import fit_ordered
from campaign_effect.stats.models.weighted import fit_weighted_logit, fit_weighted_ols
from campaign_effect.stats.models.weighted_categories import (
    fit_weighted_multinomial,
    fit_weighted_ordered,
)

RTOL_R = 1e-6  # R's derivatives are numerical
RTOL_SAME = 1e-8  # the same numbers by another way
DATA = Path(__file__).parents[2] / "reference" / "data" / "ces11.csv"
MODELS = {
    "ordered_logit": lambda X, y, w: fit_weighted_ordered(X[:, 1:], y, w),
    "ordered_probit": lambda X, y, w: fit_weighted_ordered(X[:, 1:], y, w, link=PROBIT),
    "multinomial": fit_weighted_multinomial,
}


def ces():
    with DATA.open(newline="") as file:
        rows = list(csv.DictReader(file))
    column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    parts = [column["gender"] == "Male", column["urban"] == "urban", column["ab"].astype(float)]
    X = np.column_stack([np.ones(len(rows)), *parts])
    province = np.unique(column["province"], return_inverse=True)[1]
    return X, column["imp"].astype(int) - 1, column["weight"].astype(float), province


@pytest.mark.parametrize("model", MODELS)
def test_weighted_categories_match_r(model, reference):
    X, y, weights, province = ces()
    expected = reference("weighted_categories")[model]
    fit = MODELS[model](X, y, weights)
    assert_allclose(fit.beta, expected["b"], rtol=RTOL_R, atol=STOPPED)
    covariances = {
        "strata": linearised_covariance(fit, survey_design(weights, strata=province)),
        "units": linearised_covariance(fit, survey_design(weights, psu=province)),
        "hc0": weighted_category_hc(fit, Hc.HC0),
        "cr1": weighted_category_cr(fit, province, Cr.CR1),
    }
    eye = np.eye(len(fit.beta))
    for name, covariance in covariances.items():
        assert_allclose(standard_errors(covariance, eye), expected[name], rtol=RTOL_R)
    assert covariances["units"].df == 10 - 1 - 3


@pytest.mark.parametrize("model", [*MODELS, "two"])
def test_weighted_cr2_its_df_and_joint_tests_match_clubsandwich(model, reference):
    expected = reference("weighted_category_cr2")[model]
    X, y, weights, province = (part[::4] for part in ces())
    fit = MODELS["multinomial"](X, y // 2, weights) if model == "two" else None
    fit = fit or MODELS[model](X, y, weights)
    covariance, eye = weighted_category_cr(fit, province), np.eye(len(fit.beta))
    assert_allclose(fit.beta, expected["b"], rtol=SEARCHED, atol=SOLVED)
    assert_allclose(standard_errors(covariance, eye), expected["se"], rtol=SEARCHED)
    assert_allclose(covariance.matrix[0, 1], expected["V01"], rtol=STOPPED)
    assert_allclose(contrast_df(covariance, eye), expected["df"], rtol=STOPPED)
    joint = joint_test(covariance, eye[:2], fit.beta[:2])
    assert_allclose(joint.statistic, expected["F"], rtol=STOPPED)
    assert_allclose(joint.df_denom, expected["df_denom"], rtol=STOPPED)


def small(seed=3, n=240, G=8):
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % G
    X = np.column_stack([np.ones(n), rng.normal(size=n) + 0.3 * codes, rng.random(n) < 0.4])
    latent = 0.5 * X[:, 1] + rng.logistic(size=n) + rng.normal(size=G)[codes]
    return X, np.digitize(latent, [0.0, 1.5]), rng.uniform(0.3, 3, n), codes


@pytest.mark.parametrize("is_alone", [False, True], ids=["regular", "singular"])
@pytest.mark.parametrize("model", ["ordered_logit", "multinomial"])
def test_equal_weights_give_the_unweighted_covariances(model, is_alone):
    X, y, _, codes = small()
    if is_alone:
        X = np.column_stack([X, (codes == 2) & (np.arange(240) % 3 > 0)])
    plain = fit_ordered(X[:, 1:], y) if model == "ordered_logit" else fit_multinomial(X, y)
    weighted = MODELS[model](X, y, np.full(240, 7.0))
    for kind in Hc:
        one, other = hc_category_covariance(plain, kind), weighted_category_hc(weighted, kind)
        assert_allclose(other.matrix, one.matrix, rtol=DIFFERENCED, atol=SOLVED_TWICE)
    eye = np.eye(len(weighted.beta))
    for kind in Cr:
        one = cr_category_covariance(plain, codes, kind)
        other = weighted_category_cr(weighted, codes, kind)
        assert_allclose(other.matrix, one.matrix, rtol=DIFFERENCED, atol=SOLVED_TWICE)
        assert_allclose(contrast_df(other, eye), contrast_df(one, eye), rtol=DIFFERENCED)


@pytest.mark.parametrize("model", ["ordered_logit", "multinomial"])
def test_cr2_is_unbiased_under_the_model(model):
    """The mean of CR2 under the model's own information is the estimator's variance."""
    X, y, weights, codes = small()
    fit = MODELS[model](X, y, weights)
    blocks = weighted_category_cr(fit, codes).blocks
    lost, signs = blocks.shared(np.eye(len(fit.beta)))
    mean = blocks.own.sum(axis=0) - np.einsum("r,gri,grj->ij", signs, lost, lost)
    D, w = fit.fit.directions(slice(None)), fit.weights
    spread = np.einsum("m,mrq,mrs,msp->qp", w**2, D, fit.fit.curvatures, D)
    true = fit.fit.bread @ spread @ fit.fit.bread
    assert_allclose(blocks.root @ mean @ blocks.root.T, true, rtol=DIFFERENCED, atol=SOLVED)


def test_two_categories_are_the_weighted_linear_model_of_their_pearson_residuals():
    """They are the weighted logit; its CR2 takes mu (1 - mu), not 1, as working variance."""
    X, y, weights, codes = small()
    y = np.minimum(y, 1)
    one = fit_weighted_logit(X, y.astype(float), weights)
    other = fit_weighted_multinomial(X, y, weights)
    assert_allclose(other.beta, one.beta, rtol=RTOL_SAME)
    assert_allclose(other.influence, one.influence, rtol=DIFFERENCED, atol=SOLVED_TWICE)
    root = np.sqrt(one.fit.variance)
    Z = root[:, None] * X
    pearson = fit_weighted_ols(Z, one.fit.residual / root + Z @ one.beta, weights)
    found, expected = weighted_category_cr(other, codes), weighted_cr2(pearson, codes)
    assert_allclose(found.matrix, expected.matrix, rtol=STOPPED)
    assert_allclose(
        contrast_df(found, np.eye(3)), contrast_df(expected, np.eye(3)), rtol=STOPPED
    )
    errors = [standard_errors(each, np.eye(3)) for each in (found, weighted_cr2(one, codes))]
    assert_allclose(*errors, rtol=0.02)  # working variances matter little


def test_weighted_cr2_does_not_depend_on_the_base():
    X, y, weights, codes = small()
    one = fit_weighted_multinomial(X, y, weights)
    other = fit_weighted_multinomial(X, (y + 2) % 3, weights)  # the second category the base
    T = np.kron([[0.0, -1.0], [1.0, -1.0]], np.eye(3))
    assert_allclose(T @ other.beta, one.beta, rtol=RTOL_SAME)
    found = [weighted_category_cr(fit, codes) for fit in (one, other)]
    assert_allclose(found[0].matrix, T @ found[1].matrix @ T.T, rtol=STOPPED)


def test_the_unit_of_weights_changes_nothing():
    X, y, weights, codes = small()
    one, other = (fit_weighted_multinomial(X, y, w) for w in (weights, 1000 * weights))
    assert_allclose(other.beta, one.beta, rtol=RTOL_SAME)
    for kind in Cr:
        found = [weighted_category_cr(fit, codes, kind).matrix for fit in (one, other)]
        assert_allclose(*found, rtol=DIFFERENCED)
