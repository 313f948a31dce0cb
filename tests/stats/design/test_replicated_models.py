"""Every weighted model by replicate weights: R, refits one by one, and what must hold."""

import csv
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import SEARCHED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.jackknife import jackknife_covariance
from campaign_effect.stats.design.model_covariance import replicated_covariance
from campaign_effect.stats.design.replicates import (
    ReplicateWeights,
    bootstrap_replicates,
    jackknife_replicates,
)
from campaign_effect.stats.design.survey_design import survey_design
from campaign_effect.stats.models.category_refits import refit_categories
from campaign_effect.stats.models.links import PROBIT
from campaign_effect.stats.models.refits import refit
from campaign_effect.stats.models.weighted import WeightedFit, fit_weighted_probit
from campaign_effect.stats.models.weighted_categories import (
    fit_weighted_multinomial,
    fit_weighted_ordered,
    fit_weighted_partial_ordered,
)

RTOL_POLR = 1e-3  # svyolr's polr stops where the likelihood rises by less than 1e-8 of it
DATA = Path(__file__).parents[2] / "reference" / "data" / "ces11.csv"
KINDS = ["BRR", "Fay", "JK1", "JKn", "bootstrap"]
MODELS = {
    "ordered_logit": lambda d, w: fit_weighted_ordered(d.X[:, 1:], d.imp, w),
    "ordered_probit": lambda d, w: fit_weighted_ordered(d.X[:, 1:], d.imp, w, link=PROBIT),
    "partial": lambda d, w: fit_weighted_partial_ordered(d.X[:, 1:], d.imp, w, free=[0]),
    "multinomial": lambda d, w: fit_weighted_multinomial(d.X, d.imp, w),
    "probit": lambda d, w: fit_weighted_probit(d.of_ab, d.ab, w),
}


def part(data, rows):
    return SimpleNamespace(**{name: value[rows] for name, value in vars(data).items()})


@cache
def ces():
    with DATA.open(newline="") as file:
        rows = list(csv.DictReader(file))
    column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    male, urban, ab = column["gender"] == "Male", column["urban"] == "urban", column["ab"]
    ones, imp = np.ones(len(rows)), column["imp"].astype(int)
    is_odd = np.arange(1, len(rows) + 1) % 2
    units = np.array([f"{p} {odd}" for p, odd in zip(column["province"], is_odd, strict=True)])
    return SimpleNamespace(
        X=np.column_stack([ones, male, urban, ab.astype(float)]),
        of_ab=np.column_stack([ones, imp, male, urban]),
        ab=ab.astype(float),
        imp=imp - 1,
        weights=column["weight"].astype(float),
        unit=np.unique(units, return_inverse=True)[1],
    )


def replicates_of(expected):
    factor = np.array(expected["units"])[ces().unit]
    return ReplicateWeights(
        values=ces().weights[:, None] * factor, scales=np.array(expected["scale"])
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", MODELS)
def test_every_kind_of_replicates_matches_r(model, kind, reference):
    expected = reference("replicates")[kind]
    fit = MODELS[model](ces(), ces().weights)
    found = replicated_covariance(fit, replicates_of(expected))
    assert_allclose(fit.beta, expected[model]["b"], rtol=STOPPED, atol=SOLVED_TWICE)
    assert_allclose(np.sqrt(np.diag(found.matrix)), expected[model]["se"], rtol=STOPPED)
    assert_allclose(found.matrix[0, 1], expected[model]["V01"], rtol=STOPPED)
    if model in {"probit", "ordered_logit"}:
        name = {"ordered_logit": "svyolr"}.get(model, model)
        assert found.df == expected[name]["df"]


@pytest.mark.parametrize("kind", KINDS)
def test_svyolr_is_near(kind, reference):
    expected = reference("replicates")[kind]
    fit = MODELS["ordered_logit"](ces(), ces().weights)
    found = replicated_covariance(fit, replicates_of(expected)).matrix
    assert_allclose(np.sqrt(np.diag(found)), expected["svyolr"]["se"], rtol=RTOL_POLR)


def refitted(fit, values):
    again = refit if isinstance(fit, WeightedFit) else refit_categories
    return again(fit.fit, values)


@pytest.mark.parametrize("model", MODELS)
def test_replicates_are_weighted_fits_without_the_units(model):
    data = ces()
    design = survey_design(data.weights, psu=data.unit)
    fit, replicates = MODELS[model](data, data.weights), jackknife_replicates(design)
    found = refitted(fit, replicates.values)
    assert len(found) == 20
    for g, beta in enumerate(found):
        kept = data.unit != g
        expected = MODELS[model](part(data, kept), data.weights[kept]).beta
        assert_allclose(beta, expected, rtol=SEARCHED, atol=SEARCHED)


@pytest.mark.parametrize("model", MODELS)
def test_the_unit_of_weights_changes_nothing(model):
    data = ces()
    found = []
    for unit in (1.0, 1e4):
        design = survey_design(unit * data.weights, psu=data.unit)
        fit = MODELS[model](data, unit * data.weights)
        sets = bootstrap_replicates(design, draws=30, seed=3)
        found.append(replicated_covariance(fit, sets).matrix)
    assert_allclose(*found, rtol=SEARCHED, atol=SEARCHED)


@pytest.mark.parametrize("model", ["ordered_logit", "multinomial"])
def test_the_jackknife_of_clusters_is_cv3(model):
    """With weights of 1, these refits are those of CV3."""
    data = ces()
    fit = MODELS[model](data, np.ones(len(data.ab)))
    sets = jackknife_replicates(survey_design(np.ones(len(data.ab)), psu=data.unit))
    one, other = (
        replicated_covariance(fit, sets),
        jackknife_covariance(fit.fit, data.unit),
    )
    errors = [np.sqrt(np.diag(covariance.matrix)) for covariance in (one, other)]
    assert_allclose(*errors, rtol=STOPPED)


def test_replicates_far_from_the_fit_arrive():
    data = ces()
    w = np.random.default_rng(2).exponential(size=len(data.ab)) ** 4 + 1e-3
    for name, model in MODELS.items():
        found = refitted(model(data, data.weights), w[:, None])[0]
        assert_allclose(found, model(data, w).beta, rtol=SEARCHED, atol=SEARCHED, err_msg=name)


def test_a_replicate_without_a_category_or_with_separation_is_refused():
    rng = np.random.default_rng(4)
    X = np.column_stack([np.ones(60), rng.normal(size=60)])
    unit, y = np.repeat(np.arange(6), 10), rng.integers(0, 3, 60)
    w = np.ones(60)
    sets = jackknife_replicates(survey_design(w, psu=unit))
    alone = np.where((y == 2) & (unit != 3), 0, y)
    alone[35] = 2
    with pytest.raises(StatisticsError, match="finite estimate") as caught:
        replicated_covariance(fit_weighted_multinomial(X, alone, w), sets)
    assert "1 of 6" in str(caught.value)
    level = (unit < 2).astype(float)[:, None]  # who holds it answers 2, but for unit 1
    apart = np.where(unit == 0, 2, y)
    fit = fit_weighted_ordered(np.column_stack([X[:, 1:], level]), apart, w).fit
    is_lost = np.isnan(refit_categories(fit, sets.values)).any(axis=1)
    assert is_lost.tolist() == [False, True, False, False, False, False]
