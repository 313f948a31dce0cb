"""Standardised solutions, explained variance, and defined parameters, with delta-method SEs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from campaign_effect.stats.moments.arrays import Floats, frozen
from campaign_effect.stats.sem.expressions import Dual, evaluate
from campaign_effect.stats.sem.implied import Implied, residual_slopes, variance_slopes
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.table import Parameter
from campaign_effect.stats.sem.threads import single_threaded

Scope = Literal["all", "latent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Functions of the free elements with their standard errors.

    Attributes
    ----------
    values, std_errors : ndarray of float, shape (k,)
        Estimates and delta-method standard errors.
    slopes : ndarray of float, shape (k, n_slots)
        Derivatives by the free elements.
    """

    values: Floats = field(compare=False)
    std_errors: Floats = field(compare=False)
    slopes: Floats = field(compare=False)


def estimates_of(solution: Solution, values: Floats, slopes: Floats) -> Estimates:
    """Return functions of the free elements with delta-method standard errors.

    Parameters
    ----------
    solution : Solution
        A fitted model.
    values : ndarray of float, shape (k,)
        The functions.
    slopes : ndarray of float, shape (k, n_slots)
        Their derivatives.

    Returns
    -------
    Estimates
    """
    variances = np.einsum("ks,st,kt->k", slopes, solution.vcov, slopes, optimize=True)
    return Estimates(
        values=frozen(values),
        std_errors=frozen(np.sqrt(np.maximum(variances, 0.0))),
        slopes=frozen(slopes),
    )


@single_threaded
def standardise(solution: Solution, *, scope: Scope = "all") -> Estimates:
    """Return the standardised solution, one value for each row of the table.

    Parameters
    ----------
    solution : Solution
        A fitted model.
    scope : {"all", "latent"}, default "all"
        Whether all variables (std.all) or only the factors (std.lv) get unit variances.

    Returns
    -------
    Estimates

    Notes
    -----
    Effects are multiplied by the SD of their cause over that of their outcome, variances
    divided by the total variance, residual covariances by the residual SDs, intercepts and
    thresholds by the SD. Scales become 1.

    Examples
    --------
    >>> from campaign_effect.stats.sem.fit import fit
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.sample import sample_of_moments
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> cov = np.array([[4, 1, 1], [1, 4, 1], [1, 1, 4.0]])
    >>> table = build_table(parse_model("f =~ a + b + c"), "abc", Specification())
    >>> solution = fit(table, sample_of_moments([cov], None, [101]))
    >>> standardise(solution).values.round(2).tolist()
    [0.5, 0.5, 0.5, 0.75, 0.75, 0.75, 1.0]
    """
    groups = [_Scales(solution, implied, scope) for implied in solution.implied]
    found = [
        groups[row.group].standardised(row, value)
        for row, value in zip(solution.table.parameters, solution.estimates, strict=True)
    ]
    values = np.array([value.value for value in found])
    slopes = np.array([value.gradient for value in found])
    return estimates_of(solution, values, slopes)


class _Scales:
    """Variances of one group's variables, total and residual, with their slopes."""

    def __init__(self, solution: Solution, implied: Implied, scope: Scope) -> None:
        self.index = {name: i for i, name in enumerate(implied.structure.variables)}
        self.scaled = set(solution.table.latent)
        if scope == "all":
            self.scaled |= set(solution.table.observed)
        self.n_slots = implied.structure.n_slots
        self.solved = set(implied.structure.solved.tolist())
        self.total = np.diag(implied.total_cov), variance_slopes(implied)
        self.residual = np.diag(implied.total_residual_cov), residual_slopes(implied)

    def standardised(self, row: Parameter, value: float) -> Dual:
        """Return a row's standardised value with its slopes."""
        if row.operator == "~*~":
            scaled = row.left in self.scaled
            return Dual(1.0 if scaled else value, np.zeros(self.n_slots))
        own = np.zeros(self.n_slots)
        if row.slot >= 0:
            own[row.slot] = 1.0
        elif row.is_solved:
            own = self.residual[1][:, self.index[row.left]]
        factor, log_slope = 1.0, np.zeros(self.n_slots)
        variances, powers = self.powers(row)
        for name, power in powers:
            at = self.index[name]
            if variances[0][at] == 0:
                return Dual(math.nan, np.full(self.n_slots, math.nan))
            factor *= abs(variances[0][at]) ** (power / 2)
            log_slope += power / 2 * variances[1][:, at] / variances[0][at]
        return Dual(value * factor, factor * (own + value * log_slope))

    def powers(
        self, row: Parameter
    ) -> tuple[tuple[Floats, Floats], tuple[tuple[str, int], ...]]:
        """Return the variances of a row's scaling and each variable's power of its SD."""
        left, right = row.left, row.right
        if row.operator == "=~":
            chosen: tuple[tuple[str, int], ...] = ((left, 1), (right, -1))
        elif row.operator == "~":
            chosen = ((right, 1), (left, -1))
        elif row.operator == "~~":
            chosen = ((left, -1), (right, -1))
        else:
            chosen = ((left, -1),)
        variances = self.total
        if row.operator == "~~" and left != right:
            variances = self.residual
        return variances, tuple((name, power) for name, power in chosen if name in self.scaled)


def standardising_factors(
    solution: Solution, rows: tuple[Parameter, ...], *, scope: Scope
) -> Floats:
    """Return what standardises any rows, in the table or not.

    Parameters
    ----------
    solution : Solution
        A fitted model.
    rows : tuple of Parameter
        Parameters of its variables.
    scope : {"all", "latent"}
        See ``standardise``.

    Returns
    -------
    ndarray of float, shape (n_rows,)
    """
    groups = [_Scales(solution, implied, scope) for implied in solution.implied]
    unplaced = [replace(row, slot=-1) for row in rows]
    return np.array([groups[row.group].standardised(row, 1.0).value for row in unplaced])


def defined_parameters(solution: Solution, *, scope: Scope | None = None) -> Estimates:
    """Return the parameters that the model defines by ``:=``.

    Parameters
    ----------
    solution : Solution
        A fitted model.
    scope : {"all", "latent"}, optional
        Whether they are computed of the standardised solution; of the estimates if left out.

    Returns
    -------
    Estimates
        In the order of ``table.definitions``, with delta-method standard errors.

    References
    ----------
    .. [1] Sobel, M. E. (1982). Asymptotic confidence intervals for indirect effects in
       structural equation models. Sociological Methodology, 13, 290-312.
       https://doi.org/10.2307/270723
    """
    table = solution.table
    labels = table.labels_at(solution.slots)
    if scope is not None:
        standard = standardise(solution, scope=scope)
        labels = {
            row.label: Dual(float(value), slope)
            for row, value, slope in zip(
                reversed(table.parameters),
                standard.values[::-1],
                standard.slopes[::-1],
                strict=True,
            )
            if row.label
        }
        for name, expression in table.definitions:
            labels[name] = evaluate(expression, labels)
    found = [labels[name] for name, _ in table.definitions]
    slopes = np.array([dual.gradient for dual in found]).reshape(-1, len(solution.slots))
    return estimates_of(solution, np.array([dual.value for dual in found]), slopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The share of a variable's variance that the model explains.

    Attributes
    ----------
    variable : str
        An indicator or outcome.
    group : int
        Group, from 0.
    r_squared : float
        ``1 - residual / total variance``; negative where the residual is larger.
    """

    variable: str
    group: int
    r_squared: float


def explained_variance(solution: Solution) -> tuple[Explained, ...]:
    """Return R squared of every indicator and outcome.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    tuple of Explained
    """
    found = []
    for group, implied in enumerate(solution.implied):
        for index, name in enumerate(implied.structure.variables):
            if implied.paths[index].any():
                residual = implied.residual_cov[index, index]
                share = 1 - residual / implied.total_cov[index, index]
                found.append(Explained(variable=name, group=group, r_squared=float(share)))
    return tuple(found)
