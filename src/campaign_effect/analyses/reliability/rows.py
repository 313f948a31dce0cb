"""What is known of the reliability of a construct, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from campaign_effect.results import (
    Bounded,
    Count,
    Name,
    Number,
    Proportion,
    Result,
    Row,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReliability(Row):
    """The reliability of one construct's score, among all or in one group.

    Attributes
    ----------
    alpha, conf_low, conf_high
        Cronbach's alpha with Feldt's interval.
    alpha_standardised, average_r
        Of the correlation matrix.
    omega_total, omega_low, omega_high
        McDonald's omega of a one-factor model, with its delta-method interval.
    omega_categorical
        Green and Yang's omega, for items of at most seven categories.
    omega_h
        Omega hierarchical of Schmid and Leiman's solution, from six items, among all only.
    alpha_ordinal
        Alpha of the polychoric correlations: a bound that no observed score reaches.
    composite_reliability
        Of standardised loadings (SmartPLS's rho_c).
    mean, sd, std_error_measurement
        Of the score, in its points; the error is sd * sqrt(1 - alpha).
    floor, ceiling
        Share of respondents with the lowest and the highest possible score.
    """

    construct: Name
    group: Name | None
    k: Count
    n: Count
    alpha: Bounded
    conf_low: Bounded
    conf_high: Bounded
    alpha_standardised: Bounded
    average_r: Bounded
    omega_total: Bounded | None
    omega_low: Bounded | None
    omega_high: Bounded | None
    omega_categorical: Bounded | None
    omega_h: Bounded | None
    alpha_ordinal: Bounded | None
    composite_reliability: Bounded | None
    mean: Number
    sd: Number
    std_error_measurement: Number | None
    floor: Proportion
    ceiling: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReliability(Row):
    """What one item adds to its construct."""

    construct: Name
    group: Name | None
    item: Name
    n: Count
    mean: Number
    sd: Number
    floor: Proportion
    ceiling: Proportion
    item_total_r: Bounded | None
    item_rest_r: Bounded | None
    alpha_if_dropped: Bounded | None
    omega_if_dropped: Bounded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBounds(Row):
    """Guttman's lower bounds and split halves, of the covariances of one construct's items.

    Attributes
    ----------
    lambda_1, lambda_2, lambda_3, lambda_4, lambda_5, lambda_6
        lambda_3 is alpha, lambda_4 the best split half.
    split_half_worst, split_half_average, split_half_best
        Guttman's coefficient over all splits.
    split_half_odd_even, spearman_brown
        Odd against even items: Guttman's coefficient, and their correlation stepped up; None
        for the latter where a half does not vary.
    """

    construct: Name
    group: Name | None
    k: Count
    lambda_1: Bounded
    lambda_2: Bounded
    lambda_3: Bounded
    lambda_4: Bounded
    lambda_5: Bounded
    lambda_6: Bounded
    split_half_worst: Bounded
    split_half_average: Bounded
    split_half_best: Bounded
    split_half_odd_even: Bounded
    spearman_brown: Bounded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapReliability(Row):
    """A coefficient with its bias-corrected and accelerated bootstrap interval.

    Attributes
    ----------
    coefficient
        ``coefficient.alpha`` or ``coefficient.alpha_standardised``.
    n_clusters
        Villages that were resampled; none where respondents were.
    n_reps, n_failed
        Resamples, and those without a value.
    """

    construct: Name
    group: Name | None
    coefficient: Word
    estimate: Bounded
    std_error: Number
    conf_low: Bounded
    conf_high: Bounded
    n_clusters: Count | None
    n_reps: Count
    n_failed: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityResult(Result):
    """Internal consistency of every construct, in the schema's order, among all first."""

    name: ClassVar[str] = "reliability"
    scales: tuple[ScaleReliability, ...]
    items: tuple[ItemReliability, ...]
    bounds: tuple[ReliabilityBounds, ...]
    intervals: tuple[BootstrapReliability, ...]
    level: float
