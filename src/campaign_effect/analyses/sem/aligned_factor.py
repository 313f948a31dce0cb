"""One factor of many groups, brought from each group's own model to one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from campaign_effect.analyses.sem.fitting import Prepared
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.sem.alignment import Alignment, GroupMeasures, align_measures
from campaign_effect.stats.sem.alignment_errors import (
    InvariantSet,
    alignment_errors,
    find_invariant_set,
)
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.table import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedFactor:
    """One factor over the groups, with its parameters as rows of the first group's model.

    Attributes
    ----------
    factor : str
    rows : tuple of Parameter
        Its k loadings, then their items' intercepts or thresholds.
    signs, scales : ndarray, shape (len(rows),)
        What turns an aligned parameter into one of the item: -1 for thresholds, and the SD of
        the item within groups.
    measures, solved
        The groups' own parameters, and their alignment.
    means, logs : ndarray, shape (n_groups,)
        Standard errors of the factor's means and of the logarithms of its SDs.
    spreads : ndarray, shape (len(rows), n_groups, n_groups)
        Covariances of every aligned parameter between groups.
    """

    factor: str
    rows: tuple[Parameter, ...]
    signs: Floats
    scales: Floats
    measures: GroupMeasures
    solved: Alignment
    means: Floats
    logs: Floats
    spreads: Floats

    @property
    def shown(self) -> Floats:
        """Aligned parameters in the items' units, shape (n_groups, len(rows))."""
        return np.asarray(self.solved.aligned * self.signs * self.scales)

    def invariant_set(self, place: int) -> InvariantSet:
        """Find the groups that share one parameter."""
        return find_invariant_set(
            self.solved.aligned[:, place], self.spreads[place], self.measures.sizes
        )


def align_factor(
    own: Sequence[Solution], prepared: Prepared, factor: str, anchor: int | None
) -> AlignedFactor:
    """Align one factor of the groups' own models.

    Parameters
    ----------
    own : sequence of Solution
        Each group's model, converged, with the same parameters.
    prepared : Prepared
        What they were fitted to.
    factor : str
        A latent variable of the model, with items of its own.
    anchor : int or None
        The group whose mean is 0; None for FREE alignment.

    Returns
    -------
    AlignedFactor
    """
    rows, item = _rows_of(own[0], factor)
    signs = np.array([-1.0 if row.operator == "|" else 1.0 for row in rows])
    scales = _scales(own, prepared, rows)
    k = len(rows) - len(item)
    values, spreads = _measured(own, rows, signs / scales, k)
    measures = GroupMeasures(
        loadings=values[:, :k],
        intercepts=values[:, k:],
        item=item,
        sizes=np.array([float(one.sample.n) for one in own]),
    )
    solved = align_measures(measures, reference=anchor)
    errors = alignment_errors(measures, solved, list(spreads))
    return AlignedFactor(
        factor=factor,
        rows=rows,
        signs=signs,
        scales=scales,
        measures=measures,
        solved=solved,
        means=np.sqrt(np.maximum(np.diag(errors.means), 0.0)),
        logs=np.sqrt(np.maximum(np.diag(errors.logs), 0.0)),
        spreads=errors.parameters,
    )


def _rows_of(solution: Solution, factor: str) -> tuple[tuple[Parameter, ...], Integers]:
    """Take a factor's loadings, then their items' intercepts or thresholds."""
    free = [row for row in solution.table.parameters if row.slot >= 0]
    loadings = [row for row in free if row.operator == "=~" and row.left == factor]
    items = [row.right for row in loadings]
    levels = [row for row in free if row.operator in ("~1", "|") and row.left in items]
    item = np.array([items.index(row.left) for row in levels])
    return (*loadings, *levels), item


def _scales(own: Sequence[Solution], prepared: Prepared, rows: Sequence[Parameter]) -> Floats:
    """Give each parameter's item its pooled SD within groups; 1 where it is ordered."""
    sizes = np.array([one.sample.n for one in own], dtype=float)
    variances = np.array([np.diag(one.sample.groups[0].cov) for one in own])
    pooled = np.sqrt(sizes @ variances / sizes.sum())
    pooled[prepared.coding.is_ordinal] = 1.0
    names = prepared.answers.names
    return np.array([pooled[names.index(_item(row))] for row in rows])


def _item(row: Parameter) -> str:
    return row.right if row.operator == "=~" else row.left


def _measured(
    own: Sequence[Solution], rows: Sequence[Parameter], factors: Floats, k: int
) -> tuple[Floats, Floats]:
    """Give every group's parameters and their covariances, factors pointing the same way."""
    slots = [row.slot for row in rows]
    values = np.array([one.slots[slots] for one in own]) * factors
    spreads = np.array([one.vcov[np.ix_(slots, slots)] for one in own])
    spreads = spreads * factors[:, None] * factors
    way = np.sign(values[0, :k].sum()) * np.sign(values[:, :k] @ values[0, :k])
    turns = np.ones_like(values)
    turns[:, :k] = np.where(way < 0, -1.0, 1.0)[:, None]
    return values * turns, spreads * turns[:, :, None] * turns[:, None, :]
