"""What a correction for measurement error gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Name,
    Number,
    Points,
    PValue,
    Result,
    Row,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedEffect(Row):
    """The coefficient and the average effect of an exposure, as measured or corrected.

    ``df``, ``p_value`` and the interval are of the average effect, ``estimate``.
    """

    outcome: Name
    model: Word
    term: Name
    correction: Word
    coefficient: Number
    coefficient_error: Number
    estimate: Points
    std_error: Points
    df: Df | None
    p_value: PValue | None
    conf_low: Points | None
    conf_high: Points | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureReliability(Row):
    """What the correction rests on: reliability, overlap with other terms, attenuation."""

    outcome: Name
    term: Name
    source: Word
    reliability: Bounded
    r2: Bounded
    attenuation: Bounded
    std_error: Number
    n_reps: Count
    n_failed: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementErrorResult(Result):
    """Effects of one exposure beside those corrected for error in it."""

    name: ClassVar[str] = "measurement_error"
    effects: tuple[CalibratedEffect, ...]
    reliability: tuple[ExposureReliability, ...]
    level: float
