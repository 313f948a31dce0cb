"""Summary statistics in place of answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """A sample's moments, as papers print them.

    Attributes
    ----------
    names : sequence of str
        The variables.
    n : int
        Respondents.
    cov : array_like of float, shape (p, p), optional
        Covariances with divisor n - 1; the lower triangle is enough.
    cor : array_like of float, shape (p, p), optional
        Correlations, with ``sd`` in place of ``cov``.
    sd : array_like of float, shape (p,), optional
        Standard deviations.
    means : array_like of float, shape (p,), optional
        Means, if they are to be modelled.

    Raises
    ------
    UsageError
        If the shapes do not fit the names, or neither ``cov`` nor ``cor`` is given.

    Examples
    --------
    >>> given = Moments(names=["a", "b"], n=50, cor=[[1, 0], [0.5, 1]], sd=[2, 1])
    >>> given.covariances.tolist()
    [[4.0, 1.0], [1.0, 1.0]]
    """

    names: tuple[str, ...]
    n: int
    cov: ArrayLike | None = field(default=None, repr=False, compare=False)
    cor: ArrayLike | None = field(default=None, repr=False, compare=False)
    sd: ArrayLike | None = field(default=None, repr=False, compare=False)
    means: ArrayLike | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))
        if (self.cov is None) == (self.cor is None):
            raise UsageError("Moments need either cov=, or cor= with sd=.")
        p = len(self.names)
        shapes = {"cov": (p, p), "cor": (p, p), "sd": (p,), "means": (p,)}
        for name, shape in shapes.items():
            given = getattr(self, name)
            if given is not None and np.shape(given) != shape:
                raise UsageError(
                    f"{name} does not fit {p} names.",
                    received=f"shape {np.shape(given)}",
                    hint=f"give an array of shape {shape}.",
                )
        if self.n < 2:
            raise UsageError("Moments need at least 2 respondents.", received=self.n)

    @property
    def covariances(self) -> Floats:
        """The whole symmetric matrix of covariances, shape (p, p)."""
        given = np.asarray(self.cor if self.cov is None else self.cov, dtype=np.float64)
        if not np.triu(given, 1).any():
            given = np.tril(given) + np.tril(given, -1).T
        if self.cov is None and self.sd is not None:
            sd = np.asarray(self.sd, dtype=np.float64)
            given = given * np.outer(sd, sd)
        return given
