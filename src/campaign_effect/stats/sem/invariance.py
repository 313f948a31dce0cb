"""Measurement invariance across groups, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.sem.compare import Difference, compare
from campaign_effect.stats.sem.fit import fit
from campaign_effect.stats.sem.fit_indices import FitIndices, fit_indices
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.sample import Sample
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.syntax import Model
from campaign_effect.stats.sem.table import Specification

CONTINUOUS: Final = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
ORDINAL: Final = {
    "configural": (),
    "thresholds": ("thresholds",),
    "loadings": ("thresholds", "loadings"),
    "intercepts": ("thresholds", "loadings", "intercepts"),
    "strict": ("thresholds", "loadings", "intercepts", "residuals"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvarianceStep:
    """One level of invariance.

    Attributes
    ----------
    level : str
        Its name.
    solution : Solution
        The fitted model.
    indices : FitIndices
        How it fits.
    difference : Difference or None
        Test of what it adds to the level before; None for the first, or where nothing is added.
    """

    level: str
    solution: Solution
    indices: FitIndices
    difference: Difference | None


def invariance_specifications(
    specification: Specification,
) -> tuple[tuple[str, Specification], ...]:
    """Return each level of invariance with what it asks of a table.

    Parameters
    ----------
    specification : Specification
        Groups, ordinal variables, and parameters left free at all levels.

    Returns
    -------
    tuple of (str, Specification)
        Configural, metric, scalar, strict [1]_ for continuous variables; configural,
        thresholds, loadings, intercepts, strict [2]_ for ordinal ones.

    Raises
    ------
    StatisticsError
        If an ordinal variable has two categories: its threshold, intercept and scale cannot be
        told apart.

    References
    ----------
    .. [1] Meredith, W. (1993). Measurement invariance, factor analysis and factorial
       invariance. Psychometrika, 58, 525-543. https://doi.org/10.1007/BF02294825
    .. [2] Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models
       of different levels of invariance for ordered categorical outcomes. Psychometrika, 81,
       1014-1045. https://doi.org/10.1007/s11336-016-9506-0

    Examples
    --------
    >>> levels = invariance_specifications(Specification(n_groups=2))
    >>> [level for level, _ in levels]
    ['configural', 'metric', 'scalar', 'strict']
    """
    if specification.n_groups < 2:
        raise UsageError("Invariance needs at least two groups.")
    if not specification.ordered:
        base = replace(specification, mean_structure=True)
        return tuple((level, replace(base, equal=e)) for level, e in CONTINUOUS.items())
    binary = [name for name, categories in specification.ordered if categories < 3]
    if binary:
        raise StatisticsError(
            f"Ordinal variables with two categories: {binary}.",
            hint="compare models with equal=('thresholds', 'loadings') and without instead.",
        )
    base = replace(specification, std_lv=True, wu_estabrook=True)
    return tuple(
        (level, replace(base, equal=equal, theta=base.theta or level == "strict"))
        for level, equal in ORDINAL.items()
    )


def fit_invariance(
    model: Model,
    columns: Iterable[str],
    sample: Sample,
    specification: Specification,
    estimator: str,
) -> tuple[InvarianceStep, ...]:
    """Fit every level of invariance and test each against the one before.

    Parameters
    ----------
    model : Model
        A parsed model.
    columns : iterable of str
        Names of the observed variables at hand.
    sample : Sample
        The groups' moments.
    specification : Specification
        Groups, ordinal variables, and parameters left free at all levels.
    estimator : str
        See ``find_estimator``.

    Returns
    -------
    tuple of InvarianceStep

    Raises
    ------
    UsageError
        If there is only one group.
    """
    columns = tuple(columns)
    steps: list[InvarianceStep] = []
    for level, asked in invariance_specifications(specification):
        solution = fit(build_table(model, columns, asked), sample, estimator)
        difference = None
        if steps and solution.df > steps[-1].solution.df:
            difference = compare(solution, steps[-1].solution)
        indices = fit_indices(solution)
        steps.append(
            InvarianceStep(
                level=level, solution=solution, indices=indices, difference=difference
            )
        )
    return tuple(steps)
