"""Ordinal models against lavaan: WLSMV and its relatives."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, SEARCHED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import FormulaError, StatisticsError, UsageError
from campaign_effect.stats.moments.tables import encode
from campaign_effect.stats.sem.ordinal import sample_of_codes, sample_of_mixed

BFI_ITEMS = [f"{f}{i}" for f in "ACENO" for i in range(1, 6)]
BFI = "\n".join(f"{f} =~ " + " + ".join(f"{f}{i}" for i in range(1, 6)) for f in "ACENO")
ORDERED = tuple((item, 6) for item in BFI_ITEMS)


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_ordinal")


@pytest.fixture(scope="module")
def samples(read):
    codes = encode(read("bfi", BFI_ITEMS)).codes
    pairwise = sample_of_codes([codes], missing="pairwise")
    return {"listwise": sample_of_codes([codes]), "pairwise": pairwise}


CASES = [
    ("WLSMV", "WLSMV", "listwise", {"std_lv": True}),
    ("WLSMV_marker", "WLSMV", "listwise", {}),
    ("WLSMV_theta", "WLSMV", "listwise", {"std_lv": True, "theta": True}),
    ("WLSM", "WLSM", "listwise", {"std_lv": True}),
    ("WLSMVS", "WLSMVS", "listwise", {"std_lv": True}),
    ("DWLS", "DWLS", "listwise", {"std_lv": True}),
    ("ULSMV", "ULSMV", "listwise", {"std_lv": True}),
    ("WLSMV_pairwise", "WLSMV", "pairwise", {"std_lv": True}),
    ("ULSMV_pairwise", "ULSMV", "pairwise", {"std_lv": True}),
]


@pytest.mark.parametrize(("name", "estimator", "missing", "words"), CASES)
def test_estimates_and_fit_match_lavaan(
    name, estimator, missing, words, values, samples, fitted, matches_estimates, matches_fit
):
    sample = samples[missing]
    solution = fitted(BFI, BFI_ITEMS, sample, estimator, ordered=ORDERED, **words)
    matches_estimates(solution, values[name])
    matches_fit(solution, values[name])


@pytest.mark.parametrize("name", ["WLSMV", "ULSMV", "WLSMV_pairwise"])
def test_modification_indices_match_lavaan(name, values, samples, fitted, matches_modification):
    sample = samples["pairwise" if "pairwise" in name else "listwise"]
    estimator = name.removesuffix("_pairwise")
    words = {"ordered": ORDERED, "std_lv": True}
    solution = fitted(BFI, BFI_ITEMS, sample, estimator, **words)
    matches_modification(solution, values[name])


@pytest.fixture(scope="module")
def coarse(complete):
    """Ten items of six categories, and two answers above or below the middle."""
    rows = complete("bfi", BFI_ITEMS)
    wanted = ["A1", "A2", "A3", "A4", "A5", "N1", "N2", "N3", "N4", "N5", "C1", "C2"]
    found = rows[:, [BFI_ITEMS.index(item) for item in wanted]].copy()
    found[:, 10:] = found[:, 10:] > 4
    codes = encode(found).codes
    categories = [6] * 10 + [2] * 2
    ordered = tuple(zip(wanted, categories, strict=True))
    order = lambda table: [codes[:, [wanted.index(name) for name in table.observed]]]
    return wanted, ordered, lambda table: sample_of_codes([np.asfortranarray(order(table)[0])])


def test_binary_outcomes_of_factors_match_lavaan(
    coarse, values, fitted, matches_estimates, matches_fit, matches_definitions
):
    items, ordered, sample = coarse
    text = values["models"]["path"]
    solution = fitted(text, items, sample, "WLSMV", ordered=ordered, theta=True)
    matches_estimates(solution, values["path_theta"])
    matches_fit(solution, values["path_theta"])
    matches_definitions(solution, values["path_theta"])


def test_ordinal_and_numeric_indicators_match_lavaan(
    values, complete, fitted, matches_estimates, matches_fit, matches_modification
):
    items = BFI_ITEMS[:10]
    answers = complete("bfi", BFI_ITEMS)[:, :10]
    sample = sample_of_mixed([answers], np.arange(10) < 5)
    solution = fitted(values["models"]["mixed"], items, sample, "WLSMV", ordered=ORDERED[:5])
    matches_estimates(solution, values["mixed"])
    matches_fit(solution, values["mixed"])
    matches_modification(solution, values["mixed"])


def test_mixed_moments_of_ordinal_answers_are_the_ordinal_ones(complete):
    answers = complete("bfi", BFI_ITEMS)[:, :4]
    mixed = sample_of_mixed([answers], np.ones(4, dtype=bool)).groups[0]
    ordinal = sample_of_codes([encode(answers).codes]).groups[0]
    assert_allclose(mixed.cov, ordinal.cov, atol=SOLVED_TWICE)
    assert_allclose(mixed.thresholds, ordinal.thresholds, atol=ROUNDING)
    assert_allclose(mixed.gamma, ordinal.gamma, rtol=DIFFERENCED, atol=DIFFERENCED)


def test_categories_must_be_the_same_in_all_groups(complete):
    answers = complete("bfi", BFI_ITEMS)[:, :2]
    part = answers[answers[:, 0] > 1]
    with pytest.raises(StatisticsError, match=r"position from 0: \[0\]"):
        sample_of_mixed([answers, part], np.array([True, False]))


def test_weighted_rows_count_as_often(complete):
    codes = encode(complete("bfi", BFI_ITEMS)[:600, :4]).codes
    times = np.random.default_rng(8).integers(1, 4, len(codes))
    weighted = sample_of_codes([codes], weights=[times.astype(float)]).groups[0]
    repeated = sample_of_codes([np.asfortranarray(np.repeat(codes, times, axis=0))]).groups[0]
    assert weighted.n == len(codes)
    assert_allclose(weighted.cov, repeated.cov, atol=SOLVED_TWICE)
    assert_allclose(weighted.thresholds, repeated.thresholds, atol=SOLVED_TWICE)
    equal = sample_of_codes([codes], weights=[np.full(len(codes), 7.0)]).groups[0]
    assert_allclose(equal.gamma, sample_of_codes([codes]).groups[0].gamma, atol=SOLVED_TWICE)


def test_full_weights_match_lavaan(values, complete, fitted, matches_estimates, matches_fit):
    items = BFI_ITEMS[:5]
    codes = encode(complete("bfi", BFI_ITEMS)[:1000, :5]).codes
    text = "A =~ A1 + A2 + A3 + A4 + A5"
    sample = sample_of_codes([codes])
    solution = fitted(text, items, sample, "WLS", ordered=ORDERED[:5])
    matches_estimates(solution, values["WLS"])
    matches_fit(solution, values["WLS"])


def test_delta_and_theta_are_one_model(samples, fitted):
    words = {"ordered": ORDERED, "std_lv": True}
    sample = samples["listwise"]
    delta = fitted(BFI, BFI_ITEMS, sample, "WLSMV", **words)
    theta = fitted(BFI, BFI_ITEMS, sample, "WLSMV", theta=True, **words)
    assert_allclose(delta.standard.statistic, theta.standard.statistic, rtol=SOLVED_TWICE)
    assert_allclose(delta.scaled.statistic, theta.scaled.statistic, rtol=STOPPED)


def test_order_of_categories_turns_signs_only(complete, fitted):
    answers = complete("bfi", BFI_ITEMS)[:, :5]
    text = "A =~ A1 + A2 + A3 + A4 + A5"
    turned = answers.copy()
    turned[:, 2] = 7 - turned[:, 2]
    ours, theirs = (
        fitted(
            text,
            BFI_ITEMS[:5],
            sample_of_codes([encode(rows).codes]),
            "WLSMV",
            ordered=ORDERED[:5],
            std_lv=True,
        )
        for rows in (answers, turned)
    )
    signs = np.array([1, 1, -1, 1, 1])
    assert_allclose(ours.estimates[:5], signs * theirs.estimates[:5], atol=SEARCHED)
    assert_allclose(ours.scaled.statistic, theirs.scaled.statistic, rtol=DIFFERENCED)


def test_likelihood_does_not_take_ordinal_variables(samples, fitted):
    with pytest.raises(UsageError, match="does not take ordinal"):
        fitted(BFI, BFI_ITEMS, samples["listwise"], "ML", ordered=ORDERED)


@pytest.mark.parametrize("estimator", ["WLSMV", "ULSMV"])
def test_predictors_of_ordinal_models_must_vary(estimator, complete, fitted):
    answers = complete("bfi", BFI_ITEMS)[:, [0, 1, 2, 3, 5]]
    text = "A =~ A1 + A2 + A3 + A4\nA ~ C1"
    names = ["A1", "A2", "A3", "A4", "C1"]
    sample = sample_of_mixed([answers], np.arange(5) < 4)
    with pytest.raises(UsageError, match="fixed_x=False"):
        fitted(text, names, sample, estimator, ordered=ORDERED[:4])
    words = {"ordered": ORDERED[:4], "fixed_x": False}
    assert fitted(text, names, sample, estimator, **words).optimum.is_converged


def test_unknown_ordinal_item_is_named(samples, fitted):
    with pytest.raises(FormulaError, match="no variable is named 'A9'"):
        fitted(BFI.replace("A5", "A9"), BFI_ITEMS, samples["listwise"], ordered=ORDERED)


def test_missing_category_of_a_group_is_an_error():
    codes = np.array([[0, 1], [1, 0], [1, 1], [0, 0]] * 5, dtype=np.int8)
    three = codes.copy()
    three[0, 0] = 2
    with pytest.raises(StatisticsError):
        sample_of_codes([codes, three])
