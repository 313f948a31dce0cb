"""Sampling weights and clusters against lavaan."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.sem.sample import sample_of_rows

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
    assert_allclose(given.estimates, plain.estimates, atol=1e-9)
    assert_allclose(given.std_errors * np.sqrt((n - 1) / n), plain.std_errors, rtol=1e-7)


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
