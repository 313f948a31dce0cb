"""Starting values."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.sample import GroupSample, Sample
from campaign_effect.stats.sem.table import Parameter, ParameterTable

_RANDOM_STARTS = 3
_TURNS = (-1.0, 5.0, -5.0)  # what loadings may be times the marker's, if it is weak


def start_values(table: ParameterTable, sample: Sample) -> Iterator[Floats]:
    """Return starting values of the free parameters, best guess first.

    Parameters
    ----------
    table : ParameterTable
        A complete model.
    sample : Sample
        The sample it is fitted to.

    Yields
    ------
    ndarray of float, shape (n_free,)
        Loadings from the first principal axis of each factor's indicators; then equal loadings;
        then, with a fixed seed, disturbed ones; then loadings turned round or far larger than
        the fixed one, as where the marker hardly measures its factor.
    """
    guesses = [_Guess(table, group, index) for index, group in enumerate(sample.groups)]
    best = np.array([guesses[row.group].of(row) for row in table.free_rows])
    yield _reduced(table, best)
    plain = np.array([guesses[row.group].plain(row) for row in table.free_rows])
    yield _reduced(table, plain)
    rng = np.random.default_rng(20_240_501)
    for _ in range(_RANDOM_STARTS):
        yield _reduced(table, plain * rng.uniform(0.5, 1.5, len(plain)))
    for times in _TURNS:
        turned = [guesses[row.group].turned(row, times) for row in table.free_rows]
        yield _reduced(table, np.array(turned))


def _reduced(table: ParameterTable, slots: Floats) -> Floats:
    """Return the free parameters nearest to the slots."""
    return np.asarray(np.linalg.lstsq(table.spread, slots - table.offset, rcond=None)[0])


class _Guess:
    """Guesses of one group's parameters."""

    def __init__(self, table: ParameterTable, sample: GroupSample, group: int) -> None:
        self.table = table
        self.group = group
        self.index = {name: i for i, name in enumerate(table.observed)}
        self.sample = sample
        self.thresholds = self._thresholds()
        rows = [row for row in table.parameters if row.group == group]
        self.fixed = {row.name: row.value for row in rows if row.slot < 0}
        self.axes = {factor: self._axis(factor, rows) for factor in table.latent}

    def _thresholds(self) -> dict[str, float]:
        ordered = dict(self.table.specification.ordered)
        names = [f"{y}|t{k}" for y in self.table.observed for k in range(1, ordered.get(y, 0))]
        return dict(zip(names, self.sample.thresholds.tolist(), strict=False))

    def _axis(self, factor: str, rows: list[Parameter]) -> dict[str, float]:
        """Return loadings of a factor's observed indicators on their first principal axis."""
        names = [r.right for r in rows if r.left == factor and r.operator == "=~"]
        names = [name for name in names if name in self.index]
        if len(names) < 2:
            return {name: 0.8 * self.scale(name) for name in names}
        at = [self.index[name] for name in names]
        scale = np.sqrt(np.diag(self.sample.cov)[at])
        values, vectors = np.linalg.eigh(
            self.sample.cov[np.ix_(at, at)] / np.outer(scale, scale)
        )
        k = len(names)
        strength = math.sqrt(min(max(float(values[-1]) - 1, 0.1) * k / (k - 1), 0.9 * k))
        axis = vectors[:, -1] * (1.0 if vectors[0, -1] >= 0 else -1.0)
        axis = np.clip(axis * strength, -0.95, 0.95)
        return dict(zip(names, (axis * scale).tolist(), strict=True))

    def scale(self, name: str) -> float:
        """Return a variable's standard deviation."""
        at = self.index[name]
        return math.sqrt(float(self.sample.cov[at, at]))

    def factor_scale(self, factor: str) -> float:
        """Return how large a factor is whose loading is fixed, relative to a unit factor."""
        for name, loading in self.axes[factor].items():
            fixed = self.fixed.get(f"{factor}=~{name}", math.nan)
            if fixed and math.isfinite(fixed):
                return max(abs(loading / fixed), 0.1 * self.scale(name)) * (
                    1.0 if loading / fixed > 0 else -1.0
                )
        return 1.0

    def of(self, row: Parameter) -> float:
        """Return the best guess of a parameter."""
        if math.isfinite(row.start):
            return row.start
        if row.operator == "=~":
            loading = self.axes[row.left].get(row.right)
            return 1.0 if loading is None else loading / self.factor_scale(row.left)
        return self.other(row)

    def plain(self, row: Parameter) -> float:
        """Return a guess that trusts no axis."""
        if row.operator == "=~" and row.right in self.index:
            return 0.6 * self.scale(row.right) / abs(self.factor_scale(row.left))
        return self.of(row)

    def turned(self, row: Parameter, times: float) -> float:
        """Return a plain guess with loadings multiplied and factors scaled to match."""
        value = self.plain(row)
        if row.operator == "=~":
            return value * times
        is_variance = row.operator == "~~" and row.left == row.right
        return value / times**2 if is_variance and row.left in self.axes else value

    def other(self, row: Parameter) -> float:
        """Return a guess of what is no loading."""
        if row.operator == "~~" and row.left == row.right:
            return self.variance(row.left)
        if row.operator == "~1":
            at = self.index.get(row.left)
            return 0.0 if at is None else float(self.sample.mean[at])
        if row.operator == "|":
            return self.thresholds.get(row.name, 0.0)
        if row.operator == "~~" and {row.left, row.right} <= set(self.table.exogenous):
            return float(self.sample.cov[self.index[row.left], self.index[row.right]])
        return 1.0 if row.operator == "~*~" else 0.0

    def variance(self, name: str) -> float:
        """Return a guess of a residual or factor variance."""
        if name in self.index:
            total = self.scale(name) ** 2
            loading = max((abs(a.get(name, 0.0)) for a in self.axes.values()), default=0.0)
            return max(total - loading**2, 0.2 * total)
        return self.factor_scale(name) ** 2
