"""Sampling weights and clusters against lavaan."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import SOLVED_TWICE, STOPPED

import campaign_effect as ce
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.sem.sample import sample_of_rows

FOUR_ERRORS = 4  # one false alarm in 16,000 seeds, and the seed is fixed
ITEMS = [f"{f}{i}" for f in "AC" for i in range(1, 6)]


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_survey")


@pytest.fixture(scope="module")
def villages(read):
    found = read("villages", [*ITEMS, "village", "weight"])
    return {"rows": found[:, :10], "clusters": found[:, 10], "weights": found[:, 11]}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("clusters", ("clusters",)),
        ("weights", ("weights",)),
        ("both", ("clusters", "weights")),
        ("incomplete", ("clusters", "weights")),
    ],
)
def test_weights_and_clusters_match_lavaan(
    name, given, values, villages, fitted, matches_estimates, matches_fit
):
    rows = villages["rows"].copy()
    if name == "incomplete":
        rows[:300, 0] = np.nan
        rows[199:500, 6] = np.nan
    sample = sample_of_rows([rows], **{word: [villages[word]] for word in given})
    solution = fitted(values["model"], ITEMS, sample, "MLR", mean_structure=True)
    matches_estimates(solution, values[name])
    matches_fit(solution, values[name])


@pytest.fixture(scope="module")
def weighted(read):
    names = [*ITEMS, "gender", "weight"]
    return pd.DataFrame(read("weighted", names), columns=names)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("WLSMV", {}),
        ("theta", {"parameterization": "theta"}),
        ("ULSMV", {"estimator": "ULSMV"}),
        ("groups", {"group": "gender"}),
        ("pairwise", {"missing": "pairwise"}),
        ("mixed", {"ordered": ITEMS[:5]}),
        ("grouped", {"estimator": "ML", "group": "gender", "mean_structure": True}),
    ],
)
def test_weighted_models_match_lavaan(
    name, settings, values, weighted, matches_estimates, matches_fit
):
    answers = weighted.copy()
    if name == "pairwise":
        answers.loc[:199, "A1"] = np.nan
        answers.loc[99:299, "C3"] = np.nan
    result = ce.confirm_factors(answers, values["model"], weights="weight", **settings)
    wanted = values.get(name) or values["ordinal"][name]
    matches_estimates(result.fitted.solution, wanted)
    matches_fit(result.fitted.solution, wanted)


def test_equal_weights_and_single_rows_change_nothing(values, villages, fitted):
    rows = villages["rows"]
    n = len(rows)
    plain, given = (
        fitted(values["model"], ITEMS, sample, "MLR", mean_structure=True)
        for sample in (
            sample_of_rows([rows]),
            sample_of_rows([rows], weights=[np.full(n, 3.0)], clusters=[np.arange(n)]),
        )
    )
    assert_allclose(given.estimates, plain.estimates, atol=SOLVED_TWICE)
    assert_allclose(given.std_errors * np.sqrt((n - 1) / n), plain.std_errors, rtol=STOPPED)


def test_few_clusters_are_refused(values, villages, fitted):
    few = villages["clusters"] % 12
    sample = sample_of_rows([villages["rows"]], clusters=[few])
    with pytest.raises(StatisticsError, match="12 clusters cannot give"):
        fitted(values["model"], ITEMS, sample, "MLR", mean_structure=True)


@pytest.mark.parametrize("estimator", ["ML", "MLM", "WLSMV"])
def test_only_robust_likelihood_takes_weights(estimator, values, villages, fitted):
    sample = sample_of_rows([villages["rows"]], weights=[villages["weights"]])
    with pytest.raises(UsageError, match="use MLR"):
        fitted(values["model"], ITEMS, sample, estimator)


def test_negative_weights_are_refused(villages):
    with pytest.raises(StatisticsError, match="must not be negative"):
        sample_of_rows([villages["rows"]], weights=[-villages["weights"]])


def test_weights_undo_a_selection_that_depends_on_the_answers():
    rng = np.random.default_rng(3)
    truth = np.array([0.8, 0.7, 0.6, 0.7])
    errors = rng.normal(size=(60_000, 4)) * np.sqrt(1 - truth**2)
    latent = rng.normal(size=(60_000, 1)) * truth + errors
    chance = np.where(latent[:, 0] > 0, 0.02, 0.08)
    is_drawn = rng.random(60_000) < chance
    codes = np.digitize(latent[is_drawn], [-0.8, 0, 0.9]) + 1.0
    frame = pd.DataFrame(codes, columns=list("abcd")).assign(w=1 / chance[is_drawn])
    weighted, plain = (
        ce.confirm_factors(frame, "f =~ a + b + c + d", std_lv=True, weights=weights)
        for weights in ("w", False)
    )
    wanted = np.concatenate([truth, [-0.8, 0, 0.9]])
    for result, is_right in ((weighted, True), (plain, False)):
        rows = result.tidy("parameters").query("op == '=~' or (op == '|' and lhs == 'a')")
        apart = abs(rows["estimate"].to_numpy() - wanted)
        assert (apart < FOUR_ERRORS * rows["std_error"].to_numpy()).all() == is_right
