"""A slice of the command that measures type I error and coverage; it lives in benchmarks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

SURVEYS = 250  # the command is for 10,000 a cell; this slice only sees gross errors
MC_ERRORS = 4  # one false alarm in 16,000 seeds, and the seed is fixed


@pytest.fixture(scope="module")
def size(load_benchmark):
    return load_benchmark("size")


def found_in(size, **cell):
    return size.measure(size.Cell(**cell), size.seeds_of(1, SURVEYS))


@pytest.mark.parametrize("exposure", ["people", "half"])
def test_a_true_hypothesis_is_rejected_5_times_in_100(exposure, size):
    found = found_in(size, villages=12, answers=420, icc=0.05, exposure=exposure)
    error = np.sqrt(0.05 * 0.95 / SURVEYS)
    for p in (found.p_coefficient, found.p_ame):
        share, _ = size.rejected(p)
        assert size.LEAST - MC_ERRORS * error < share < size.MOST + MC_ERRORS * error
    assert abs(found.holds.mean() - 0.95) < MC_ERRORS * error
    assert found.tested == 1


def test_an_effect_in_one_village_gets_no_test(size):
    X, village, without, _ = size.draw(size.Cell(
        villages=6, answers=120, icc=0.0, exposure="two").design, 1, seed=3)  # fmt: skip
    assert np.isnan(size.test_of(X, village, without, 0.0)).all()


def test_potential_outcomes_are_those_of_the_simulated_survey(size):
    design = size.Cell(villages=8, answers=400, icc=0.1, exposure="people").design
    X, village, without, outcome = size.draw(design, None, seed=5)
    survey = size.simulate_answers(design, seed=5)
    assert_allclose(X[:, 1], survey.exposure)
    assert_allclose(outcome, survey.outcome)
    assert np.all(outcome[X[:, 1] == 0] == without[X[:, 1] == 0])
    assert len(village) == 400


@pytest.mark.parametrize(("exposure", "count"), [("half", 4), ("two", 2)])
def test_villages_are_exposed_whole(exposure, count, size):
    cell = size.Cell(villages=8, answers=160, icc=0.1, exposure=exposure)
    X, village, _, _ = size.draw(cell.design, cell.n_exposed, seed=1)
    shares = np.bincount(village, weights=X[:, 1]) / 20
    assert sorted(shares.tolist()) == [0.0] * (8 - count) + [1.0] * count


def test_a_broken_promise_is_named(size):
    p = np.concatenate([np.zeros(100), np.ones(300)])
    found = size.Found(p_coefficient=p, p_ame=p, df=np.full(400, 9.0), holds=1 - p)
    assert size.verdict(found) == "B above 6.5%, AME above 6.5%"
    never = np.ones(400)
    found = size.Found(p_coefficient=never, p_ame=never, df=np.full(400, 9.0), holds=never)
    assert "AME below 3.5%" in size.verdict(found)
    found = size.Found(p_coefficient=never, p_ame=never, df=np.full(400, 3.0), holds=never)
    assert size.verdict(found) == ""
