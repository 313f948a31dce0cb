"""What one check finds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Who carries a flag.

    Attributes
    ----------
    is_flagged : ndarray of bool, shape (n,)
    values : ndarray of float, shape (n,), optional
        The number that is held against the cut-off.
    others : ndarray of int, shape (n,), optional
        Position of the earlier row that each row repeats, -1 for none.
    cutoff : float, optional
        Where it depends on the survey; else that of the check.
    unchecked : str, optional
        The id of the words that say why nobody could be checked.
    """

    is_flagged: Booleans = field(compare=False)
    values: Floats | None = field(default=None, compare=False)
    others: Integers | None = field(default=None, compare=False)
    cutoff: float | None = None
    unchecked: str | None = None


def cannot_check(n: int, why: str) -> Found:
    """Flag nobody, and say why."""
    return Found(is_flagged=np.zeros(n, dtype=bool), unchecked=f"unchecked.{why}")
