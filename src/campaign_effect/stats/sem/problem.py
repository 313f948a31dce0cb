"""A model, a sample and an estimator as one function of the free parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import FormulaError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.discrepancy import Discrepancy
from campaign_effect.stats.sem.implied import Implied, imply
from campaign_effect.stats.sem.places import Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is minimised: the groups' discrepancies, weighted by their shares of the rows.

    Attributes
    ----------
    structures : tuple of Structure
        Each group's matrices.
    discrepancies : tuple of Discrepancy
        Each group's discrepancy.
    shares : tuple of float
        Each group's share of the rows.
    spread : ndarray of float, shape (n_slots, n_free)
        Free elements by free parameters.
    offset : ndarray of float, shape (n_slots,)
        What constraints add.
    """

    structures: tuple[Structure, ...]
    discrepancies: tuple[Discrepancy, ...]
    shares: tuple[float, ...]
    spread: Floats = field(compare=False)
    offset: Floats = field(compare=False)

    def slots(self, x: Floats) -> Floats:
        """Return the free elements of all matrices, shape (n_slots,)."""
        return np.asarray(self.spread @ x + self.offset)

    def implied(self, x: Floats) -> tuple[Implied, ...]:
        """Return each group's implied moments."""
        slots = self.slots(x)
        return tuple(imply(structure, slots) for structure in self.structures)

    def group_values(self, x: Floats) -> tuple[float, ...]:
        """Return each group's discrepancy."""
        groups = zip(self.discrepancies, self.implied(x), strict=True)
        return tuple(discrepancy.value(implied) for discrepancy, implied in groups)

    def value(self, x: Floats) -> float:
        """Return the discrepancy; infinite where x is impossible."""
        try:
            with np.errstate(all="ignore"):
                values = self.group_values(x)
        except (FormulaError, np.linalg.LinAlgError):
            return math.inf
        total = sum(share * value for share, value in zip(self.shares, values, strict=True))
        return total if math.isfinite(total) else math.inf

    def slope(self, x: Floats, *, exact: bool) -> tuple[Floats, Floats]:
        """Return the gradient, shape (q,), and half the second derivative, shape (q, q).

        The second derivative is the expected one, or the observed one if ``exact`` and known.
        """
        gradient = np.zeros(len(self.offset))
        information = np.zeros((len(self.offset),) * 2)
        for share, discrepancy, implied in zip(
            self.shares, self.discrepancies, self.implied(x), strict=True
        ):
            slope, half = discrepancy.local(implied, exact=exact)
            gradient += share * slope
            information += share * half
        return gradient @ self.spread, self.spread.T @ information @ self.spread
