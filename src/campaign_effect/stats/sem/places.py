"""Where each parameter of a table stands in the matrices of its group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import FormulaError
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers
from campaign_effect.stats.sem.table import Parameter, ParameterTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Free elements of one matrix: ``matrix[row, column]`` holds the slot's value.

    Attributes
    ----------
    slot, row, column : ndarray of int, shape (k,)
        ``column`` is zero where the matrix is a vector.
    """

    slot: Integers = field(compare=False)
    row: Integers = field(compare=False)
    column: Integers = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A group's matrices in reticular action form, with the places of its free elements.

    All t variables stand in one vector, the p observed ones first. ``paths[i, j]`` is the
    effect of variable j on i (loadings and regressions), ``covariances`` holds their (residual)
    variances and covariances, ``means`` their intercepts.

    Attributes
    ----------
    variables : tuple of str
        The t variables.
    n_slots : int
        Free elements of the whole table (all groups).
    paths, covariances : ndarray of float, shape (t, t)
        Fixed values; zero where free or solved.
    means : ndarray of float, shape (t,)
        Fixed intercepts.
    thresholds : ndarray of float, shape (n_thresholds,)
        Fixed thresholds, variable by variable.
    scales : ndarray of float, shape (p,)
        Fixed scales of the observed variables, 1 unless ordinal.
    threshold_variable : ndarray of int, shape (n_thresholds,)
        The observed variable of each threshold.
    is_ordinal : ndarray of bool, shape (p,)
        Which observed variables are ordinal.
    has_means, theta : bool
        Whether means are modelled; whether ordinal residual variances set the scale.
    solved : ndarray of int, shape (n_solved,)
        Observed variables whose residual variance is solved for.
    free_paths, free_covariances, free_means, free_thresholds, free_scales : Places
        The free elements.
    locations : ndarray of int, shape (n_locations,)
        Thresholds and means (``-1 - variable``) in the order in which they are moments.
    pairs : tuple of ndarray of int, shape (n_cov_moments,)
        Rows and columns of the covariances that are moments, in lavaan's order.
    given : ndarray of int, shape (n_given,)
        Exogenous predictors whose moments are taken from the sample.
    given_cov : ndarray of float, shape (n_given, n_given)
        Their covariances, where the model is conditional on them; then they have no part in
        ``covariances`` and ``means``.
    given_mean : ndarray of float, shape (n_given,)
    slopes : tuple of ndarray of int, shape (n_slope_moments,)
        Variables and predictors whose (total) slopes are moments, predictor by predictor.
    """

    variables: tuple[str, ...]
    n_slots: int
    paths: Floats = field(compare=False)
    covariances: Floats = field(compare=False)
    means: Floats = field(compare=False)
    thresholds: Floats = field(compare=False)
    scales: Floats = field(compare=False)
    threshold_variable: Integers = field(compare=False)
    is_ordinal: Booleans = field(compare=False)
    has_means: bool
    theta: bool
    solved: Integers = field(compare=False)
    free_paths: Places
    free_covariances: Places
    free_means: Places
    free_thresholds: Places
    free_scales: Places
    locations: Integers = field(compare=False)
    pairs: tuple[Integers, Integers] = field(compare=False)
    given: Integers = field(compare=False)
    given_cov: Floats = field(compare=False)
    given_mean: Floats = field(compare=False)
    slopes: tuple[Integers, Integers] = field(compare=False)

    @property
    def is_conditional(self) -> bool:
        """Whether ordinal variables are modelled given predictors, not jointly with them."""
        return bool(self.is_ordinal.any() and len(self.given))

    @property
    def p(self) -> int:
        """Number of observed variables."""
        return len(self.scales)

    @property
    def modelled(self) -> Integers:
        """Observed variables that the model is not given."""
        given = self.given if self.is_conditional else self.given[:0]
        return np.setdiff1d(np.arange(self.p), given)

    @property
    def n_moments(self) -> int:
        """Number of moments."""
        return len(self.locations) + len(self.slopes[0]) + len(self.pairs[0])

    @property
    def moves_straight(self) -> bool:
        """Whether scaling neither varies nor feeds back, so that moments curve as unscaled."""
        unscaled = not self.theta and len(self.free_scales.slot) == 0
        is_joint = not self.is_conditional and not self._has_ordinal_causes
        return unscaled and bool((self.scales == 1).all()) and is_joint

    @property
    def _has_ordinal_causes(self) -> bool:
        ordinal = np.flatnonzero(self.is_ordinal)
        free = np.isin(self.free_paths.column, ordinal).any()
        return bool(free or self.paths[:, ordinal].any())


_MATRICES = {
    "=~": "paths",
    "~": "paths",
    "~~": "covariances",
    "~1": "means",
    "|": "thresholds",
    "~*~": "scales",
}


def find_places(table: ParameterTable, group: int) -> Structure:
    """Lay out a group's matrices.

    Parameters
    ----------
    table : ParameterTable
        A complete model whose sampled values are filled in (see ``fill_sampled``).
    group : int
        Group, from 0.

    Returns
    -------
    Structure

    Examples
    --------
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> table = build_table(parse_model("f =~ x + y + z"), "xyz", Specification())
    >>> find_places(table, 0).paths[:, 3].tolist()
    [1.0, 0.0, 0.0, 0.0]
    """
    variables = (*table.observed, *table.latent)
    index = {name: i for i, name in enumerate(variables)}
    spec = table.specification
    threshold_at = _threshold_positions(table)
    fixed = _empty(len(variables), len(table.observed), len(threshold_at))
    free: dict[str, list[tuple[int, int, int]]] = {name: [] for name in fixed}
    rows = [row for row in table.parameters if row.group == group]
    for row in rows:
        matrix = _MATRICES[row.operator]
        i, j = _position(row, index, threshold_at)
        if row.slot >= 0:
            free[matrix].append((row.slot, i, j))
        elif not row.is_solved:
            _set(fixed[matrix], i, j, row.value)
    solved = [index[row.left] for row in rows if row.is_solved and row.operator == "~~"]
    ordered = dict(spec.ordered)
    ordered_here = np.array([name in ordered for name in table.observed], dtype=np.bool_)
    at = np.array([index[name] for name, _ in threshold_at], dtype=np.int64)
    given = np.sort(np.array([index[name] for name in table.exogenous], dtype=np.int64))
    modelled = np.arange(len(table.observed))
    given_cov, given_mean = np.zeros((len(given),) * 2), np.zeros(len(given))
    if table.is_conditional:
        _check_given(free["covariances"], free["means"], given, variables)
        given_cov, given_mean = _taken(fixed, given)
        modelled = np.setdiff1d(modelled, given)
    moments_given = given if table.is_conditional else given[:0]
    return Structure(
        variables=variables,
        n_slots=len(table.offset),
        paths=fixed["paths"],
        covariances=fixed["covariances"],
        means=fixed["means"],
        thresholds=fixed["thresholds"],
        scales=fixed["scales"],
        threshold_variable=at,
        is_ordinal=ordered_here,
        has_means=spec.mean_structure,
        theta=spec.theta,
        solved=np.array(solved, dtype=np.int64),
        free_paths=_places(free["paths"]),
        free_covariances=_places(free["covariances"]),
        free_means=_places(free["means"]),
        free_thresholds=_places(free["thresholds"]),
        free_scales=_places(free["scales"]),
        locations=_location_order(ordered_here, at, modelled, has_means=spec.mean_structure),
        pairs=_moment_pairs(ordered_here, modelled),
        given=given,
        given_cov=given_cov,
        given_mean=given_mean,
        slopes=(
            np.tile(modelled, len(moments_given)),
            np.repeat(moments_given, len(modelled)),
        ),
    )


def _check_given(
    covariances: Sequence[tuple[int, int, int]],
    means: Sequence[tuple[int, int, int]],
    given: Integers,
    variables: tuple[str, ...],
) -> None:
    """Say which predictor has parameters of its own, although the model is given it."""
    named = {place for _, i, j in covariances for place in (i, j)} | {i for _, i, _ in means}
    wrong = [variables[i] for i in given.tolist() if i in named]
    if wrong:
        raise FormulaError(
            f"With ordered outcomes a model is given its predictors, and has no parameters of "
            f"theirs: {wrong}.",
            hint="leave their variances, covariances and means out; regress factors on them.",
        )


def _taken(fixed: dict[str, Floats], given: Integers) -> tuple[Floats, Floats]:
    """Take the predictors' moments out of the matrices."""
    own = fixed["covariances"][np.ix_(given, given)]
    own = own + own.T - np.diag(np.diag(own))
    mean = fixed["means"][given]
    fixed["covariances"][given, :] = fixed["covariances"][:, given] = 0.0
    fixed["means"][given] = 0.0
    return own, mean


def _threshold_positions(table: ParameterTable) -> dict[tuple[str, str], int]:
    ordered = dict(table.specification.ordered)
    names = [(y, f"t{k}") for y in table.observed for k in range(1, ordered.get(y, 0))]
    return {name: position for position, name in enumerate(names)}


def _empty(t: int, p: int, n_thresholds: int) -> dict[str, Floats]:
    return {
        "paths": np.zeros((t, t)),
        "covariances": np.zeros((t, t)),
        "means": np.zeros(t),
        "thresholds": np.zeros(n_thresholds),
        "scales": np.ones(p),
    }


def _position(
    row: Parameter, index: dict[str, int], threshold_at: dict[tuple[str, str], int]
) -> tuple[int, int]:
    if row.operator == "=~":
        return index[row.right], index[row.left]
    if row.operator in ("~", "~~"):
        return index[row.left], index[row.right]
    if row.operator == "|":
        return threshold_at[row.left, row.right], 0
    return index[row.left], 0


def _set(matrix: Floats, i: int, j: int, value: float) -> None:
    if matrix.ndim == 1:
        matrix[i] = value
        return
    matrix[i, j] = value


def _places(found: Sequence[tuple[int, int, int]]) -> Places:
    slot, row, column = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return Places(slot=slot, row=row, column=column)


def _location_order(
    is_ordinal: Booleans, at: Integers, modelled: Integers, *, has_means: bool
) -> Integers:
    """Return thresholds and means in order: variable by variable, thresholds or the mean."""
    if not is_ordinal.any() and not has_means:
        return np.zeros(0, dtype=np.int64)
    order: list[int] = []
    for variable in modelled.tolist():
        ordinal = is_ordinal[variable]
        order += np.flatnonzero(at == variable).tolist() if ordinal else [-1 - variable]
    return np.array(order, dtype=np.int64)


def _moment_pairs(is_ordinal: Booleans, modelled: Integers) -> tuple[Integers, Integers]:
    """Return the covariances that are moments, by columns of the lower triangle.

    With ordinal variables the variances of the others come first, and no other variance.
    """
    if not is_ordinal.any():
        rows, columns = np.triu_indices(len(is_ordinal))
        return rows, columns
    numeric = modelled[~is_ordinal[modelled]]
    rows, columns = (modelled[at] for at in np.triu_indices(len(modelled), 1))
    return np.concatenate([numeric, rows]), np.concatenate([numeric, columns])
