import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.design.raking import Margin, rake_weights

RTOL_WEIGHT = 1e-8  # R ends where totals are 1e-10 off, or Newton's steps 1e-12
RTOL_TOTAL = 1e-9
TRIM = 2.2  # R's bound; without it the largest weight is above 2.6


@pytest.fixture(scope="module")
def values(reference):
    return reference("raking")


@pytest.fixture(scope="module")
def sample():
    path = Path(__file__).parents[2] / "reference" / "data" / "ces11.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[:600]


@pytest.fixture(scope="module")
def margins(sample, values):
    return [
        Margin(
            levels=np.array([levels.index(row[name]) for row in sample]),
            targets=np.array(values["targets"][name]),
        )
        for name, levels in values["levels"].items()
    ]


def test_raked_weights_agree_with_r(margins, sample, values):
    found = rake_weights(np.ones(600), margins)
    assert_allclose(found.weights, values["equal"], rtol=RTOL_WEIGHT)
    design = np.array([float(row["weight"]) for row in sample])
    assert_allclose(rake_weights(design, margins).weights, values["design"], rtol=RTOL_WEIGHT)


def test_trimmed_weights_agree_with_r(margins, values):
    assert values["largest"] > TRIM
    found = rake_weights(np.ones(600), margins, trim=TRIM)
    assert_allclose(found.weights, values["trimmed"], rtol=RTOL_WEIGHT)
    assert found.n_trimmed > 0


@pytest.mark.parametrize("trim", [None, TRIM, 5.0])
def test_weights_have_the_margins_and_are_not_above_the_largest(margins, trim):
    found = rake_weights(np.ones(600), margins, trim=trim)
    for margin in margins:
        totals = np.bincount(margin.levels, found.weights)
        assert_allclose(totals, margin.targets, rtol=RTOL_TOTAL)
    assert found.weights.max() <= (trim or np.inf) * found.weights.mean() * (1 + 1e-12)
    assert found.gap < RTOL_TOTAL


def test_trimming_that_binds_nobody_changes_nothing(margins, values):
    loose = rake_weights(np.ones(600), margins, trim=values["largest"] + 1)
    assert_allclose(loose.weights, values["equal"], rtol=RTOL_WEIGHT)
    assert loose.n_trimmed == 0


def test_a_sample_at_its_margins_keeps_its_weights(margins):
    base = np.random.default_rng(1).uniform(0.5, 2, 600)
    at_home = [Margin(levels=m.levels, targets=np.bincount(m.levels, base)) for m in margins]
    found = rake_weights(base, at_home)
    assert_allclose(found.weights, base, rtol=RTOL_TOTAL)
    assert found.n_rounds == 1


def test_counts_and_shares_give_proportional_weights(margins):
    shares = [Margin(levels=m.levels, targets=m.targets / m.targets.sum()) for m in margins]
    one, other = (rake_weights(np.ones(600), m).weights for m in (margins, shares))
    assert_allclose(one / one.sum(), other, rtol=RTOL_TOTAL)


def test_raked_weights_are_nearest_among_those_with_the_margins(margins):
    """Kullback-Leibler distance grows in any direction that keeps every margin."""
    raked = rake_weights(np.ones(600), margins).weights
    marks = np.vstack(
        [m.levels == level for m in margins for level in range(len(m.targets))]
    ).astype(float)
    rng = np.random.default_rng(2)
    for _ in range(5):
        step = rng.normal(size=600)
        step -= np.linalg.lstsq(marks, marks @ step, rcond=None)[0]
        moved = raked + step / np.abs(step).max() * raked.min() * 0.1
        assert_allclose(marks @ moved, marks @ raked, rtol=RTOL_TOTAL)
        assert np.sum(moved * np.log(moved)) > np.sum(raked * np.log(raked))


def margin(levels, targets):
    return Margin(levels=np.array(levels), targets=np.array(targets, dtype=float))


@pytest.mark.parametrize(
    ("base", "margins", "trim", "words"),
    [
        ([1, 0], [margin([0, 1], [1, 1])], None, "positive number"),
        ([1, 1], [margin([0, 0], [1, 1])], None, "needs respondents"),
        ([1, 1], [margin([0, 1], [1, 1]), margin([0, 1], [1, 2])], None, "different totals"),
        ([1] * 10, [margin([0] + [1] * 9, [5, 5])], 2.0, "cannot reach"),
    ],
)
def test_margins_that_cannot_be_are_refused(base, margins, trim, words):
    with pytest.raises(StatisticsError, match=words):
        rake_weights(np.array(base, dtype=float), margins, trim=trim)


def test_margins_that_contradict_each_other_are_refused():
    same = [margin([0, 0, 1, 1], [1, 3]), margin([0, 0, 1, 1], [3, 1])]
    with pytest.raises(ConvergenceError, match="No weights"):
        rake_weights(np.ones(4), same)
