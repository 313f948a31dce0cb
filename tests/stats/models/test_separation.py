"""Separation found before it ruins a fit."""

import csv
from pathlib import Path

import numpy as np
import pytest

from campaign_effect.errors import ConvergenceError, NoVariationError
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.separation import SeparationKind, find_separation

DATA = Path(__file__).parents[2] / "reference" / "data"


def test_overlapping_outcomes_are_not_separated(chile, anes):
    for data in (chile, anes):
        found = find_separation(data.X, data.y)
        assert found.kind is SeparationKind.NONE
        assert found.columns == ()


def test_neovascularisation_separates_the_endometrial_data():
    # Heinze & Schemper (2002), https://doi.org/10.1002/sim.1047: NV alone is infinite
    with (DATA / "endometrial.csv").open(newline="") as file:
        rows = np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])
    X = np.column_stack([np.ones(len(rows)), rows[:, :3]])
    found = find_separation(X, rows[:, 3])
    assert (found.kind, found.columns, found.alone) == (SeparationKind.QUASI, (1,), (1,))


def test_a_cell_without_zeros_is_quasi_complete(villages):
    y = np.where(villages.X[:, 2] == 1, 1.0, villages.y)
    found = find_separation(villages.X, y)
    assert (found.kind, found.columns, found.alone) == (SeparationKind.QUASI, (2,), (2,))


def test_two_separating_columns_are_both_found(villages):
    y = np.where(villages.X[:, 2] == 1, 1.0, villages.y)
    y[(villages.X[:, 3] == 1) & (villages.X[:, 2] == 0)] = 0.0
    assert find_separation(villages.X, y).columns == (2, 3)


def test_a_base_level_without_variation_takes_its_factor_along():
    level = np.repeat([0, 1, 2], 20)
    X = np.column_stack([np.ones(60), level == 1, level == 2, np.sin(np.arange(60))])
    y = np.where(level == 0, 0.0, (np.arange(60) % 3 == 0))
    found = find_separation(X, y)
    assert (found.kind, found.columns) == (SeparationKind.QUASI, (0, 1, 2))


def test_a_threshold_of_a_sum_is_complete(villages):
    y = (villages.X[:, 1] + villages.X[:, 2] > 0.5).astype(float)
    found = find_separation(villages.X, y)
    assert (found.kind, found.columns) == (SeparationKind.COMPLETE, (0, 1, 2, 3))
    signs = (2 * y - 1) * (villages.X @ found.direction)
    assert signs.min() > 0


def test_one_answer_on_the_other_side_overlaps(villages):
    y = (villages.X[:, 1] > 0).astype(float)
    X = villages.X[:, :2]
    assert find_separation(X, y).alone == (1,)
    y[np.argmax(X[:, 1])] = 0.0
    assert find_separation(X, y).kind is SeparationKind.NONE


def test_units_of_columns_do_not_matter(villages):
    y = np.where(villages.X[:, 2] == 1, 1.0, villages.y)
    X = villages.X * [1.0, 1e6, 1e-6, 1e3] + [0.0, 2e6, 0.0, 0.0]
    found = find_separation(X, y)
    assert (found.kind, found.columns) == (SeparationKind.QUASI, (2,))


def test_the_direction_never_contradicts_an_answer(villages):
    y = np.where(villages.X[:, 2] == 1, 1.0, villages.y)
    signs = (2 * y - 1) * (villages.X @ find_separation(villages.X, y).direction)
    assert signs.min() > -1e-6
    assert signs.max() > 0.9


def test_separation_and_convergence_agree():
    rng = np.random.default_rng(11)
    kinds = set()
    for _ in range(60):
        X = np.column_stack([np.ones(24), rng.normal(size=24), rng.random((24, 2)) < 0.3])
        y = (rng.random(24) < 0.35).astype(float)
        if np.linalg.matrix_rank(X) < 4 or y.min() == y.max():
            continue
        found = find_separation(X, y)
        kinds.add(found.kind)
        if found.kind is SeparationKind.NONE:
            fit_logit(X, y)
        else:
            with pytest.raises(ConvergenceError):
                fit_logit(X, y)
    assert {SeparationKind.NONE, SeparationKind.QUASI} <= kinds


def test_many_rows_are_settled_by_a_part_of_them():
    rng = np.random.default_rng(7)
    X = np.column_stack([np.ones(20_000), rng.normal(size=(20_000, 3))])
    y = (rng.random(20_000) < 0.5).astype(float)
    assert find_separation(X, y).kind is SeparationKind.NONE
    level = (np.arange(20_000) % 5000 == 0).astype(float)
    y[level == 1] = 1.0
    found = find_separation(np.column_stack([X, level]), y)
    assert found.columns == (4,)


def test_a_constant_outcome_is_refused(villages):
    with pytest.raises(NoVariationError, match="one value"):
        find_separation(villages.X, np.ones(200))
