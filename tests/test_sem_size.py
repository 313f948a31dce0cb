"""A slice of the command that measures the size of WLSMV's test; it lives in benchmarks."""

import numpy as np
import pandas as pd
import pytest

SURVEYS = 40  # the command is for hundreds, and for lavaan; this slice only sees gross errors
MC_ERRORS = 4  # one false alarm in 16,000 seeds, and the seed is fixed


@pytest.fixture(scope="module")
def size(load_benchmark):
    return load_benchmark("sem_size")


def test_a_true_model_is_rejected_5_times_in_100(size):
    design = size.Design(factors=3, items=3)
    fits = [size.fit_ours(design, design.simulate(1 + rep), rep) for rep in range(SURVEYS)]
    found = size.size_of(design, pd.concat(fits))
    assert found.n == SURVEYS
    assert found.rejected < 0.05 + MC_ERRORS * np.sqrt(0.05 * 0.95 / SURVEYS)
    assert abs(found.coverage - 0.95) < MC_ERRORS * np.sqrt(0.05 * 0.95 / SURVEYS)


def test_answers_are_skewed_and_the_model_is_theirs(size):
    design = size.Design(factors=5, items=5, n=2000)
    answers = design.simulate(1)
    shares = answers.stack().value_counts(normalize=True)
    assert shares[1] == pytest.approx(0.382, abs=0.01)
    assert shares[5] == pytest.approx(0.067, abs=0.01)
    assert set(answers) == {name for own in design.names.values() for name in own}
