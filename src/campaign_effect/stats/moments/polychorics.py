"""Polychoric correlations of all pairs of items by two-step maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from campaign_effect.errors import ConvergenceError, TooFewRowsError
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen
from campaign_effect.stats.moments.influence import (
    SMALLEST_CELL,
    correlation_influence,
    extended_counts,
    threshold_influence,
)
from campaign_effect.stats.moments.pair_cells import (
    cell_probabilities,
    cell_slopes,
    threshold_bounds,
)
from campaign_effect.stats.moments.tables import PairTables

Indices = NDArray[np.intp]
LIMIT = 1 - 1e-6  # a likelihood still rising here has its maximum at a perfect correlation
SMALL_STEP = 1e-8  # Newton's error after such a step is its square
NEWTON_STEPS = 20  # bisection ends what Newton has not: likelihoods that rise to the limit
MAX_STEPS = 80
FLAT = 1e-10  # information of a row, when the likelihood has stopped changing


@dataclass(frozen=True, slots=True, kw_only=True)
class Polychorics:
    """Thresholds of items and polychoric correlations of their pairs.

    Attributes
    ----------
    correlations : ndarray of float, shape (p, p)
        Symmetric, 1 on the diagonal; not necessarily positive definite.
    std_errors : ndarray of float, shape (p, p)
        Two-step standard errors (thresholds estimated too); 0 on the diagonal, nan where the
        correlation is perfect. Weights are taken as numbers of rows.
    thresholds : tuple of ndarray of float
        Of each item, rising; one fewer than its categories.
    threshold_std_errors : tuple of ndarray of float
        Of the same shapes.
    n_pairs : ndarray of float, shape (p, p)
        Rows behind each correlation; on the diagonal, answers to the item.
    n_empty_cells : ndarray of int, shape (p, p)
        Cells of each pair's table that nobody is in.
    is_perfect : ndarray of bool, shape (p, p)
        Whether the likelihood rises up to a correlation of -1 or 1.
    n : float
        Rows counted.
    """

    correlations: Floats = field(compare=False)
    std_errors: Floats = field(compare=False)
    thresholds: tuple[Floats, ...] = field(compare=False)
    threshold_std_errors: tuple[Floats, ...] = field(compare=False)
    n_pairs: Floats = field(compare=False)
    n_empty_cells: Integers = field(compare=False)
    is_perfect: Booleans = field(compare=False)
    n: float


def estimate_polychorics(tables: PairTables, *, added_to_empty: float = 0.5) -> Polychorics:
    """Estimate polychoric (for two categories: tetrachoric) correlations of all pairs.

    Parameters
    ----------
    tables : PairTables
        Tables of all pairs, as `count_tables` gives them.
    added_to_empty : float, default 0.5
        What is added to a single empty cell of a 2 x 2 table, its margins kept, before the
        correlation is estimated. 0 leaves such tables alone: their correlation is then
        perfect. Larger tables are never changed.

    Returns
    -------
    Polychorics

    Raises
    ------
    NoVariationError
        If an item has fewer than two categories, or one that nobody chose; the positions are
        in the error's ``items``.
    TooFewRowsError
        If nobody answered both items of a pair.
    ConvergenceError
        If a likelihood has no maximum that Newton's steps find.

    Notes
    -----
    Thresholds are the normal quantiles of each item's cumulative proportions; given them,
    each correlation maximises the likelihood of its table [1]_. All pairs take Newton's steps
    together, each kept inside the bracket of its gradient's signs.

    References
    ----------
    .. [1] Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation
       coefficient. Psychometrika, 44, 443-460. https://doi.org/10.1007/BF02296207

    Examples
    --------
    >>> from campaign_effect.stats.moments.tables import count_tables, encode
    >>> answers = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [40, 10, 10, 40], axis=0)
    >>> estimate_polychorics(count_tables(encode(answers).codes)).correlations[0, 1].round(3)
    np.float64(0.809)
    """
    bounds = threshold_bounds(tables)
    first, second = np.triu_indices(len(bounds), 1)
    _check_pairs(tables, first, second)
    N = _filled(tables, added_to_empty)
    r = _maximise(N, bounds[first], bounds[second])
    perfect = np.abs(r) > LIMIT - SMALL_STEP
    empty = _used_cells(tables) & (tables.counts == 0)
    variances = (threshold_influence(tables.margins, bounds)[:, :-1] ** 2).swapaxes(1, 2)
    errors = np.sqrt((variances @ tables.margins[:, :, None])[:, :, 0])
    own = np.arange(len(bounds))
    n_pairs = _symmetric(tables.counts.sum(axis=(1, 2)))
    n_pairs[own, own] = tables.margins.sum(axis=1)
    sizes = tables.n_categories
    return Polychorics(
        correlations=frozen(_symmetric(np.where(perfect, np.sign(r), r), diagonal=1.0)),
        std_errors=frozen(_symmetric(_pair_std_errors(tables, bounds, r, perfect))),
        thresholds=_by_item(bounds[:, 1:], sizes),
        threshold_std_errors=_by_item(errors, sizes),
        n_pairs=frozen(n_pairs),
        n_empty_cells=frozen(_symmetric(empty.sum(axis=(1, 2))).astype(np.int64)),
        is_perfect=frozen(_symmetric(perfect).astype(np.bool_)),
        n=tables.n,
    )


def _check_pairs(tables: PairTables, first: Indices, second: Indices) -> None:
    """Refuse pairs that nobody answered both of."""
    unanswered = tables.counts.sum(axis=(1, 2)) == 0
    if unanswered.any():
        pairs = np.column_stack([first, second])[unanswered]
        raise TooFewRowsError(
            f"Pairs of items that nobody answered both of ({len(pairs)}), by position from 0: "
            f"{pairs.tolist()}.",
            hint="correlate items of one questionnaire only, or use complete answers.",
        )


def _maximise(N: Floats, rows: Floats, columns: Floats) -> Floats:
    """Correlations of greatest likelihood, one per table, by Newton's steps in a bracket."""
    r = _starts(N)
    low, high = np.full(len(r), -LIMIT), np.full(len(r), LIMIT)
    active = np.arange(len(r))
    for step in range(MAX_STEPS):
        before = r[active]
        gradient, information = _derivatives(N[active], rows[active], columns[active], before)
        low[active] = np.where(gradient >= 0, before, low[active])
        high[active] = np.where(gradient <= 0, before, high[active])
        after = before + gradient / information
        inside = (low[active] <= after) & (after <= high[active])
        newton = inside & (step < NEWTON_STEPS)
        after = np.where(newton, after, (low[active] + high[active]) / 2)
        r[active] = after
        active = active[np.abs(after - before) > SMALL_STEP]
        if not len(active):
            return r
    raise ConvergenceError(
        "A polychoric correlation was not found.",
        received=f"{len(active)} of {len(r)} pairs after {MAX_STEPS} steps",
        hint="look at the tables of these pairs: join categories that few people chose.",
    )


def _derivatives(N: Floats, rows: Floats, columns: Floats, r: Floats) -> tuple[Floats, Floats]:
    """Gradient of the log-likelihood by r, and its information: observed, else expected."""
    P = cell_probabilities(rows, columns, r)
    slope, curvature = cell_slopes(rows, columns, r)
    P = np.maximum(P, SMALLEST_CELL)
    score = slope / P
    gradient = (N * score).sum(axis=(1, 2))
    observed = (N * (score**2 - curvature / P)).sum(axis=(1, 2))
    n = N.sum(axis=(1, 2))
    expected = n * (slope * score).sum(axis=(1, 2))
    information = np.where(observed > 0, observed, expected)
    flat = information <= FLAT * n  # where every cell is certain, a better r lies outwards
    return np.where(flat, np.sign(r) * n, gradient), np.where(flat, n, information)


def _starts(N: Floats) -> Floats:
    """Pearson correlations of the category numbers."""
    n = N.sum(axis=(1, 2))
    numbers = np.arange(N.shape[-1])
    rows, columns = N.sum(axis=2) / n[:, None], N.sum(axis=1) / n[:, None]
    mean_row, mean_column = rows @ numbers, columns @ numbers
    spread = (rows @ numbers**2 - mean_row**2) * (columns @ numbers**2 - mean_column**2)
    products = np.einsum("qab,a,b->q", N, numbers, numbers) / n - mean_row * mean_column
    return np.asarray(np.clip(products / np.sqrt(np.maximum(spread, SMALLEST_CELL)), -0.9, 0.9))


def _filled(tables: PairTables, added: float) -> Floats:
    """Tables in which a 2 x 2 table's only empty cell is filled, its margins kept."""
    N = tables.counts
    if added == 0 or (tables.n_categories > 2).all():
        return N
    first, second = np.triu_indices(len(tables.margins), 1)
    two_by_two = (tables.n_categories[first] == 2) & (tables.n_categories[second] == 2)
    corner = N[:, :2, :2] == 0
    fill = two_by_two & (corner.sum(axis=(1, 2)) == 1)
    on_diagonal = corner[:, 0, 0] | corner[:, 1, 1]
    shift = np.where(on_diagonal, added, -added) * fill
    pattern = np.array([[1.0, -1.0], [-1.0, 1.0]])
    N = N.copy()
    N[:, :2, :2] += shift[:, None, None] * pattern
    return N


def _used_cells(tables: PairTables) -> Booleans:
    """Cells that the two items' categories have, shape (q, K, K)."""
    used = np.arange(tables.margins.shape[1]) < tables.n_categories[:, None]
    first, second = np.triu_indices(len(used), 1)
    return np.asarray(used[first][:, :, None] & used[second][:, None, :])


def _pair_std_errors(
    tables: PairTables, bounds: Floats, r: Floats, perfect: Booleans
) -> Floats:
    """Two-step standard errors of correlations; nan where perfect."""
    influence = correlation_influence(tables, bounds, np.where(perfect, 0.0, r))
    variance = (extended_counts(tables) * influence**2).sum(axis=(1, 2))
    return np.where(perfect, np.nan, np.sqrt(variance))


def _symmetric(values: Floats | Booleans | Integers, diagonal: float = 0.0) -> Floats:
    """Matrix with these values on both sides of its diagonal."""
    p = (1 + int(np.sqrt(1 + 8 * len(values)))) // 2
    matrix = np.diag(np.full(p, diagonal))
    first, second = np.triu_indices(p, 1)
    matrix[first, second] = matrix[second, first] = values
    return matrix


def _by_item(padded: Floats, n_categories: Integers) -> tuple[Floats, ...]:
    """Each item's own thresholds, without the padding."""
    sizes = n_categories.tolist()
    return tuple(
        frozen(row[: size - 1].copy()) for row, size in zip(padded, sizes, strict=True)
    )
