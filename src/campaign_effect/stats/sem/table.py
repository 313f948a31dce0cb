"""The parameter table: every parameter of every group, free, fixed or solved for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.linalg import null_space

from campaign_effect.errors import FormulaError
from campaign_effect.stats.moments.arrays import Floats, frozen
from campaign_effect.stats.sem.expressions import Dual, Expression, evaluate


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One row of the table.

    Attributes
    ----------
    left, operator, right : str
        ``f =~ x``, ``y ~ x``, ``x ~~ y``, ``y ~1``, ``y | t1`` or ``y ~*~ y`` (scale).
    group : int
        Group, from 0.
    slot : int
        Position among the free elements, or -1 where the parameter is not free.
    value : float
        Where it is fixed; NaN where it is free, taken from the sample or solved for.
    start : float
        Starting value the user gave, else NaN.
    label : str
        Its label; parameters of one label are equal.
    is_user : bool
        Whether the model's text names it.
    is_sample : bool
        Whether its value is taken from the sample (moments of exogenous predictors).
    is_solved : bool
        Whether it follows from the others: the residual variance of an ordinal variable whose
        total variance is set by its scale (delta), or the scale set by the total (theta).
    """

    left: str
    operator: str
    right: str
    group: int
    slot: int = -1
    value: float = math.nan
    start: float = math.nan
    label: str = ""
    is_user: bool = False
    is_sample: bool = False
    is_solved: bool = False

    @property
    def name(self) -> str:
        """The parameter as written, without its group: ``f=~x1``."""
        return f"{self.left}{self.operator}{self.right}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """How a model's text is completed, as lavaan's ``cfa()`` and ``sem()`` do it.

    Attributes
    ----------
    n_groups : int, default 1
        Number of groups.
    std_lv : bool, default False
        Whether factors are scaled by unit variances instead of their first loadings.
    ordered : tuple of (str, int), default ()
        Ordinal variables with their numbers of categories.
    mean_structure : bool, default False
        Whether means are modelled; always so where variables are ordinal.
    theta : bool, default False
        Whether ordinal residual variances (theta) rather than totals (delta) are fixed at 1.
    equal : tuple of str, default ()
        What is equal across groups: ``loadings intercepts means thresholds regressions
        residuals residual_covariances lv_variances lv_covariances``.
    free : tuple of str, default ()
        Parameters left free of ``equal``, as ``f=~x1`` (partial invariance).
    wu_estabrook : bool, default False
        Whether ordinal variables are identified across groups as Wu & Estabrook (2016) do:
        equal thresholds free intercepts and scales, equal loadings free factor variances,
        equal intercepts free factor means.
    orthogonal : bool, default False
        Whether covariances of exogenous factors are fixed at 0.
    fixed_x : bool, default True
        Whether moments of exogenous observed predictors are taken from the sample.
    """

    n_groups: int = 1
    std_lv: bool = False
    ordered: tuple[tuple[str, int], ...] = ()
    mean_structure: bool = False
    theta: bool = False
    equal: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    wu_estabrook: bool = False
    orthogonal: bool = False
    fixed_x: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterTable:
    """A complete model.

    Attributes
    ----------
    parameters : tuple of Parameter
        Its rows.
    observed : tuple of str
        Observed variables in the order the sample's moments must have.
    latent : tuple of str
        Factors.
    exogenous : tuple of str
        Observed predictors whose moments are taken from the sample.
    definitions : tuple of (str, Expression)
        New parameters.
    specification : Specification
        How the text was completed.
    spread : ndarray of float, shape (n_slots, n_free)
        Free elements as a linear function of the free parameters: ``slots = spread @ x +
        offset``. Equal parameters share a column.
    offset : ndarray of float, shape (n_slots,)
        Zero unless a constraint names a number.
    """

    parameters: tuple[Parameter, ...]
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous: tuple[str, ...]
    definitions: tuple[tuple[str, Expression], ...]
    specification: Specification
    spread: Floats = field(compare=False)
    offset: Floats = field(compare=False)

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return self.specification.n_groups

    @property
    def n_free(self) -> int:
        """Number of free parameters, equal ones counted once."""
        return int(self.spread.shape[1])

    @property
    def has_means(self) -> bool:
        """Whether means are modelled."""
        return self.specification.mean_structure

    @property
    def is_conditional(self) -> bool:
        """Whether ordinal variables are modelled given exogenous predictors."""
        return bool(self.specification.ordered and self.exogenous)

    @property
    def free_rows(self) -> tuple[Parameter, ...]:
        """Rows with a slot, in the order of the slots."""
        return tuple(row for row in self.parameters if row.slot >= 0)

    def labels_at(self, slots: Floats) -> dict[str, Dual]:
        """Return each label's value and gradient by the slots, for definitions."""
        found = _labels(self.parameters, slots)
        for name, expression in self.definitions:
            found[name] = evaluate(expression, found)
        return found


def with_slots(rows: list[Parameter]) -> tuple[Parameter, ...]:
    """Give each row that is neither fixed, sampled nor solved a slot of its own."""
    numbered = []
    slot = 0
    for row in rows:
        free = math.isnan(row.value) and not row.is_sample and not row.is_solved
        numbered.append(replace(row, slot=slot if free else -1))
        slot += free
    return tuple(numbered)


def constrain(
    rows: tuple[Parameter, ...], constraints: tuple[tuple[Expression, Expression], ...]
) -> tuple[Floats, Floats]:
    """Return the spread and offset that equal labels and ``==`` constraints leave.

    Parameters
    ----------
    rows : tuple of Parameter
        The table's rows, with slots.
    constraints : tuple of (Expression, Expression)
        Both sides of each linear constraint.

    Returns
    -------
    spread : ndarray of float, shape (n_slots, n_free)
    offset : ndarray of float, shape (n_slots,)

    Raises
    ------
    FormulaError
        If a constraint is not linear or contradicts the others.

    Examples
    --------
    >>> pair = [Parameter(left="f", operator="=~", right=x, group=0, label="a") for x in "xy"]
    >>> constrain(with_slots(pair), ())[0].tolist()
    [[1.0], [1.0]]
    """
    free = [row for row in rows if row.slot >= 0]
    columns: dict[str, int] = {}
    column = [columns.setdefault(row.label or f"slot {row.slot}", len(columns)) for row in free]
    spread = np.zeros((len(free), len(columns)))
    spread[np.arange(len(free)), column] = 1.0
    offset = np.zeros(len(free))
    if constraints:
        slopes, constants = _linear(rows, constraints, len(free))
        inner = slopes @ spread
        particular = np.linalg.lstsq(inner, -constants, rcond=None)[0]
        if not np.allclose(inner @ particular, -constants, atol=1e-10):
            raise FormulaError("The constraints contradict each other.")
        offset = spread @ particular
        spread = spread @ null_space(inner)
    return frozen(spread), frozen(offset)


def _linear(
    rows: tuple[Parameter, ...],
    constraints: tuple[tuple[Expression, Expression], ...],
    n_slots: int,
) -> tuple[Floats, Floats]:
    """Write each constraint as ``slope @ slots + constant = 0``."""
    slopes, constants = [], []
    for left, right in constraints:
        at_zero, at_random = (
            evaluate(Expression("-", (left, right)), _labels(rows, point))
            for point in (np.full(n_slots, 0.5), np.linspace(1.0, 2.0, n_slots))
        )
        if not np.allclose(at_zero.gradient, at_random.gradient, atol=1e-12):
            raise FormulaError(
                "A constraint is not linear.",
                hint="only sums of labels times numbers may stand beside ==.",
            )
        slopes.append(at_zero.gradient)
        constants.append(at_zero.value - 0.5 * float(at_zero.gradient.sum()))
    return np.array(slopes), np.array(constants)


def _labels(rows: tuple[Parameter, ...], slots: Floats) -> dict[str, Dual]:
    found = {}
    for row in rows:
        if row.label and row.label not in found:
            gradient = np.zeros(len(slots))
            if row.slot >= 0:
                gradient[row.slot] = 1.0
            value = float(slots[row.slot]) if row.slot >= 0 else row.value
            found[row.label] = Dual(value, gradient)
    return found
