"""A slice of the command that compares weighted CR2 with the linearised design."""

import numpy as np
import pytest

SURVEYS = 120  # the command is for 1,000 a cell; this slice only sees gross errors
MC_ERRORS = 4  # one false alarm in 16,000 seeds, and the seeds are fixed


@pytest.fixture(scope="module")
def designs(load_benchmark):
    return load_benchmark("designs")


def test_cr2_holds_its_level_where_the_design_of_few_villages_does_not(designs):
    cell = designs.Cell(
        villages=12, strata=3, answers=30, between_strata=0.8, exposure="villages"
    )
    cr2, design = designs.measure(cell, SURVEYS)
    error = np.sqrt(0.05 * 0.95 / SURVEYS)
    assert cr2 < 0.05 + MC_ERRORS * error
    assert design > cr2
