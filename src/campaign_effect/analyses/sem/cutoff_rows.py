"""What simulated limits of fit indices say, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from campaign_effect.results import Bounded, Count, Literal, Name, Proportion, Result, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class FitCutoff(Row):
    """Limits of the fit indices that tell a right model from one of a level of misfit.

    Attributes
    ----------
    level
        From 1, the smallest misfit.
    srmr, rmsea, cfi
        A model with this misfit is worse (SRMR, RMSEA above, CFI below) in the share of samples
        that ``srmr_rate`` and the like give, .95 or .90, and a right model is better in as
        many; None where no limit does both.
    """

    level: Count
    srmr: Bounded | None
    srmr_rate: Proportion | None
    rmsea: Bounded | None
    rmsea_rate: Proportion | None
    cfi: Bounded | None
    cfi_rate: Proportion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OmittedParameter(Row):
    """What a level of misfit leaves out beside what the levels before it do.

    Attributes
    ----------
    estimate
        The standardised cross-loading, or the correlation of the residuals.
    """

    level: Count
    lhs: Name
    op: Literal
    rhs: Name
    estimate: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedFit(Row):
    """The model's own indices, of the kind that was simulated.

    Attributes
    ----------
    srmr_level, rmsea_level, cfi_level
        The least misfit whose limit the index meets; None where it meets none.
    """

    srmr: Bounded
    srmr_level: Count | None
    rmsea: Bounded
    rmsea_level: Count | None
    cfi: Bounded
    cfi_level: Count | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffResult(Result):
    """Limits of fit indices made for one model and its number of respondents."""

    name: ClassVar[str] = "cutoffs"
    cutoffs: tuple[FitCutoff, ...]
    omitted: tuple[OmittedParameter, ...]
    observed: tuple[ObservedFit, ...]
    estimator: str
    n: int
    replications: int
    seed: int
