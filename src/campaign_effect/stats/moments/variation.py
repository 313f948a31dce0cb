"""Items whose answers do not vary enough, named by position."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.errors import NoVariationError, StatisticsError
from campaign_effect.stats.moments.arrays import Booleans

SHARE = 0.01  # of the largest weight in a direction, below which a variable has no part in it


class ConstantItemsError(NoVariationError):
    """Items have one value only.

    Attributes
    ----------
    items : tuple of int
        Positions of the constant items, from 0.
    """

    items: tuple[int, ...] = ()

    @classmethod
    def of(cls, constant: Booleans) -> ConstantItemsError:
        """Name the positions where ``constant``, of shape (k,), is true."""
        items = tuple(int(item) for item in np.flatnonzero(constant))
        error = cls(
            f"Items with one value only ({len(items)}), by position from 0: {list(items)}.",
            hint="leave them out of the scale: an item that does not vary measures nothing.",
        )
        error.items = items
        return error


class PerfectPairsError(StatisticsError):
    """Variables predict each other perfectly.

    Attributes
    ----------
    pairs : tuple of (int, int)
        Their positions, from 0.
    """

    pairs: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, pairs: ArrayLike) -> PerfectPairsError:
        """Name the positions of the pairs."""
        found = tuple((int(i), int(j)) for i, j in np.asarray(pairs))
        error = cls(
            f"Variables that predict each other perfectly, by position from 0: {list(found)}.",
            hint="leave one of each pair out.",
        )
        error.pairs = found
        return error


class EmptyCategoriesError(NoVariationError):
    """Items have a category that nobody chose.

    Attributes
    ----------
    items : tuple of int
        Positions of these items, from 0.
    """

    items: tuple[int, ...] = ()

    @classmethod
    def of(cls, empty: Booleans) -> EmptyCategoriesError:
        """Name the positions where ``empty``, of shape (p,), is true."""
        items = tuple(int(item) for item in np.flatnonzero(empty))
        error = cls(
            f"Items with an unused category ({len(items)}), by position from 0: {list(items)}.",
            hint="code the categories from these answers only, or join neighbouring ones.",
        )
        error.items = items
        return error


class IndefiniteError(StatisticsError):
    """A covariance matrix is not positive definite.

    Attributes
    ----------
    variables : tuple of int
        Positions, from 0, of those that determine each other.
    """

    variables: tuple[int, ...] = ()

    @classmethod
    def of(cls, smallest: float, direction: ArrayLike, n: int) -> IndefiniteError:
        """Name who has a share in the direction of the smallest eigenvalue of correlations."""
        size = np.abs(np.asarray(direction))
        found = tuple(int(j) for j in np.flatnonzero(size > SHARE * size.max()))
        error = cls(
            "The covariance matrix is not positive definite.",
            received=f"smallest eigenvalue of the correlations {smallest:.2g}, n = {n}, "
            f"{len(size)} variables, among them {len(found)} that determine each other",
            hint="leave out variables that are sums of others, or collect more rows.",
        )
        error.variables = found
        return error
