"""Choices of a model. Small frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from campaign_effect.analyses.effects.clustered_models import Gee, RandomIntercept
from campaign_effect.analyses.effects.formulas import Design
from campaign_effect.analyses.effects.model import ModelChoice, OutcomeForm
from campaign_effect.errors import UsageError
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.category_separation import (
    find_multinomial_separation,
    find_ordered_separation,
)
from campaign_effect.stats.models.firth import fit_firth
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.fractional import fit_fractional_logit
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.links import LOGIT, PROBIT
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.multinomial import fit_multinomial
from campaign_effect.stats.models.ordered import fit_ordered
from campaign_effect.stats.models.partial_ordered import fit_partial_ordered
from campaign_effect.stats.models.probit import fit_probit
from campaign_effect.stats.models.separation import Separation, find_separation
from campaign_effect.stats.models.weighted import (
    WeightedFit,
    fit_weighted_logit,
    fit_weighted_ols,
    fit_weighted_probit,
)
from campaign_effect.stats.models.weighted_categories import (
    WeightedCategoryFit,
    fit_weighted_multinomial,
    fit_weighted_ordered,
    fit_weighted_partial_ordered,
)
from campaign_effect.stats.moments.arrays import Floats, Integers


@dataclass(frozen=True, slots=True)
class Ols(ModelChoice):
    """Linear regression by least squares; *B* is in units of the outcome."""

    name: ClassVar[str] = "ols"
    takes_weights: ClassVar[bool] = True
    form: ClassVar[OutcomeForm] = OutcomeForm.NUMBER

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> Fit:
        """Fit the model to a design and an outcome."""
        return fit_ols(design.X, y)

    def fit_weighted(self, design: Design, y: Floats, weights: Floats) -> WeightedFit:
        """Fit the model to a design, an outcome and probability weights."""
        return fit_weighted_ols(design.X, y, weights)


@dataclass(frozen=True, slots=True)
class Lpm(Ols):
    """Linear probability model: least squares on an outcome of 0 and 1."""

    name: ClassVar[str] = "lpm"
    form: ClassVar[OutcomeForm] = OutcomeForm.BINARY


@dataclass(frozen=True, slots=True)
class Logit(ModelChoice):
    """Logistic regression of an outcome of 0 and 1; *B* is a log odds ratio."""

    name: ClassVar[str] = "logit"
    takes_weights: ClassVar[bool] = True
    has_odds: ClassVar[bool] = True

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that predict the outcome perfectly."""
        return find_separation(design.X, y)

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> Fit:
        """Fit the model to a design and an outcome."""
        return fit_logit(design.X, y)

    def fit_weighted(self, design: Design, y: Floats, weights: Floats) -> WeightedFit:
        """Fit the model to a design, an outcome and probability weights."""
        return fit_weighted_logit(design.X, y, weights)


@dataclass(frozen=True, slots=True)
class Probit(ModelChoice):
    """Probit regression of an outcome of 0 and 1; *B* in standard deviations."""

    name: ClassVar[str] = "probit"
    takes_weights: ClassVar[bool] = True

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that predict the outcome perfectly."""
        return find_separation(design.X, y)

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> Fit:
        """Fit the model to a design and an outcome."""
        return fit_probit(design.X, y)

    def fit_weighted(self, design: Design, y: Floats, weights: Floats) -> WeightedFit:
        """Fit the model to a design, an outcome and probability weights."""
        return fit_weighted_probit(design.X, y, weights)


@dataclass(frozen=True, slots=True)
class Firth(ModelChoice):
    """Firth's penalised logit: finite under separation, less biased for rare outcomes.

    With the classic covariance, which is its default, tests and intervals are those of the
    penalised likelihood: the statistic is the signed root of its ratio.
    """

    name: ClassVar[str] = "firth"
    has_odds: ClassVar[bool] = True
    has_own_tests: ClassVar[bool] = True

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> Fit:
        """Fit the model to a design and an outcome."""
        return fit_firth(design.X, y)


@dataclass(frozen=True, slots=True)
class FractionalLogit(ModelChoice):
    """Fractional logit of a share from 0 to 1, by quasi-likelihood."""

    name: ClassVar[str] = "fractional"
    takes_weights: ClassVar[bool] = True
    form: ClassVar[OutcomeForm] = OutcomeForm.SHARE
    has_odds: ClassVar[bool] = True

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> Fit:
        """Fit the model to a design and an outcome."""
        return fit_fractional_logit(design.X, y)

    def fit_weighted(self, design: Design, y: Floats, weights: Floats) -> WeightedFit:
        """Fit the model to a design, an outcome and probability weights."""
        return fit_weighted_logit(design.X, y, weights)


@dataclass(frozen=True, slots=True)
class OrderedLogit(ModelChoice):
    """Ordered logit (proportional odds); *B* is a log odds ratio of a higher answer."""

    name: ClassVar[str] = "ordered_logit"
    takes_weights: ClassVar[bool] = True
    form: ClassVar[OutcomeForm] = OutcomeForm.ORDERED
    has_odds: ClassVar[bool] = True

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that order the outcome perfectly."""
        return find_ordered_separation(design.X, y.astype("int64"))

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> CategoryFit:
        """Fit the model to a design without intercept and categories from 0."""
        return fit_ordered(design.X, y.astype("int64"), link=LOGIT)

    def fit_weighted(self, design: Design, y: Floats, weights: Floats) -> WeightedCategoryFit:
        """Fit the model to a design without intercept, categories and weights."""
        return fit_weighted_ordered(design.X, y.astype("int64"), weights, link=LOGIT)


@dataclass(frozen=True, slots=True)
class OrderedProbit(OrderedLogit):
    """Ordered probit; *B* in standard deviations of the latent variable."""

    name: ClassVar[str] = "ordered_probit"
    has_odds: ClassVar[bool] = False

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> CategoryFit:
        """Fit the model to a design without intercept and categories from 0."""
        return fit_ordered(design.X, y.astype("int64"), link=PROBIT)

    def fit_weighted(self, design: Design, y: Floats, weights: Floats) -> WeightedCategoryFit:
        """Fit the model to a design without intercept, categories and weights."""
        return fit_weighted_ordered(design.X, y.astype("int64"), weights, link=PROBIT)


@dataclass(frozen=True, slots=True)
class PartialOrderedLogit(ModelChoice):
    """Ordered logit whose chosen terms may have a coefficient for every threshold.

    *B* is a log odds ratio of an answer above the threshold (partial proportional odds).

    Attributes
    ----------
    free : tuple of str
        Terms as they stand in the formula: ``("age", "C(group)", "age:wa")``. The levels of a
        factor are freed together.
    """

    name: ClassVar[str] = "partial_ordered_logit"
    takes_weights: ClassVar[bool] = True
    form: ClassVar[OutcomeForm] = OutcomeForm.ORDERED
    has_odds: ClassVar[bool] = True
    free: tuple[str, ...]

    def __post_init__(self) -> None:
        if isinstance(self.free, str) or not self.free:
            raise UsageError(
                "The terms to be freed are a tuple of names.",
                received=self.free,
                hint='write free=("age",), or use OrderedLogit().',
            )

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that order the outcome perfectly, at some threshold if freed."""
        free = design.places(self.free)
        return find_ordered_separation(design.X, y.astype("int64"), free=free)

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> CategoryFit:
        """Fit the model to a design without intercept and categories from 0."""
        return fit_partial_ordered(design.X, y.astype("int64"), free=design.places(self.free))

    def fit_weighted(self, design: Design, y: Floats, weights: Floats) -> WeightedCategoryFit:
        """Fit the model to a design without intercept, categories and weights."""
        free = design.places(self.free)
        return fit_weighted_partial_ordered(design.X, y.astype("int64"), weights, free=free)


@dataclass(frozen=True, slots=True)
class Multinomial(ModelChoice):
    """Multinomial logit (several candidates); *B* is a log odds ratio against the base.

    Attributes
    ----------
    base : str, optional
        The category that the others are compared with; the first by default.
    """

    name: ClassVar[str] = "multinomial"
    takes_weights: ClassVar[bool] = True
    form: ClassVar[OutcomeForm] = OutcomeForm.NOMINAL
    has_odds: ClassVar[bool] = True
    base: str | None = None

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that predict a category perfectly."""
        return find_multinomial_separation(design.X, y.astype("int64"))

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> CategoryFit:
        """Fit the model to a design and categories from 0, the base first."""
        return fit_multinomial(design.X, y.astype("int64"))

    def fit_weighted(self, design: Design, y: Floats, weights: Floats) -> WeightedCategoryFit:
        """Fit the model to a design, categories from 0 and weights."""
        return fit_weighted_multinomial(design.X, y.astype("int64"), weights)


Model = (
    Ols
    | Lpm
    | Logit
    | Probit
    | Firth
    | FractionalLogit
    | OrderedLogit
    | OrderedProbit
    | PartialOrderedLogit
    | Multinomial
    | RandomIntercept
    | Gee
)
