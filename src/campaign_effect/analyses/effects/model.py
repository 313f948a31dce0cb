"""What every choice of a model says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from campaign_effect.analyses.effects.formulas import Design
from campaign_effect.stats.models.separation import Separation
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats


class OutcomeForm(StrEnum):
    """What a model's outcome looks like."""

    NUMBER = "number"
    BINARY = "binary"  # 0 and 1
    SHARE = "share"  # from 0 to 1
    ORDERED = "ordered"  # categories in order
    NOMINAL = "nominal"  # categories without order


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What a model says of itself, unless it says otherwise."""

    form: ClassVar[OutcomeForm] = OutcomeForm.BINARY
    has_own_tests: ClassVar[bool] = False  # with the classic covariance, which it then prefers
    takes_weights: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The id of its words."""
        raise NotImplementedError

    @property
    def has_odds(self) -> bool:
        """Whether *B* is a log odds ratio."""
        return False

    @property
    def cluster_column(self) -> str | None:
        """The column of the clusters that the model itself needs."""
        return None

    @property
    def is_binary(self) -> bool:
        """Whether the outcome is 0 or 1."""
        return self.form is OutcomeForm.BINARY

    @property
    def has_categories(self) -> bool:
        """Whether the outcome is a category."""
        return self.form in (OutcomeForm.ORDERED, OutcomeForm.NOMINAL)

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for separation, where it would make estimates infinite."""
        return None

    def fit_weighted(
        self, design: Design, y: Floats, weights: Floats
    ) -> WeightedFit | WeightedCategoryFit:
        """Fit the model to a design, an outcome and probability weights."""
        raise TypeError(f"{type(self).__name__} takes no weights.")
