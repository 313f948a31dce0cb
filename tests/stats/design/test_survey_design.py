"""Survey designs: means, weighted models, replicate weights, Rao-Scott tests."""

import csv
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from tolerances import ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import NoVariationError, StatisticsError, TooFewRowsError
from campaign_effect.stats.covariances.covariance import Cr, cr_covariance
from campaign_effect.stats.design.model_covariance import (
    linearised_covariance,
    replicated_covariance,
)
from campaign_effect.stats.design.rao_scott import rao_scott_test
from campaign_effect.stats.design.replicates import (
    balanced_replicates,
    bootstrap_replicates,
    jackknife_replicates,
    replicate_covariance,
)
from campaign_effect.stats.design.survey_design import Lonely, survey_design, total_covariance
from campaign_effect.stats.design.survey_mean import survey_mean, weighting_effect
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.refits import refit
from campaign_effect.stats.models.weighted import fit_weighted_logit, fit_weighted_ols

RTOL_R = 2e-9  # closed forms, and Newton to the end on both sides
RTOL_SAME_SUM = 1e-9  # the same numbers summed in another order
RTOL_ONE_SIDED = 2e-4  # a difference to one side of step 1e-6, over searches to 1e-10
DATA = Path(__file__).parents[2] / "reference" / "data"
FITS = {"logit": (fit_logit, fit_weighted_logit), "lpm": (fit_ols, fit_weighted_ols)}


def columns_of(name):
    with (DATA / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


def codes_of(labels):
    return np.unique(labels, return_inverse=True)[1]


@pytest.fixture(scope="module")
def designs(reference):
    return reference("survey_design")


@pytest.fixture(scope="module")
def ces():
    data = columns_of("ces11")
    imp = data["imp"].astype(float)
    male, urban = data["gender"] == "Male", data["urban"] == "urban"
    province, weights = codes_of(data["province"]), data["weight"].astype(float)
    return SimpleNamespace(
        X=np.column_stack([np.ones(len(imp)), imp, male, urban]),
        y=data["ab"].astype(float),
        weights=weights,
        strata=survey_design(weights, strata=province),
        clusters=survey_design(weights, psu=province),
    )


@pytest.fixture(scope="module")
def api():
    data = {key: column for key, column in columns_of("api1").items() if key != "stype"}
    data = {key: column.astype(float) for key, column in data.items()}
    district, weights = data["dnum"].astype(int), data["pw"]
    return SimpleNamespace(
        X=np.column_stack([np.ones(len(weights)), data["ell"], data["meals"], data["api99"]]),
        y=data["y"],
        api99=data["api99"],
        weights=weights,
        stype=codes_of(columns_of("api1")["stype"]),
        plain=survey_design(weights, psu=district),
        fpc=survey_design(weights, psu=district, population=data["fpc"]),
        stratified=survey_design(weights, psu=district, strata=district % 2),
    )


def check_model(fit, design, expected):
    covariance = linearised_covariance(fit, design)
    V = covariance.matrix
    assert_allclose(fit.beta, expected["b"], rtol=SEARCHED, atol=SOLVED_TWICE)
    assert_allclose(np.sqrt(np.diag(V)), expected["se"], rtol=RTOL_R)
    assert_allclose(V[0, 1], expected["V01"], rtol=SEARCHED)
    assert covariance.df == expected["df"]


@pytest.mark.parametrize("design", ["strata", "clusters"])
def test_a_weighted_logit_matches_r_on_ces(design, ces, designs):
    fit = fit_weighted_logit(ces.X, ces.y, ces.weights)
    check_model(fit, getattr(ces, design), designs["ces"][design])


@pytest.mark.parametrize("design", ["plain", "fpc", "stratified"])
def test_a_weighted_logit_matches_r_on_api(design, api, designs):
    fit = fit_weighted_logit(api.X, api.y, api.weights)
    check_model(fit, getattr(api, design), designs["api"][design])


def test_a_weighted_linear_model_matches_r(ces, api, designs):
    check_model(
        fit_weighted_ols(ces.X, ces.y, ces.weights), ces.strata, designs["ces"]["linear"]
    )
    fit = fit_weighted_ols(api.X[:, :3], api.api99, api.weights)
    check_model(fit, api.fpc, designs["api"]["linear_fpc"])


def check_mean(found, expected):
    assert_allclose(found.estimate, expected["estimate"], rtol=ROUNDING)
    assert_allclose(found.std_error, expected["se"], rtol=RTOL_R)
    assert found.df == expected["degf"]


@pytest.mark.parametrize(
    ("name", "design"), [("mean", "strata"), ("mean_clusters", "clusters")]
)
def test_means_and_design_effects_match_r(name, design, ces, designs):
    expected, design = designs["ces"][name], getattr(ces, design)
    check_mean(survey_mean(ces.y, design), expected)
    of_population = survey_mean(ces.y, design, is_population=True).design_effect
    assert_allclose(of_population, expected["deff"], rtol=RTOL_R)
    endless = survey_mean(ces.y, design).design_effect
    assert_allclose(endless, expected["deff_replace"], rtol=RTOL_R)


def test_the_mean_of_a_domain_matches_r(ces, designs):
    is_woman = ces.X[:, 2] == 0
    found = survey_mean(ces.y, ces.strata, domain=is_woman)
    check_mean(found, designs["ces"]["women"])
    assert_allclose(found.design_effect, designs["ces"]["women"]["deff_replace"], rtol=RTOL_R)


def test_answers_outside_the_domain_may_be_missing(ces):
    is_woman = ces.X[:, 2] == 0
    y = np.where(is_woman, ces.y, np.nan)
    found = survey_mean(y, ces.strata, domain=is_woman)
    assert found == survey_mean(ces.y, ces.strata, domain=is_woman)


def test_a_mean_under_a_finite_population_matches_r(api, designs):
    found = survey_mean(api.api99, api.fpc, is_population=True)
    check_mean(found, designs["api"]["mean"])
    assert_allclose(found.design_effect, designs["api"]["mean"]["deff"], rtol=RTOL_R)


@pytest.mark.parametrize(
    ("name", "columns", "design"),
    [("rao_scott", (2, None), "strata"), ("rao_scott_imp", (1, 3), "strata"),
     ("rao_scott_clusters", (1, 2), "clusters")],
)  # fmt: skip
def test_rao_scott_tests_match_r(name, columns, design, ces, designs):
    one, two = (ces.y if column is None else ces.X[:, column] for column in columns)
    found = rao_scott_test(one.astype(int), two.astype(int), getattr(ces, design))
    expected = designs["ces"][name]
    assert_allclose(found.statistic, expected["F"], rtol=RTOL_R)
    assert_allclose([found.df_num, found.df_denom], expected["df"], rtol=RTOL_R)
    assert_allclose(found.p_value, expected["p"], rtol=STOPPED)


def test_a_rao_scott_test_of_a_domain_matches_r(ces, designs):
    is_woman, imp = ces.X[:, 2] == 0, ces.X[:, 1].astype(int)
    columns = np.where(is_woman, ces.y, 9).astype(int)
    found = rao_scott_test(imp, columns, ces.strata, domain=is_woman)
    expected = designs["ces"]["rao_scott_women"]
    assert_allclose(found.statistic, expected["F"], rtol=RTOL_R)
    assert_allclose([found.df_num, found.df_denom], expected["df"], rtol=RTOL_R)


def test_a_rao_scott_test_under_a_finite_population_matches_r(api, designs):
    found = rao_scott_test(api.stype, api.y.astype(int), api.fpc)
    expected = designs["api"]["rao_scott"]
    assert_allclose(found.statistic, expected["F"], rtol=RTOL_R)
    assert_allclose([found.df_num, found.df_denom], expected["df"], rtol=RTOL_R)


def test_rao_scott_of_a_simple_sample_is_pearsons(ces):
    rows, columns = ces.X[:, 2].astype(int), ces.y.astype(int)
    n = len(rows)
    found = rao_scott_test(rows, columns, survey_design(np.ones(n)))
    table = np.histogram2d(rows, columns, bins=2)[0]
    assert_allclose(found.pearson, stats.chi2_contingency(table, correction=False)[0])
    assert_allclose(found.statistic, found.pearson, rtol=0.01)  # V is not that of the null


def test_the_scale_of_weights_does_not_matter(api):
    for fit in (fit_weighted_logit, fit_weighted_ols):
        one = fit(api.X, api.y, api.weights)
        other = fit(api.X, api.y, api.weights * 1000)
        assert_allclose(one.influence, other.influence, rtol=SEARCHED, atol=ROUNDING)


@pytest.mark.parametrize("model", FITS)
def test_equal_weights_and_clusters_give_cr0_times_g_over_g_minus_1(model, api):
    plain, weighted = FITS[model]
    district = api.plain.psu
    equal = weighted(api.X, api.y, np.full(len(api.y), 3.0))
    V = total_covariance(equal.influence, survey_design(equal.weights, psu=district))
    G = api.plain.n_psu
    expected = cr_covariance(plain(api.X, api.y), district, Cr.CR0).matrix * G / (G - 1)
    assert_allclose(V, expected, rtol=STOPPED, atol=ROUNDING)


@pytest.mark.parametrize("model", FITS)
def test_influence_values_are_what_one_answers_weight_moves(model, api):
    weighted = FITS[model][1]
    fit = weighted(api.X, api.y, api.weights)
    assert_allclose(fit.influence.sum(axis=0), 0, atol=SOLVED_TWICE)
    h, i = 1e-6, 17
    more = api.weights.copy()
    more[i] *= 1 + h
    change = (weighted(api.X, api.y, more).beta - fit.beta) / h
    assert_allclose(change, fit.influence[i], rtol=RTOL_ONE_SIDED, atol=SEARCHED)


@pytest.mark.parametrize(
    ("name", "design"), [("jk1", "plain"), ("jkn", "stratified"), ("jkn_fpc", "fpc")]
)
def test_jackknife_replicates_match_r(name, design, api, designs):
    expected, replicates = designs["api"][name], jackknife_replicates(getattr(api, design))
    assert len(replicates.scales) == expected["n_replicates"]
    w = replicates.values
    means = (api.api99 @ w / w.sum(axis=0))[:, None]
    V = replicate_covariance(means, means.mean(axis=0), replicates)
    assert_allclose(np.sqrt(V[0]), expected["mean_se"], rtol=RTOL_R)
    betas = refit(fit_weighted_logit(api.X, api.y, api.weights).fit, replicates.values)
    V = replicate_covariance(betas, betas.mean(axis=0), replicates)
    assert_allclose(np.sqrt(np.diag(V)), expected["se"], rtol=STOPPED)


@pytest.fixture(scope="module")
def paired():
    rng = np.random.default_rng(6)
    strata, psu = np.repeat(np.arange(5), 8), np.tile(np.repeat([0, 1], 4), 5)
    return SimpleNamespace(
        design=survey_design(rng.uniform(1, 3, 40), strata=strata, psu=psu),
        z=rng.normal(size=(40, 2)),
    )


def totals(z, replicates):
    return replicates.values.T @ z


def test_balanced_and_jackknife_replicates_of_a_total_give_its_linearised_variance(paired):
    w = paired.design.weights
    expected = total_covariance(w[:, None] * paired.z, paired.design)
    for replicates in (balanced_replicates(paired.design), jackknife_replicates(paired.design)):
        found = replicate_covariance(totals(paired.z, replicates), w @ paired.z, replicates)
        assert_allclose(found, expected, rtol=SOLVED)


def test_balanced_halves_keep_one_unit_of_each_stratum(paired):
    replicates = balanced_replicates(paired.design)
    share = replicates.values / paired.design.weights[:, None]
    assert set(np.unique(share)) == {0.0, 2.0}
    assert replicates.values.shape[1] == 8
    for h in range(5):
        rows = paired.design.stratum[paired.design.psu] == h
        assert_allclose(share[rows].sum(axis=0), 8)


def test_bootstrap_replicates_of_a_total_give_its_variance_on_average(paired):
    replicates = bootstrap_replicates(paired.design, draws=20_000, seed=2)
    w = paired.design.weights
    found = replicate_covariance(totals(paired.z, replicates), w @ paired.z, replicates)
    expected = total_covariance(w[:, None] * paired.z, paired.design)
    assert_allclose(np.diag(found), np.diag(expected), rtol=4 * np.sqrt(2 / 20_000))


@pytest.mark.parametrize("model", FITS)
def test_refits_with_replicate_weights_are_weighted_fits(model, api):
    weighted, replicates = FITS[model][1], jackknife_replicates(api.plain)
    found = refit(weighted(api.X, api.y, api.weights).fit, replicates.values)
    for values, beta in zip(replicates.values.T, found, strict=True):
        kept = values > 0
        expected = weighted(api.X[kept], api.y[kept], values[kept]).beta
        assert_allclose(beta, expected, rtol=SEARCHED, atol=SOLVED)


def test_a_stratum_with_one_unit_needs_a_choice():
    strata, psu = np.array([0, 0, 1, 1, 1]), np.array([1, 1, 1, 2, 3])
    with pytest.raises(StatisticsError, match="one sampling unit"):
        survey_design(np.ones(5), strata=strata, psu=psu)
    z = np.array([[1.0], [2.0], [0.0], [1.0], [4.0]])
    certain, adjusted = (
        survey_design(np.ones(5), strata=strata, psu=psu, lonely=lonely)
        for lonely in (Lonely.CERTAINTY, Lonely.ADJUST)
    )
    alone = 3 / 2 * np.sum((z[2:] - z[2:].mean()) ** 2)
    assert_allclose(total_covariance(z, certain), alone)
    assert_allclose(total_covariance(z, adjusted), alone + (3 - 8 / 4) ** 2)
    with pytest.raises(StatisticsError, match="at least 2 sampling units"):
        jackknife_replicates(certain)


def test_a_population_that_was_drawn_whole_has_no_variance():
    design = survey_design(np.ones(4), population=np.full(4, 4.0))
    assert_allclose(total_covariance(np.arange(4.0)[:, None], design), 0)


def test_a_domain_counts_the_units_it_has():
    design = survey_design(np.ones(6), psu=np.array([1, 1, 2, 2, 3, 3]))
    assert design.df(np.array([True, False, True, False, False, False])) == 1


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_weights_that_are_not_positive_are_refused(bad):
    with pytest.raises(StatisticsError, match="positive"):
        survey_design(np.array([1.0, bad]))
    X, y = np.ones((4, 1)), np.array([0.0, 1, 1, 0])
    with pytest.raises(StatisticsError, match="positive weight"):
        fit_weighted_logit(X, y, np.array([1.0, 1, 1, bad]))


def test_populations_below_their_sample_are_refused():
    with pytest.raises(StatisticsError, match="population must be one number"):
        survey_design(np.ones(3), population=np.full(3, 2.0))
    with pytest.raises(StatisticsError, match="population must be one number"):
        survey_design(np.ones(3), population=np.array([5.0, 6.0, 5.0]))


def test_lengths_that_differ_are_refused():
    with pytest.raises(StatisticsError, match="same answers"):
        survey_design(np.ones(3), psu=np.array([1, 2]))
    with pytest.raises(StatisticsError, match="needs its influence"):
        total_covariance(np.ones((2, 1)), survey_design(np.ones(3)))


def test_replicates_of_other_answers_are_refused(api):
    fit = fit_weighted_ols(api.X[:50], api.y[:50], api.weights[:50])
    with pytest.raises(StatisticsError, match="a row for every answer"):
        replicated_covariance(fit, jackknife_replicates(api.plain))


def test_designs_that_replicates_do_not_fit_are_refused(api):
    with pytest.raises(StatisticsError, match="2 units in every stratum"):
        balanced_replicates(api.plain)
    with pytest.raises(StatisticsError, match="endless populations"):
        bootstrap_replicates(api.fpc, draws=3)
    replicates = jackknife_replicates(api.plain)
    with pytest.raises(StatisticsError, match="finite estimate"):
        replicate_covariance(np.full((15, 1), np.nan), np.zeros(1), replicates)


def test_what_cannot_be_tested_is_refused():
    design = survey_design(np.ones(4))
    with pytest.raises(NoVariationError, match="two categories"):
        rao_scott_test(np.array([0, 1, 0, 1]), np.zeros(4, dtype=int), design)
    with pytest.raises(TooFewRowsError, match="at least 2 answers"):
        survey_mean(np.ones(4), design, domain=np.arange(4) == 0)
    with pytest.raises(StatisticsError, match="degrees of freedom"):
        linearised_covariance(
            fit_weighted_ols(np.eye(4)[:, :2] + 1, np.arange(4.0), np.ones(4)),
            survey_design(np.ones(4), psu=np.array([0, 0, 1, 1])),
        )
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        fit_weighted_logit(np.ones((4, 1)), np.array([0.0, 1, 2, 0]), np.ones(4))


def test_kishs_effect_counts_unequal_weights():
    assert_allclose(weighting_effect(np.array([2.0, 2.0, 2.0])), 1)
    w = np.array([1.0, 2.0, 5.0])
    assert_allclose(weighting_effect(w), 1 + (w.std() / w.mean()) ** 2)


def test_units_without_answers_are_units_whose_total_is_zero():
    rng = np.random.default_rng(8)
    strata, psu = np.repeat([0, 1], 8), np.repeat(np.arange(8), 2)
    z, is_in = rng.normal(size=(16, 2)), psu > 1
    whole = survey_design(np.ones(16), strata=strata, psu=psu, population=np.full(16, 9.0))
    part = survey_design(
        np.ones(12),
        strata=strata[is_in],
        psu=psu[is_in],
        population=np.full(12, 9.0),
        drawn=np.full(12, 4),
    )
    expected = total_covariance(z * is_in[:, None], whole)
    assert_allclose(total_covariance(z[is_in], part), expected, rtol=ROUNDING)
    assert part.df() == 4


def test_fewer_units_drawn_than_there_are_are_refused():
    with pytest.raises(StatisticsError, match="at least the units drawn"):
        survey_design(np.ones(3), drawn=np.full(3, 2))
