"""Separation: terms that predict a binary outcome perfectly, found by linear programming.

Where a direction of the coefficients never contradicts an answer, the likelihood rises along
it for ever, and some estimates are infinite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from scipy.optimize import linprog

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.models.design_matrix import (
    RANK_TOLERANCE,
    check_answers,
    inverse_factor,
    triangular_factor,
)
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.moments.arrays import Booleans, Floats, frozen

FIRST_ROWS = 500  # a part of the rows that overlaps proves that all do
MORE_ROWS = 6  # times as many, while the part is separated
SEPARATED = 1e-6  # of a column's spread; the solver lets a row be 1e-7 on the wrong side


class SeparationKind(StrEnum):
    """How the outcome is separated."""

    NONE = "none"  # outcomes overlap: estimates are finite
    QUASI = "quasi"  # some answers lie on the border
    COMPLETE = "complete"  # no answer contradicts or lies on the border


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Whether a binary outcome is separated, and by what.

    Attributes
    ----------
    kind : SeparationKind
        Albert and Anderson's classes.
    columns : tuple of int
        Columns whose coefficients have no finite estimate, counted from 0; under complete
        separation usually all.
    alone : tuple of int
        Of these, the columns that separate by themselves (with an intercept).
    direction : ndarray, shape (p,)
        A direction of beta along which the likelihood rises for ever; zero if none.
    """

    kind: SeparationKind
    columns: tuple[int, ...] = ()
    alone: tuple[int, ...] = ()
    direction: Floats = field(compare=False)


def find_separation(X: Floats, y: Floats) -> Separation:
    """Find complete or quasi-complete separation before a model is fitted.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Design, complete, of full column rank; units of its columns do not matter.
    y : ndarray of float, shape (n,)
        Outcome, 0 or 1.

    Returns
    -------
    Separation
        Kind, and the columns without a finite maximum-likelihood estimate.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError
        As a fit would.
    ConvergenceError
        If the linear program cannot be solved.

    Notes
    -----
    With rows a = (2y - 1) x, separation is a b with a'b >= 0 everywhere and > 0 somewhere
    [1]_. The program maximises the sum of a'b over b in a box [2]_, and again among the rows
    still on the border, until none is left or none moves. Coefficients without a finite
    estimate are those that the rows on the border do not determine.

    References
    ----------
    .. [1] Albert, A., & Anderson, J. A. (1984). On the existence of maximum likelihood
       estimates in logistic regression models. Biometrika, 71, 1-10.
       https://doi.org/10.1093/biomet/71.1.1
    .. [2] Konis, K. (2007). Linear programming algorithms for detecting separated data in
       binary logistic regression models. Doctoral thesis, University of Oxford.

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])
    >>> found = find_separation(X, np.array([0.0, 1, 0, 1, 1, 1]))
    >>> found.kind.value, found.columns
    ('quasi', (1,))
    """
    check_answers(X, y, None)
    overlap = Separation(kind=SeparationKind.NONE, direction=frozen(np.zeros(X.shape[1])))
    if _some_overlap(X, y):
        return overlap
    Z, sign, root = _orthonormal(X, y)
    is_separated, direction = _separate(sign[:, None] * Z)
    if not is_separated.any():
        return overlap
    columns = _infinite_columns(Z[~is_separated], root)
    kind = SeparationKind.COMPLETE if is_separated.all() else SeparationKind.QUASI
    return Separation(
        kind=kind,
        columns=columns,
        alone=tuple(j for j in columns if _separates_alone(X[:, j], y)),
        direction=frozen(root @ direction),
    )


def _some_overlap(X: Floats, y: Floats) -> bool:
    """Tell whether a spread of the rows, or of more of them, overlaps: then all do."""
    size = FIRST_ROWS
    while size < len(y):
        part = np.linspace(0, len(y) - 1, size).astype(int)
        try:
            Z, sign, _ = _orthonormal(X[part], y[part])
        except DependentColumnsError:
            pass
        else:
            if not _separate(sign[:, None] * Z)[0].any():
                return True
        size *= MORE_ROWS
    return False


def _orthonormal(X: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Give different rows in coordinates of like size, with the sign of each, and the root."""
    root = inverse_factor(triangular_factor(X)) * np.sqrt(len(y))
    rows = np.unique(np.column_stack([X, y]), axis=0)
    return rows[:, :-1] @ root, 2 * rows[:, -1] - 1, root


def _separate(A: Floats) -> tuple[Booleans, Floats]:
    """Find every row that some direction separates while contradicting none.

    Rows that one direction separates bind no more, since as much of it as needed can be
    added to any other; the search goes on among the rest.
    """
    is_separated = np.zeros(len(A), dtype=bool)
    direction = np.zeros(A.shape[1])
    while not is_separated.all():
        step = _ascent(A[~is_separated])
        found = ~is_separated & (A @ step > SEPARATED)
        if not found.any():
            break
        direction += _share_kept(A[is_separated], direction, step) * step
        is_separated |= found
    return is_separated, direction


def _ascent(A: Floats) -> Floats:
    """Find the direction in a box that separates most while contradicting no row."""
    solution = linprog(
        -A.sum(axis=0), A_ub=-A, b_ub=np.zeros(len(A)), bounds=(-1, 1), method="highs"
    )
    if solution.x is None or not solution.success:
        raise ConvergenceError(
            "The linear program for separation was not solved.", received=solution.message
        )
    return solution.x


def _share_kept(A: Floats, direction: Floats, step: Floats) -> float:
    """How much of a step leaves the rows of A on their side with half their distance."""
    against = np.max(-(A @ step) / np.maximum(A @ direction, SEPARATED), initial=0.0)
    return float(min(1.0, 0.5 / max(against, 0.5)))


def _infinite_columns(overlapping: Floats, root: Floats) -> tuple[int, ...]:
    """Coefficients that the overlapping rows do not determine."""
    p = len(root)
    if len(overlapping) == 0:
        return tuple(range(p))
    _, lengths, directions = np.linalg.svd(triangular_factor(overlapping))
    rank = int(np.sum(lengths > RANK_TOLERANCE * max(lengths[0], 1.0)))
    free = np.linalg.norm(root @ directions[rank:].T, axis=1)
    return tuple(np.flatnonzero(free > RANK_TOLERANCE * np.linalg.norm(root, axis=1)).tolist())


def _separates_alone(x: Floats, y: Floats) -> bool:
    """Tell whether the zeros' and ones' values of a column do not cross."""
    zeros, ones = x[y == 0], x[y == 1]
    does_vary = x.min() < x.max()
    return bool(does_vary and (zeros.max() <= ones.min() or ones.max() <= zeros.min()))
