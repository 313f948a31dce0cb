"""A misfit statistic and the chi-square it is referred to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Noncentral:
    """How a model's misfit is measured, and how it is distributed.

    Attributes
    ----------
    statistic : float
        Its excess over ``centre * df`` is the misfit.
    df : float
        Degrees of freedom.
    centre : float
        What the statistic is expected to be in a fitting model, for each df.
    reference : float
        The corrected statistic, noncentral chi-square.
    unit : float
        Misfit for each unit of its noncentrality.
    """

    statistic: float
    df: float
    centre: float
    reference: float
    unit: float

    @classmethod
    def of(cls, statistic: float, df: float) -> Noncentral:
        """Return the misfit of a statistic that is chi-square itself."""
        return cls(statistic=statistic, df=df, centre=1.0, reference=statistic, unit=1.0)

    @property
    def excess(self) -> float:
        """The misfit; negative where the model fits better than expected."""
        return self.statistic - self.centre * self.df
