"""A fitted model: estimates and everything later steps need."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import CollinearityError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.discrepancy import weigh
from campaign_effect.stats.sem.estimators import Estimator
from campaign_effect.stats.sem.implied import Implied, jacobian
from campaign_effect.stats.sem.optimise import Optimum
from campaign_effect.stats.sem.problem import Problem
from campaign_effect.stats.sem.sample import Sample
from campaign_effect.stats.sem.table import ParameterTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ChiSquare:
    """A test of a model against the saturated one.

    Attributes
    ----------
    statistic : float
        Referred to chi-square.
    df : float
        Degrees of freedom; not whole for the mean-and-variance adjusted test.
    p_value : float
        Upper tail.
    scaling : float
        Scaling factor the standard statistic was divided by.
    shift : float
        What was added after scaling; zero unless scaled and shifted.
    trace : float
        Trace of U Gamma, the expected value of the standard statistic; NaN for that itself.
    """

    statistic: float
    df: float
    p_value: float
    scaling: float = 1.0
    shift: float = 0.0
    trace: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A fitted model.

    Attributes
    ----------
    table : ParameterTable
        The model, with the values taken from the sample.
    sample : Sample
        What it was fitted to.
    estimator : Estimator
        How.
    problem : Problem
        The function that was minimised.
    optimum : Optimum
        Where the optimiser stopped; ``optimum.is_converged`` must be asked.
    slots : ndarray of float, shape (n_slots,)
        Estimates of the free elements.
    implied : tuple of Implied
        Each group's implied moments.
    information : ndarray of float, shape (n_free, n_free)
        Information of one row on the free parameters (expected or observed).
    vcov : ndarray of float, shape (n_slots, n_slots)
        Covariance matrix of the estimates; NaN where the information is singular.
    standard : ChiSquare
        The test without correction.
    scaled : ChiSquare or None
        The estimator's corrected test.
    df : int
        Degrees of freedom.
    """

    table: ParameterTable
    sample: Sample
    estimator: Estimator
    problem: Problem
    optimum: Optimum
    slots: Floats = field(compare=False)
    implied: tuple[Implied, ...] = field(compare=False)
    information: Floats = field(compare=False)
    vcov: Floats = field(compare=False)
    standard: ChiSquare
    scaled: ChiSquare | None
    df: int

    @property
    def estimates(self) -> Floats:
        """Every row's estimate: free, fixed, sampled or solved for; shape (n_rows,)."""
        values = [_estimate(self, index) for index in range(len(self.table.parameters))]
        return np.array(values)

    @property
    def std_errors(self) -> Floats:
        """Every row's standard error; zero where nothing was estimated; shape (n_rows,)."""
        free = np.sqrt(np.maximum(np.diag(self.vcov), 0.0))
        return np.array([free[r.slot] if r.slot >= 0 else 0.0 for r in self.table.parameters])

    def check_identified(self) -> None:
        """Raise CollinearityError if the information is singular."""
        if np.isnan(self.vcov).any():
            raise CollinearityError(
                "The model is not identified: parameters can move together without effect.",
                hint="see unidentified_parameters; fix a loading or a variance of each factor.",
            )

    @property
    def inverse_information(self) -> Floats:
        """Inverse of the information, shape (n_free, n_free), if the model is identified."""
        self.check_identified()
        return np.asarray(np.linalg.inv(self.information))

    @property
    def n_effective(self) -> int:
        """Rows that the covariance of estimates is divided by."""
        taken = 0 if self.estimator.is_likelihood else len(self.sample.groups)
        return self.sample.n - taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Leverage:
    """A group's moments at the solution: how they move and what they weigh.

    Attributes
    ----------
    share : float
        The group's share of the rows.
    slopes : ndarray of float, shape (m, n_free)
        Jacobian of the moments by the free parameters.
    weights : ndarray of float, shape (m, m) or (m,)
        Weights of the discrepancy.
    """

    share: float
    slopes: Floats = field(compare=False)
    weights: Floats = field(compare=False)

    @property
    def weighted(self) -> Floats:
        """Weights times slopes, shape (m, n_free)."""
        return weigh(self.weights, self.slopes)


def leverages(problem: Problem, implied: tuple[Implied, ...]) -> tuple[Leverage, ...]:
    """Return each group's leverage.

    Parameters
    ----------
    problem : Problem
        The function that was minimised.
    implied : tuple of Implied
        Each group's implied moments.

    Returns
    -------
    tuple of Leverage
    """
    return tuple(
        Leverage(
            share=share,
            slopes=jacobian(group) @ problem.spread,
            weights=discrepancy.weight(group),
        )
        for share, discrepancy, group in zip(
            problem.shares, problem.discrepancies, implied, strict=True
        )
    )


def _estimate(solution: Solution, index: int) -> float:
    row = solution.table.parameters[index]
    if row.slot >= 0:
        return float(solution.slots[row.slot])
    if row.is_solved:
        implied = solution.implied[row.group]
        at = implied.structure.variables.index(row.left)
        if row.operator == "~*~":
            return float(implied.scales[at])
        return float(implied.residual_cov[at, at])
    return row.value
