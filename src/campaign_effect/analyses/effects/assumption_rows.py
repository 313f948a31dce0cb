"""What the classical checks of a model give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Literal,
    Name,
    Number,
    Proportion,
    PValue,
    Result,
    Row,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionRow(Row):
    """One test of one assumption of one model."""

    outcome: Name
    model: Word
    assumption: Word
    test: Word
    statistic: Number
    df: Df | None
    df_2: Df | None
    p_value: PValue
    remedy: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class InflationRow(Row):
    """How much the other terms inflate a variable's variance.

    ``design_gvif`` is that of the linearised variance under the weights and clusters of the
    sample (Liao & Valliant), of weighted models of one equation.
    """

    outcome: Name
    model: Word
    variable: Name
    gvif: Number
    df: Df
    scaled_vif: Number
    design_gvif: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscriminationRow(Row):
    """How well a model of a binary outcome tells events apart.

    ``interval`` says how its interval was made: DeLong's, linearised as the sample was drawn,
    or pooled over imputations.
    """

    outcome: Name
    model: Word
    auc: Bounded
    std_error: Bounded
    conf_low: Bounded
    conf_high: Bounded
    n: Count
    interval: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRow(Row):
    """Events that occurred and that a model expects, in one group of like probability.

    ``n`` counts respondents; the shares are weighted where the model is. ``category`` is that
    of an outcome of several, None of an event.
    """

    outcome: Name
    model: Word
    category: Literal | None
    decile: Count
    n: Count
    observed_share: Proportion
    expected_share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationRow(Row):
    """Answers by what occurred and what a cut-off would have called."""

    outcome: Name
    model: Word
    true_positives: Count
    false_positives: Count
    true_negatives: Count
    false_negatives: Count
    sensitivity: Proportion
    specificity: Proportion
    accuracy: Proportion
    share_of_larger: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluenceRow(Row):
    """How far one answer moves the coefficients of one model."""

    outcome: Name
    model: Word
    row: Count
    cook: Number
    leverage: Bounded
    standardised_residual: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsResult(Result):
    """The classical checks of one or more models.

    ``level`` is that of the intervals, ``n_imputations`` over how many imputations the models
    are pooled (None of answers as they are).
    """

    name: ClassVar[str] = "assumptions"
    level: float
    n_imputations: int | None
    tests: tuple[AssumptionRow, ...]
    inflation: tuple[InflationRow, ...]
    discrimination: tuple[DiscriminationRow, ...]
    calibration: tuple[CalibrationRow, ...]
    classification: tuple[ClassificationRow, ...]
    influence: tuple[InfluenceRow, ...]
