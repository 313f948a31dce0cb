"""Continuous models against lavaan: estimates, standard errors, tests, indices."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import SEARCHED

from campaign_effect.stats.sem.fit import fit
from campaign_effect.stats.sem.sample import sample_of_moments, sample_of_rows

ATOL_PRINTED = 5e-4  # three decimals
ATOL_ULS = 1e-4  # where lavaan's search ends
HS_ITEMS = [f"x{i}" for i in range(1, 10)]
BFI_ITEMS = [f"{f}{i}" for f in "ACENO" for i in range(1, 6)]
DEMOCRACY = [f"x{i}" for i in range(1, 4)] + [f"y{i}" for i in range(1, 9)]


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_continuous")


@pytest.fixture(scope="module")
def samples(read, complete):
    return {
        "hs": sample_of_rows([complete("hs", HS_ITEMS)]),
        "hs_FIML": sample_of_rows([read("hs_incomplete", HS_ITEMS)]),
        "bfi": sample_of_rows([complete("bfi", BFI_ITEMS)]),
        "bfi_FIML": sample_of_rows([read("bfi", BFI_ITEMS)]),
    }


def _case(name):
    """Return the sample, the estimator and the specification that a reference's name says."""
    data, rest = name.split("_", 1)
    words = {"std_lv": data == "bfi" or rest.endswith("std_lv")}
    rest = rest.removesuffix("_std_lv")
    if rest.startswith("FIML"):
        words["mean_structure"] = True
        return f"{data}_FIML", "MLR" if rest.endswith("MLR") else "ML", words
    if rest.endswith("_means"):
        return data, "ML", {**words, "mean_structure": True}
    return data, rest, words


HS_CASES = [
    f"hs_{case}{scaling}"
    for case in ("ML", "ML_means", "MLR", "MLM", "MLMV", "GLS", "FIML", "FIML_MLR")
    for scaling in ("", "_std_lv")
]
BFI_CASES = ["bfi_ML", "bfi_MLR", "bfi_MLM", "bfi_FIML", "bfi_FIML_MLR"]


@pytest.mark.parametrize("name", HS_CASES + BFI_CASES)
def test_estimates_and_fit_match_lavaan(
    name, values, samples, fitted, matches_estimates, matches_fit
):
    sample, estimator, words = _case(name)
    items = BFI_ITEMS if name.startswith("bfi") else HS_ITEMS
    text = values["models"]["bfi" if name.startswith("bfi") else "hs"]
    solution = fitted(text, items, samples[sample], estimator, **words)
    matches_estimates(solution, values[name])
    matches_fit(solution, values[name])


@pytest.mark.parametrize("name", [n for n in HS_CASES + BFI_CASES if "GLS" not in n])
def test_discrepancy_is_no_larger_than_lavaans(name, values, samples, fitted, as_small_as):
    sample, estimator, words = _case(name)
    items = BFI_ITEMS if name.startswith("bfi") else HS_ITEMS
    text = values["models"]["bfi" if name.startswith("bfi") else "hs"]
    as_small_as(fitted(text, items, samples[sample], estimator, **words), values[name])


@pytest.mark.parametrize("name", ["hs_ML", "hs_FIML", "hs_ML_std_lv", "bfi_ML", "bfi_FIML"])
def test_modification_indices_match_lavaan(name, values, samples, fitted, matches_modification):
    sample, estimator, words = _case(name)
    items = BFI_ITEMS if name.startswith("bfi") else HS_ITEMS
    text = values["models"]["bfi" if name.startswith("bfi") else "hs"]
    solution = fitted(text, items, samples[sample], estimator, **words)
    matches_modification(solution, values[name])


@pytest.mark.parametrize("scaling", ["", "_std_lv"])
def test_unweighted_least_squares_estimates_match_lavaan(scaling, values, samples, fitted):
    words = {"std_lv": bool(scaling)}
    solution = fitted(values["models"]["hs"], HS_ITEMS, samples["hs"], "ULS", **words)
    theirs = values[f"hs_ULS{scaling}"]["parameters"]
    keys = list(zip(theirs["lhs"], theirs["op"], theirs["rhs"], strict=True))
    rows = {(r.left, r.operator, r.right): i for i, r in enumerate(solution.table.parameters)}
    ours = solution.estimates[[rows[key] for key in keys]]
    assert_allclose(ours, theirs["est"], rtol=0, atol=ATOL_ULS)


@pytest.mark.parametrize(
    ("name", "estimator", "words"),
    [
        ("democracy", "ML", {}),
        ("democracy_MLR", "MLR", {}),
        ("democracy_equal", "ML", {"mean_structure": True}),
        ("democracy_linear", "ML", {}),
    ],
)
def test_bollens_democracies_match_lavaan(  # one test needs all of it
    name,
    estimator,
    words,
    values,
    complete,
    fitted,
    matches_estimates,
    matches_fit,
    matches_definitions,
):
    text = values["models"][name.removesuffix("_MLR")]
    sample = lambda table: sample_of_rows([complete("democracy", table.observed)])
    solution = fitted(text, DEMOCRACY, sample, estimator, **words)
    matches_estimates(solution, values[name])
    matches_fit(solution, values[name])
    matches_definitions(solution, values[name])


def test_democracies_have_the_chi_square_of_the_books(values, complete, fitted):
    sample = lambda table: sample_of_rows([complete("democracy", table.observed)])
    solution = fitted(values["models"]["democracy"], DEMOCRACY, sample)
    assert solution.df == 35
    assert_allclose(solution.standard.statistic, 38.125, atol=ATOL_PRINTED)


def test_modification_indices_of_regressions_match_lavaan(
    values, complete, fitted, matches_modification
):
    sample = lambda table: sample_of_rows([complete("democracy", table.observed)])
    solution = fitted(values["models"]["democracy"], DEMOCRACY, sample)
    matches_modification(solution, values["democracy"])


@pytest.mark.parametrize("means", [False, True])
def test_observed_predictors_match_lavaan(
    means, values, complete, fitted, matches_estimates, matches_fit
):
    columns = ["sex", "ageyr", "grade", *HS_ITEMS]
    rows = complete("hs", columns)
    sample = lambda table: sample_of_rows([rows[:, [columns.index(c) for c in table.observed]]])
    text = values["models"]["predictors"]
    solution = fitted(text, columns, sample, mean_structure=means)
    name = "predictors_means" if means else "predictors"
    matches_estimates(solution, values[name])
    matches_fit(solution, values[name])


@pytest.fixture(scope="module")
def wheaton(values, fitted):
    given = values["wheaton_covariances"]
    cov = np.array(given["cov"])

    def sample(table):
        order = [given["names"].index(name) for name in table.observed]
        return sample_of_moments([cov[np.ix_(order, order)]], None, [given["n"]])

    return fitted(values["models"]["wheaton"], given["names"], sample)


def test_wheatons_alienation_is_fitted_from_its_covariances(
    wheaton, values, matches_estimates, matches_fit, matches_modification
):
    assert wheaton.df == 4
    assert_allclose(wheaton.standard.statistic, 4.735, atol=ATOL_PRINTED)
    matches_estimates(wheaton, values["wheaton"])
    matches_fit(wheaton, values["wheaton"])
    matches_modification(wheaton, values["wheaton"])


def test_wheatons_minimum_is_found_from_bad_starts(wheaton):
    table = wheaton.table
    rows = table.parameters
    poor = tuple(replace(r, start=-2.0) if r.operator in ("=~", "~") else r for r in rows)
    again = fit(replace(table, parameters=poor), wheaton.sample)
    assert again.optimum.is_converged
    assert_allclose(again.standard.statistic, wheaton.standard.statistic, rtol=SEARCHED)
