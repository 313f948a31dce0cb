"""Choices of a model. Small frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from campaign_effect.analyses.effects.formulas import Design
from campaign_effect.errors import UsageError
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.category_separation import (
    find_multinomial_separation,
    find_ordered_separation,
)
from campaign_effect.stats.models.firth import fit_firth
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.fractional import fit_fractional_logit
from campaign_effect.stats.models.gee import GeeFit, WorkingCorrelation, fit_gee
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.links import LOGIT, PROBIT
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.multinomial import fit_multinomial
from campaign_effect.stats.models.ordered import fit_ordered
from campaign_effect.stats.models.partial_ordered import fit_partial_ordered
from campaign_effect.stats.models.probit import fit_probit
from campaign_effect.stats.models.random_intercept import (
    RandomInterceptFit,
    fit_random_intercept,
)
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


class OutcomeForm(StrEnum):
    """What a model's outcome looks like."""

    NUMBER = "number"
    BINARY = "binary"  # 0 and 1
    SHARE = "share"  # from 0 to 1
    ORDERED = "ordered"  # categories in order
    NOMINAL = "nominal"  # categories without order


@dataclass(frozen=True, slots=True)
class _Model:
    """What a model says of itself, unless it says otherwise."""

    name: ClassVar[str]
    form: ClassVar[OutcomeForm] = OutcomeForm.BINARY
    has_odds: ClassVar[bool] = False
    has_own_tests: ClassVar[bool] = False  # with the classic covariance, which it then prefers
    takes_weights: ClassVar[bool] = False

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


@dataclass(frozen=True, slots=True)
class Ols(_Model):
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
class Logit(_Model):
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
class Probit(_Model):
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
class Firth(_Model):
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
class FractionalLogit(_Model):
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
class OrderedLogit(_Model):
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
class PartialOrderedLogit(_Model):
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
class Multinomial(_Model):
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


@dataclass(frozen=True, slots=True)
class RandomIntercept(_Model):
    """Logit whose intercept varies between clusters, by adaptive quadrature.

    To be reported beside clustered standard errors, never as the rescue for few villages.

    Attributes
    ----------
    cluster : str
        The column that names the cluster (village).
    n_nodes : int, default 25
        Quadrature nodes, at least 7.
    """

    name: ClassVar[str] = "random_intercept"
    has_odds: ClassVar[bool] = True
    has_own_tests: ClassVar[bool] = True
    cluster: str
    n_nodes: int = 25

    @property
    def cluster_column(self) -> str | None:
        """The column of the clusters that the model itself needs."""
        return self.cluster

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that predict the outcome perfectly."""
        return find_separation(design.X, y)

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> RandomInterceptFit:
        """Fit the model to a design, an outcome and the clusters."""
        if codes is None:
            raise TypeError("A random intercept needs the clusters.")
        return fit_random_intercept(design.X, y, codes, n_nodes=self.n_nodes)


@dataclass(frozen=True, slots=True)
class Gee(_Model):
    """Logit by generalised estimating equations, answers of a cluster being alike.

    *B* is a log odds ratio of the average over clusters. Tests are by CR2 unless another
    clustered covariance is chosen.

    Attributes
    ----------
    cluster : str
        The column that names the cluster (village).
    correlation : "exchangeable" or "independence", default "exchangeable"
        How answers of a cluster are taken to be correlated. The estimates are consistent
        whether or not it is right.
    """

    name: ClassVar[str] = "gee"
    has_odds: ClassVar[bool] = True
    cluster: str
    correlation: str = "exchangeable"

    def __post_init__(self) -> None:
        if self.correlation not in list(WorkingCorrelation):
            raise UsageError(
                f"The working correlation {self.correlation!r} is not known.",
                hint="use 'exchangeable' or 'independence'.",
            )

    @property
    def cluster_column(self) -> str | None:
        """The column of the clusters that the model itself needs."""
        return self.cluster

    def find_separation(self, design: Design, y: Floats) -> Separation | None:
        """Look for terms that predict the outcome perfectly."""
        return find_separation(design.X, y)

    def fit(self, design: Design, y: Floats, codes: Integers | None) -> GeeFit:
        """Fit the model to a design, an outcome and the clusters."""
        if codes is None:
            raise TypeError("Estimating equations need the clusters.")
        return fit_gee(design.X, y, codes, correlation=WorkingCorrelation(self.correlation))


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
