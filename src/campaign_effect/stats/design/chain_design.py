"""The predictors of imputation models: one block of columns per variable, kept up to date."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import NoVariationError
from campaign_effect.stats.design.imputations import VariableKind, VillageTerms
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainVariable:
    """One variable of an imputation.

    Attributes
    ----------
    kind : VariableKind
        How it is imputed.
    block : slice
        Its columns among the predictors.
    levels : ndarray
        Its values in ascending order, for the kinds with categories.
    centre, scale : float
        Mean and standard deviation of its answers, by which it predicts as a number.
    """

    kind: VariableKind
    block: slice
    levels: Floats = field(repr=False)
    centre: float
    scale: float

    def predictors(self, values: Floats) -> Floats:
        """Columns that values give, shape (n, columns of the block)."""
        if self.kind is VariableKind.CATEGORY:
            return np.asarray(values[:, None] == self.levels[1:], dtype=np.float64)
        return np.asarray((values - self.centre) / self.scale)[:, None]

    def codes(self, values: Floats) -> Integers:
        """Positions of values among the levels."""
        return np.searchsorted(self.levels, values)


def chain_variables(data: Floats, kinds: tuple[VariableKind, ...]) -> tuple[ChainVariable, ...]:
    """Describe the variables by the answers that were given.

    Parameters
    ----------
    data : ndarray, shape (n, k)
        Answers, nan where missing.
    kinds : tuple of VariableKind, length k
        Of each column.

    Returns
    -------
    tuple of ChainVariable
        In the order of the columns; column 0 of the predictors is for ones.

    Raises
    ------
    NoVariationError
        If a variable has no two different answers.

    Examples
    --------
    >>> data = np.array([[1.0, 0.0], [2.0, 1.0], [3.0, 2.0]])
    >>> kinds = (VariableKind.NUMBER, VariableKind.CATEGORY)
    >>> [variable.block for variable in chain_variables(data, kinds)]
    [slice(1, 2, None), slice(2, 4, None)]
    """
    variables, first = [], 1
    for j, kind in enumerate(kinds):
        answers = data[~np.isnan(data[:, j]), j]
        levels = np.unique(answers)
        if len(levels) < 2:
            raise NoVariationError(
                f"Variable {j} has fewer than two different answers.",
                received=f"{len(answers)} answers",
                hint="leave it out of the imputation.",
            )
        width = len(levels) - 1 if kind is VariableKind.CATEGORY else 1
        variables.append(
            ChainVariable(
                kind=kind,
                block=slice(first, first + width),
                levels=levels,
                centre=float(answers.mean()),
                scale=float(answers.std()),
            )
        )
        first += width
    return tuple(variables)


class ChainDesign:
    """Predictors of one chain; the only thing in it that changes.

    Parameters
    ----------
    variables : tuple of ChainVariable
        From `chain_variables`.
    full : ndarray, shape (n, k)
        Answers with starting values where they are missing.
    villages : ndarray of int, shape (n,), or None
        Village of each row, from 0.
    terms : VillageTerms
        How villages enter.

    Examples
    --------
    >>> data = np.array([[1.0, 5.0], [2.0, 7.0]])
    >>> variables = chain_variables(data, (VariableKind.NUMBER, VariableKind.NUMBER))
    >>> design = ChainDesign(variables, data, None, VillageTerms.NONE)
    >>> design.split(variables[1], np.array([0]), np.array([1]))
    (array([[ 1., -1.]]), array([[1., 1.]]))
    """

    def __init__(
        self,
        variables: tuple[ChainVariable, ...],
        full: Floats,
        villages: Integers | None,
        terms: VillageTerms,
    ) -> None:
        blocks = [variable.predictors(full[:, j]) for j, variable in enumerate(variables)]
        own = np.column_stack([np.ones(len(full)), *blocks])
        self._width = own.shape[1]
        self._villages = None if terms is VillageTerms.NONE else villages
        self._terms = terms
        extra = self._village_columns(own)
        self._columns = np.column_stack([own, extra])
        self._has_means = terms is VillageTerms.MEANS and villages is not None

    def split(
        self, variable: ChainVariable, answered: Integers, missing: Integers
    ) -> tuple[Floats, Floats]:
        """Predictors of one variable, of those who answered it and of those who did not.

        They are the blocks of all other variables, and villages. People of a village in
        which nobody answered are taken as of the average village: nothing tells its own.
        """
        is_other = self._is_other(variable)
        others = self._columns[:, is_other]
        there, absent = others[answered], others[missing]
        if self._terms is not VillageTerms.FIXED or self._villages is None:
            return there, absent
        n_villages = self._columns.shape[1] - self._width
        sizes = np.bincount(self._villages[answered], minlength=n_villages + 1)
        first = others.shape[1] - n_villages
        is_unknown = sizes[self._villages[missing]] == 0
        absent[is_unknown, first:] = there[:, first:].mean(axis=0)
        is_known = np.concatenate([np.ones(first, dtype=bool), sizes[1:] > 0])
        return there[:, is_known], absent[:, is_known]

    def update(self, variable: ChainVariable, rows: Integers, values: Floats) -> None:
        """Put new values into a variable's block."""
        self._columns[rows, variable.block] = variable.predictors(values)
        if self._has_means:
            self._columns[:, self._width :] = self._village_columns(
                self._columns[:, : self._width]
            )

    def _is_other(self, variable: ChainVariable) -> Booleans:
        """Tell the columns that are not of the variable, nor its village means."""
        is_kept = np.ones(self._columns.shape[1], dtype=bool)
        is_kept[variable.block] = False
        if self._has_means:
            start, stop = variable.block.start, variable.block.stop
            is_kept[self._width + start - 1 : self._width + stop - 1] = False
        return is_kept

    def _village_columns(self, own: Floats) -> Floats:
        """Make the columns that tell of villages."""
        if self._villages is None:
            return np.empty((len(own), 0))
        index = self._villages
        if self._terms is VillageTerms.FIXED:
            return np.asarray(index[:, None] == np.arange(1, index.max() + 1), np.float64)
        sizes = np.bincount(index)
        sums = [np.bincount(index, weights=column) for column in own[:, 1:].T]
        return np.asarray((np.column_stack(sums) / sizes[:, None])[index])
