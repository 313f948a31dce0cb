"""The likelihood of ordered categories: each an interval of a latent variable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.models.design_matrix import row_blocks
from campaign_effect.stats.models.fit import times_of
from campaign_effect.stats.models.links import Link
from campaign_effect.stats.models.newton import Point
from campaign_effect.stats.moments.arrays import Floats, Integers

FAR = 1e8  # stands for infinity, where a density times its place is still 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Log-probabilities of intervals of the latent variable, with derivatives.

    Attributes
    ----------
    value : ndarray, shape (m,)
        log(F(upper) - F(lower)).
    by_upper, by_lower : ndarray, shape (m,)
        First derivatives.
    upper, lower, cross : ndarray, shape (m,)
        Minus the second derivatives: by the upper end, by the lower one, by both.
    """

    value: Floats = field(compare=False)
    by_upper: Floats = field(compare=False)
    by_lower: Floats = field(compare=False)
    upper: Floats = field(compare=False)
    lower: Floats = field(compare=False)
    cross: Floats = field(compare=False)

    @property
    def slopes(self) -> Floats:
        """First derivatives, shape (m, 2)."""
        return np.column_stack([self.by_upper, self.by_lower])

    @property
    def curvatures(self) -> Floats:
        """Minus the second derivatives, shape (m, 2, 2)."""
        found = np.array([[self.upper, self.cross], [self.cross, self.lower]])
        return np.ascontiguousarray(np.moveaxis(found, 2, 0))


def interval_derivatives(link: Link, upper: Floats, lower: Floats) -> Interval | None:
    """Evaluate log-probabilities of intervals.

    Parameters
    ----------
    link : Link
        Distribution of the latent error, symmetric around 0.
    upper, lower : ndarray, shape (m,)
        Ends; `FAR` stands for infinity.

    Returns
    -------
    Interval or None
        None where an interval has no probability, as where thresholds cross.

    Notes
    -----
    An interval above 0 is turned to the side below it, where differences of F keep their
    digits.

    Examples
    --------
    >>> from campaign_effect.stats.models.links import LOGIT
    >>> found = interval_derivatives(LOGIT, np.array([FAR]), np.array([0.0]))
    >>> found.value.round(4), found.by_lower
    (array([-0.6931]), array([-0.5]))
    """
    is_above = upper + lower > 0
    high, low = np.where(is_above, -lower, upper), np.where(is_above, -upper, lower)
    share = link.mean(high) - link.mean(low)
    if not np.all(share > 0):
        return None
    by_upper, by_lower = link.slope(upper) / share, -link.slope(lower) / share
    return Interval(
        value=np.log(share),
        by_upper=by_upper,
        by_lower=by_lower,
        upper=by_upper**2 - link.curvature(upper) / share,
        lower=by_lower**2 + link.curvature(lower) / share,
        cross=by_upper * by_lower,
    )


def fitted_intervals(link: Link, upper: Floats, lower: Floats) -> Interval:
    """Evaluate log-probabilities of intervals at a maximum.

    Parameters
    ----------
    link, upper, lower
        As in `interval_derivatives`.

    Returns
    -------
    Interval

    Raises
    ------
    ConvergenceError
        If an interval has no probability.

    Examples
    --------
    >>> from campaign_effect.stats.models.links import LOGIT
    >>> fitted_intervals(LOGIT, np.array([FAR]), np.array([0.0])).slopes + 0
    array([[ 0. , -0.5]])
    """
    found = interval_derivatives(link, upper, lower)
    if found is None:
        raise ConvergenceError("Some answers have no probability at the maximum.")
    return found


def category_blocks(starts: Integers) -> Iterator[tuple[int, slice]]:
    """Cut rows sorted by category into blocks of one category each.

    Parameters
    ----------
    starts : ndarray of int, shape (K + 1,)
        Where each category starts, and the number of rows.

    Yields
    ------
    tuple of (int, slice)
        A category and rows of it.

    Examples
    --------
    >>> list(category_blocks(np.array([0, 2, 3])))
    [(0, slice(0, 2, None)), (1, slice(2, 3, None))]
    """
    for k, (start, stop) in enumerate(pairwise(starts.tolist())):
        for rows in row_blocks(stop - start):
            yield k, slice(start + rows.start, start + rows.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedAnswers:
    """Answers in the order of their categories, so that a block of rows shares its ends.

    Attributes
    ----------
    Z : ndarray, shape (n_rows, p)
        Design.
    times : ndarray, shape (n_rows,)
        Answers per row.
    starts : ndarray of int, shape (K + 1,)
        Where each category starts, and the number of rows.
    link : Link
        Distribution of the latent error.
    """

    Z: Floats = field(compare=False)
    times: Floats = field(compare=False)
    starts: Integers = field(compare=False)
    link: Link

    @classmethod
    def of(cls, Z: Floats, y: Integers, counts: Floats | None, link: Link) -> SortedAnswers:
        """Sort answers by category."""
        order = np.argsort(y, kind="stable")
        return cls(
            Z=Z[order],
            times=times_of(y, counts)[order],
            starts=np.concatenate([[0], np.cumsum(np.bincount(y))]),
            link=link,
        )

    def at(self, beta: Floats, thresholds: Floats) -> Point:
        """Log-likelihood with derivatives by the coefficients, then the thresholds.

        The outermost categories end at infinity: these two ends are parameters at first,
        whose derivatives are 0 and left out at last.
        """
        p, K = len(beta), len(thresholds) + 1
        ends = np.concatenate([[-FAR], thresholds, [FAR]])
        value, gradient = 0.0, np.zeros(p + K + 1)
        information = np.zeros((p + K + 1, p + K + 1))
        for k, rows in category_blocks(self.starts):
            z, times = self.Z[rows], self.times[rows]
            eta = z @ beta
            found = interval_derivatives(self.link, ends[k + 1] - eta, ends[k] - eta)
            if found is None:
                return _impossible(p + K - 1)
            value += float(times @ found.value)
            _add_to_gradient(gradient, z, times, found, p + k)
            _add_to_information(information, z, times, found, p + k)
        inner = np.delete(np.arange(p + K + 1), [p, p + K])
        information = np.tril(information) + np.tril(information, -1).T
        return Point(
            value=value, gradient=gradient[inner], information=information[np.ix_(inner, inner)]
        )


def _add_to_gradient(
    gradient: Floats, z: Floats, times: Floats, found: Interval, lower: int
) -> None:
    """Add a block whose lower end is this parameter and whose upper end is the next."""
    p = z.shape[1]
    gradient[:p] -= (times * (found.by_upper + found.by_lower)) @ z
    gradient[lower] += times @ found.by_lower
    gradient[lower + 1] += times @ found.by_upper


def _add_to_information(
    information: Floats, z: Floats, times: Floats, found: Interval, lower: int
) -> None:
    """Add a block to the lower triangle of the information."""
    p = z.shape[1]
    below, above = found.lower + found.cross, found.upper + found.cross
    information[:p, :p] += (z * (times * (below + above))[:, None]).T @ z
    information[lower, :p] -= (times * below) @ z
    information[lower + 1, :p] -= (times * above) @ z
    information[lower, lower] += times @ found.lower
    information[lower + 1, lower + 1] += times @ found.upper
    information[lower + 1, lower] += times @ found.cross


def _impossible(q: int) -> Point:
    """Mark parameters at which some answer cannot occur."""
    return Point(value=-np.inf, gradient=np.zeros(q), information=np.eye(q))
