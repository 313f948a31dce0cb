import numpy as np
import pytest

from campaign_effect.simulate import Design

SURVEYS = 350  # the command measures 5,000; this slice only sees gross errors
MC_ERRORS = 4  # one false alarm in 16,000 seeds, and the seed is fixed


@pytest.fixture(scope="module")
def coverage(load_benchmark):
    return load_benchmark("coverage")


@pytest.fixture(scope="module")
def answers(coverage, load_benchmark):
    return coverage.measure(Design(), load_benchmark("surveys").seeds_of(1, SURVEYS))


def test_the_interval_of_the_ame_holds_the_truth_95_times_in_100(coverage, answers):
    gap = answers.holds(Design().true_ame).mean() - 0.95
    assert abs(gap) < MC_ERRORS * coverage.share_error(0.95, SURVEYS)


def test_the_ame_is_not_biased(answers):
    error = answers.estimate.std() / np.sqrt(SURVEYS)
    assert abs(answers.estimate.mean() - Design().true_ame) < MC_ERRORS * error


def test_degrees_of_freedom_lie_between_1_and_the_villages_less_1(answers):
    assert answers.df.min() > 1
    assert answers.df.max() <= Design().villages - 1
