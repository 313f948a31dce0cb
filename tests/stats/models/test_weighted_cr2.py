"""CR2 for models with probability weights."""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING, SOLVED, STOPPED

from campaign_effect.stats.covariances.covariance import (
    contrast_df,
    cr_covariance,
    standard_errors,
)
from campaign_effect.stats.covariances.hotelling import joint_test
from campaign_effect.stats.covariances.weighted_cr2 import weighted_cr2
from campaign_effect.stats.covariances.weighted_root import adjusted_scores
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.weighted import fit_weighted_logit, fit_weighted_ols

RTOL_R = 1e-8  # closed forms; a root of a nearly singular matrix at worst
RTOL_SAME = 1e-8  # the same numbers by another way
DATA = Path(__file__).parents[2] / "reference" / "data"
FITS = {"logit": (fit_logit, fit_weighted_logit), "lpm": (fit_ols, fit_weighted_ols)}


def table(name):
    with (DATA / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


def ces():
    data = table("ces11")
    columns = [data["imp"].astype(float), data["gender"] == "Male", data["urban"] == "urban"]
    X = np.column_stack([np.ones(len(columns[0])), *columns])
    codes = np.unique(data["province"], return_inverse=True)[1]
    return X, data["ab"].astype(float), data["weight"].astype(float), codes


def api():
    data = table("api1")
    X = np.column_stack(
        [np.ones(183), *(data[n].astype(float) for n in ("ell", "meals", "api99"))]
    )
    weights = data["pw"].astype(float) * (1 + (np.arange(1, 184) % 3) / 2)
    return X, data["y"].astype(float), weights, data["dnum"].astype(int)


@pytest.mark.parametrize("model", FITS)
@pytest.mark.parametrize("data", [ces, api])
def test_weighted_cr2_its_df_and_joint_tests_match_clubsandwich(data, model, reference):
    X, y, weights, codes = data()
    expected = reference("weighted_cr2")[data.__name__][model]
    fit = FITS[model][1](X, y, weights)
    covariance = weighted_cr2(fit, codes)
    assert_allclose(standard_errors(covariance, np.eye(4)), expected["se"], rtol=RTOL_R)
    assert_allclose(covariance.matrix[0, 1], expected["V01"], rtol=STOPPED)
    assert_allclose(contrast_df(covariance, np.eye(4)), expected["df"], rtol=STOPPED)
    contrasts = np.eye(4)[[1, 2]]
    joint = joint_test(covariance, contrasts, contrasts @ fit.beta)
    assert_allclose(joint.statistic, expected["F"], rtol=STOPPED)
    assert_allclose(joint.df_denom, expected["df_denom"], rtol=STOPPED)


@pytest.mark.parametrize("is_alone", [False, True], ids=["regular", "singular"])
@pytest.mark.parametrize("model", FITS)
def test_equal_weights_give_cr2(model, is_alone, villages):
    X = villages.X
    if is_alone:
        X = np.column_stack([X, villages.codes == 7])
    plain, weighted = FITS[model]
    one = cr_covariance(plain(X, villages.y), villages.codes)
    other = weighted_cr2(weighted(X, villages.y, np.full(200, 7.0)), villages.codes)
    eye = np.eye(X.shape[1])
    assert_allclose(other.matrix, one.matrix, rtol=STOPPED, atol=SOLVED)
    assert_allclose(contrast_df(other, eye), contrast_df(one, eye), rtol=STOPPED)
    assert other.clusters.n_singular == is_alone


def test_weighted_cr2_is_unbiased_under_the_working_model(villages):
    """The mean of CR2 over normal errors is the estimator's true variance."""
    weights = np.random.default_rng(1).uniform(0.3, 3, 200)
    fit = fit_weighted_ols(villages.X, villages.y, weights)
    blocks = weighted_cr2(fit, villages.codes).blocks
    lost, signs = blocks.shared(np.eye(4))
    expected = blocks.own.sum(axis=0) - np.einsum("r,gri,grj->ij", signs, lost, lost)
    W = fit.weights[:, None] * villages.X
    true = fit.bread @ W.T @ W @ fit.bread
    assert_allclose(blocks.root @ expected @ blocks.root.T, true, rtol=RTOL_SAME, atol=ROUNDING)


def dense(L, R, v, K, n_null):
    """The adjustment as it is defined, with the m by m matrix."""
    overlap = L @ (v[:, None] * R).T
    B = np.diag(v) - overlap - overlap.T + L @ K @ L.T
    scale = np.sqrt(v)
    values, vectors = np.linalg.eigh(scale[:, None] * B * scale)
    kept = vectors[:, n_null:]
    inner = kept.T @ (scale[:, None] * R) / np.sqrt(values[n_null:, None])
    return scale[:, None] * (kept @ inner)


@pytest.mark.parametrize("elsewhere", [None, 0.0, 0.01], ids=["regular", "singular", "nearly"])
@pytest.mark.parametrize("model", FITS)
def test_the_adjustment_is_that_of_the_whole_matrix(model, elsewhere, villages):
    X, is_alone = villages.X, elsewhere == 0
    if elsewhere is not None:  # what a term of one village is in the others
        noise = elsewhere * np.random.default_rng(3).normal(size=200)
        X = np.column_stack([X, np.where(villages.codes == 7, 1.0, noise)])
    weights = np.random.default_rng(2).lognormal(0, 0.8, 200)
    weighted = FITS[model][1](X, villages.y, weights)
    fit, root = weighted.fit, np.linalg.cholesky(weighted.bread)
    L = fit.slope[:, None] * (X @ root)
    R = (weighted.weights * fit.slope / fit.variance)[:, None] * (X @ root)
    K = (R * fit.variance[:, None]).T @ R
    for g in np.unique(villages.codes):
        rows = villages.codes == g
        found = adjusted_scores(L[rows], R[rows], fit.variance[rows], K)
        expected = dense(L[rows], R[rows], fit.variance[rows], K, int(is_alone and g == 7))
        assert_allclose(found, expected, rtol=RTOL_SAME, atol=SOLVED)


def test_villages_of_ten_thousands_need_no_square_of_their_answers():
    rng = np.random.default_rng(5)
    x, codes = rng.normal(size=60_000), np.arange(60_000) % 3
    y = (rng.random(60_000) < 1 / (1 + np.exp(-x))).astype(float)
    fit = fit_weighted_logit(
        np.column_stack([np.ones(60_000), x]), y, rng.uniform(0.2, 3, 60_000)
    )
    assert np.isfinite(weighted_cr2(fit, codes).matrix).all()
