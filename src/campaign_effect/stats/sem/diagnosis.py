"""What is wrong with a solution: unidentified parameters and improper values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from campaign_effect.stats.sem.implied import Implied, jacobian
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.table import Parameter

_RANK = 1e-7  # a singular value of the scaled Jacobian below it is zero
_INVOLVED = 1e-3  # share of a null direction below which a parameter is not part of it
_CLEAR = 1e-8  # how far below zero a variance or an eigenvalue counts as negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Improper:
    """A value that no population has.

    Attributes
    ----------
    kind : str
        ``negative_variance``, ``correlation_beyond_one``, ``negative_eigenvalue`` of the
        covariances of the factors, or ``negative_residual_eigenvalue`` of the observed
        variables' residuals.
    variables : tuple of str
        The variable, the pair, or all variables concerned.
    group : int
        Group, from 0.
    value : float
        The variance, correlation or eigenvalue.
    """

    kind: Literal[
        "negative_variance",
        "correlation_beyond_one",
        "negative_eigenvalue",
        "negative_residual_eigenvalue",
    ]
    variables: tuple[str, ...]
    group: int
    value: float


def unidentified_parameters(solution: Solution) -> tuple[Parameter, ...]:
    """Return the free parameters that the moments leave undetermined at the solution.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    tuple of Parameter
        Those that can move together without moving a moment; empty for an identified model.

    Notes
    -----
    A model is locally identified where the Jacobian of its moments by the free parameters has
    full column rank [1]_.

    References
    ----------
    .. [1] Bekker, P. A., Merckens, A., & Wansbeek, T. J. (1994). Identification, equivalent
       models, and computer algebra. Academic Press.

    Examples
    --------
    >>> from campaign_effect.stats.sem.fit import fit
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.sample import sample_of_moments
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> model = parse_model("f =~ NA*a + b + c; a ~~ 0.5*a")
    >>> cov = np.array([[2, 1, 1], [1, 2, 1], [1, 1, 2.0]])
    >>> solution = fit(
    ...     build_table(model, "abc", Specification()), sample_of_moments([cov], None, [99])
    ... )
    >>> [parameter.name for parameter in unidentified_parameters(solution)]
    ['f=~a', 'f=~b', 'f=~c', 'f~~f']
    """
    spread = solution.problem.spread
    slopes = np.vstack([jacobian(implied) @ spread for implied in solution.implied])
    if not slopes.shape[1]:
        return ()
    scale = np.linalg.norm(slopes, axis=0)
    _, values, directions = np.linalg.svd(slopes / np.where(scale > 0, scale, 1.0))
    values = np.pad(values, (0, len(directions) - len(values)))
    null = directions[values < _RANK]
    involved = (np.abs(null) > _INVOLVED).any(axis=0)
    rows = solution.table.free_rows
    return tuple(row for row in rows if (spread[row.slot] != 0) @ involved)


def improper_values(solution: Solution) -> tuple[Improper, ...]:
    """Return a solution's improper values: Heywood cases and the like.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    tuple of Improper

    References
    ----------
    .. [1] Kolenikov, S., & Bollen, K. A. (2012). Testing negative error variances: Is a Heywood
       case a symptom of misspecification? Sociological Methods & Research, 41, 124-167.
       https://doi.org/10.1177/0049124112442138
    """
    return tuple(
        found
        for group, implied in enumerate(solution.implied)
        for found in (*_variances(implied, group), *_matrices(implied, group))
    )


def _variances(implied: Implied, group: int) -> Iterator[Improper]:
    names = implied.structure.variables
    for name, value in zip(names, np.diag(implied.residual_cov), strict=True):
        if value < -_CLEAR:
            yield Improper(
                kind="negative_variance", variables=(name,), group=group, value=float(value)
            )
    scale = np.sqrt(np.maximum(np.diag(implied.all_cov), 1e-300))
    correlations = implied.all_cov / np.outer(scale, scale)
    first = implied.structure.p
    for i, j in zip(*np.triu_indices(len(names), 1), strict=True):
        if i >= first and abs(correlations[i, j]) > 1 + _CLEAR:
            yield Improper(
                kind="correlation_beyond_one",
                variables=(names[i], names[j]),
                group=group,
                value=float(correlations[i, j]),
            )


def _matrices(implied: Implied, group: int) -> Iterator[Improper]:
    p = implied.structure.p
    names = implied.structure.variables
    if len(names) > p:
        smallest = float(np.linalg.eigvalsh(implied.all_cov[p:, p:])[0])
        if smallest < -_CLEAR:
            yield Improper(
                kind="negative_eigenvalue", variables=names[p:], group=group, value=smallest
            )
    smallest = float(np.linalg.eigvalsh(implied.residual_cov[:p, :p])[0])
    if smallest < -_CLEAR:
        yield Improper(
            kind="negative_residual_eigenvalue",
            variables=names[:p],
            group=group,
            value=smallest,
        )
