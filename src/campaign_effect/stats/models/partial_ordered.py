"""Partial proportional odds: an ordered model whose chosen lines need not be parallel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.category_fit import check_categories, null_log_likelihood
from campaign_effect.stats.models.design_matrix import (
    check_answers,
    inverse_factor,
    triangular_factor,
)
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.models.fit import read_only, times_of
from campaign_effect.stats.models.links import LOGIT, Link
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.models.ordered import GRADIENT, QUANTILES
from campaign_effect.stats.models.ordered_likelihood import (
    FAR,
    category_blocks,
    fitted_intervals,
    interval_derivatives,
)
from campaign_effect.stats.models.partial_ordered_fit import (
    PartialOrderedFit,
    with_far_ends,
    with_ones,
)
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


def fit_partial_ordered(
    X: Floats,
    y: Integers,
    counts: Floats | None = None,
    *,
    free: Sequence[int],
    link: Link = LOGIT,
) -> PartialOrderedFit:
    """Fit an ordered model in which chosen columns have a coefficient for every threshold.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, **without** a column of ones: the thresholds take its place.
    y : ndarray of int, shape (n_rows,)
        Category of each row, 0 to K - 1 in their order, each with an answer.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.
    free : sequence of int
        Columns whose coefficients may differ between thresholds, counted from 0.
    link : Link, default LOGIT
        LOGIT or PROBIT.

    Returns
    -------
    PartialOrderedFit
        Coefficients in log odds of an answer above each threshold. Where the lines cross
        within the design, `is_crossing` says at which answers.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError, StatisticsError
        As `fit_ordered`, or if a free column is not in the design.

    Notes
    -----
    P(y <= k) = F(threshold_k - X beta_k), where only the free columns' coefficients depend on
    k [1]_. The likelihood is concave where every answer has a probability; nothing keeps the
    lines from crossing elsewhere.

    References
    ----------
    .. [1] Peterson, B., & Harrell, F. E. (1990). Partial proportional odds models for ordinal
       response variables. Applied Statistics, 39, 205-217. https://doi.org/10.2307/2347760

    Examples
    --------
    >>> X = np.array([[0.0], [0], [0], [0], [1], [1], [1], [1]])
    >>> fit = fit_partial_ordered(X, np.array([0, 0, 1, 2, 0, 1, 2, 2]), free=[0])
    >>> fit.betas.round(4)
    array([[1.0986],
           [1.0986]])
    """
    check_answers(X, y.astype(np.float64), counts)
    return partial_ordered_maximum(X, y, counts, free=free, link=link)


def partial_ordered_maximum(
    X: Floats,
    y: Integers,
    counts: Floats | None,
    *,
    free: Sequence[int],
    link: Link,
    start: Floats | None = None,
) -> PartialOrderedFit:
    """Maximise the likelihood of answers that were checked.

    Parameters
    ----------
    X, y, counts, free, link
        As in `fit_partial_ordered`; counts need not be whole (weights of a mean of 1).
    start : ndarray, shape (q,), optional
        Parameters at which the search begins; by default those without regressors.

    Returns
    -------
    PartialOrderedFit

    Raises
    ------
    NoVariationError, DependentColumnsError, ConvergenceError, StatisticsError
        As `fit_partial_ordered`.

    Examples
    --------
    >>> X = np.array([[0.0], [0], [0], [0], [1], [1], [1], [1]])
    >>> y = np.array([0, 0, 1, 2, 0, 1, 2, 2])
    >>> partial_ordered_maximum(X, y, None, free=[0], link=LOGIT).betas[0].round(4)
    array([1.0986])
    """
    K, p = check_categories(y), X.shape[1]
    if not set(free) <= set(range(p)):
        raise StatisticsError(
            "A free column must be in the design.", received=f"{list(free)} of {p} columns"
        )
    n = len(y) if counts is None else float(counts.sum())
    chosen = tuple(sorted(set(free)))
    lines, basis = _lines(p, chosen, K), _coordinates(X, counts, chosen)
    scaled = lines.copy()
    scaled[:, 0] /= np.sqrt(n)  # thresholds of like size
    answers = _SortedAnswers.of(with_ones(X) @ basis, y, counts, scaled, link=link)
    q = lines.shape[2]
    moved = (basis @ scaled).reshape(-1, q)
    change = np.linalg.lstsq(lines.reshape(-1, q), moved, rcond=None)[0]
    if start is None:
        shares = np.cumsum(np.bincount(y, weights=counts))[:-1] / n
        cuts = [QUANTILES[link.name](float(share)) for share in shares]
        start = np.append(np.zeros(q - K + 1), cuts)
    first = np.linalg.solve(change, start)
    phi, point = maximise(answers.at, first, tolerance=GRADIENT * np.sqrt(n))
    lower = np.linalg.cholesky(point.information)
    root = np.linalg.solve(lower, change.T).T
    return _gather((change @ phi, root), X, y, counts, free=chosen, link=link)


def _lines(p: int, free: tuple[int, ...], K: int) -> Floats:
    """Give every line's threshold and minus coefficients as sums of theta."""
    parallel = [j for j in range(p) if j not in free]
    first = len(parallel) + (K - 1) * len(free)
    found = np.zeros((K - 1, p + 1, first + K - 1))
    for k in range(K - 1):
        places = len(parallel) + k * len(free) + np.arange(len(free))
        found[k, 0, first + k] = 1.0
        found[k, 1 + np.array(parallel, dtype=int), np.arange(len(parallel))] = -1.0
        found[k, 1 + np.array(free, dtype=int), places] = -1.0
    return found


def _coordinates(X: Floats, counts: Floats | None, free: tuple[int, ...]) -> Floats:
    """Give the basis in which columns are centred and orthonormal, shape (p + 1, p + 1).

    Its first row and column are of the ones. Parallel columns take multiples of free ones,
    which the free coefficients undo; a free column takes none of a parallel one.
    """
    order = [0, *(1 + j for j in free), *(1 + j for j in range(X.shape[1]) if j not in free)]
    turned = with_ones(X)[:, order]
    try:
        R = triangular_factor(turned, None if counts is None else np.sqrt(counts))
        basis = inverse_factor(R)
    except DependentColumnsError as error:
        columns = sorted(order[j] - 1 for j in error.columns)
        raise DependentColumnsError.of(tuple(columns)) from None
    found = np.empty_like(basis)
    found[np.ix_(order, order)] = basis
    found[:, 0] = np.eye(len(basis))[0]  # the ones keep their length
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _SortedAnswers:
    """Answers in the order of their categories, whose rows then share their two lines.

    Attributes
    ----------
    L : ndarray, shape (n_rows, p + 1)
        Ones and the design.
    times : ndarray, shape (n_rows,)
        Answers per row.
    starts : ndarray of int, shape (K + 1,)
        Where each category starts, and the number of rows.
    lines : ndarray, shape (K + 1, p + 1, q)
        The lines as sums of the parameters, none for the ends at infinity.
    link : Link
        Distribution of the latent error.
    """

    L: Floats = field(compare=False)
    times: Floats = field(compare=False)
    starts: Integers = field(compare=False)
    lines: Floats = field(compare=False)
    link: Link

    @classmethod
    def of(
        cls, L: Floats, y: Integers, counts: Floats | None, lines: Floats, *, link: Link
    ) -> _SortedAnswers:
        """Sort answers by category."""
        order = np.argsort(y, kind="stable")
        return cls(
            L=L[order],
            times=times_of(y, counts)[order],
            starts=np.concatenate([[0], np.cumsum(np.bincount(y))]),
            lines=np.pad(lines, ((1, 1), (0, 0), (0, 0))),
            link=link,
        )

    def at(self, phi: Floats) -> Point:
        """Log-likelihood and derivatives by the parameters."""
        q = len(phi)
        value, gradient, information = 0.0, np.zeros(q), np.zeros((q, q))
        for k, rows in category_blocks(self.starts):
            L, times = self.L[rows], self.times[rows]
            upper, lower = self.lines[k + 1], self.lines[k]
            found = interval_derivatives(
                self.link,
                L @ (upper @ phi) + (FAR if k == len(self.starts) - 2 else 0.0),
                L @ (lower @ phi) - (FAR if k == 0 else 0.0),
            )
            if found is None:
                return Point(value=-np.inf, gradient=gradient, information=np.eye(q))
            value += float(times @ found.value)
            gradient += ((times * found.by_upper) @ L) @ upper
            gradient += ((times * found.by_lower) @ L) @ lower
            cross = _between(upper, L, times * found.cross, lower)
            information += cross + cross.T
            information += _between(upper, L, times * found.upper, upper)
            information += _between(lower, L, times * found.lower, lower)
        return Point(value=value, gradient=gradient, information=information)


def _between(left: Floats, L: Floats, weights: Floats, right: Floats) -> Floats:
    """Weighted products of the rows' derivatives by two lines, shape (q, q)."""
    return np.asarray(left.T @ ((L * weights[:, None]).T @ L) @ right)


def _gather(
    parameters: tuple[Floats, Floats],
    X: Floats,
    y: Integers,
    counts: Floats | None,
    *,
    free: tuple[int, ...],
    link: Link,
) -> PartialOrderedFit:
    """Gather what follows from the parameters and a root of their bread."""
    theta, root = parameters
    K = int(y.max()) + 1
    lines = _lines(X.shape[1], free, K)
    ends = with_far_ends(with_ones(X) @ (lines @ theta).T)
    rows = np.arange(len(y))
    found = fitted_intervals(link, ends[rows, y + 1], ends[rows, y])
    times = times_of(y, counts)
    return PartialOrderedFit(
        X=read_only(X),
        y=read_only(y),
        counts=None if counts is None else read_only(counts),
        theta=frozen(theta),
        root=frozen(root),
        slopes=frozen(found.slopes),
        curvatures=frozen(found.curvatures),
        log_likelihood=float(times @ found.value),
        null_log_likelihood=null_log_likelihood(y, counts),
        n=round(float(times.sum())),
        n_categories=K,
        free=free,
        link=link,
        lines=frozen(lines),
    )
