"""One way to ask any fitted model: its parameters, covariances and average effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import pairwise

import numpy as np

from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.covariances.category_covariance import (
    classic_category_covariance,
    hc_category_covariance,
)
from campaign_effect.stats.covariances.cluster_information import (
    ClusteredFit,
    cluster_information,
    clusters_of,
)
from campaign_effect.stats.covariances.covariance import (
    Covariance,
    Hc,
    classic_covariance,
    hc_covariance,
)
from campaign_effect.stats.covariances.jackknife import jackknife_covariance
from campaign_effect.stats.covariances.mixed import mixed_covariance
from campaign_effect.stats.covariances.two_way import TwoWayCovariance, two_way_covariance
from campaign_effect.stats.covariances.weighted_category_covariance import (
    weighted_category_hc,
)
from campaign_effect.stats.covariances.weighted_covariance import weighted_hc
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.category_margins import (
    average_share_contrasts,
    average_share_slopes,
    average_shares,
)
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.margins import (
    Margin,
    average_column_slopes,
    average_contrast,
    average_prediction,
    average_slope,
)
from campaign_effect.stats.models.multinomial_fit import MultinomialFit
from campaign_effect.stats.models.ordered_fit import OrderedFit
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.models.random_intercept_margins import (
    average_mixed_contrast,
    average_mixed_prediction,
    average_mixed_slope,
)
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import (
    WeightedCategoryFit,
)
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers

AnyFit = Fit | WeightedFit | GeeFit | CategoryFit | WeightedCategoryFit | RandomInterceptFit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameters:
    """The parameters of a model that a table shows.

    Attributes
    ----------
    terms : tuple of str
        A term of the design, or a threshold, "low|high".
    categories : tuple of (str or None)
        The category of a multinomial equation, or the threshold of a freed term.
    values : ndarray, shape (k,)
    contrasts : ndarray, shape (k, q)
        Each as a contrast of all q parameters.
    is_slope : tuple of bool
        False for thresholds.
    """

    terms: tuple[str, ...]
    categories: tuple[str | None, ...]
    values: Floats
    contrasts: Floats
    is_slope: tuple[bool, ...]


@singledispatch
def parameters(
    fit: AnyFit, terms: tuple[str, ...], categories: tuple[str, ...] | None
) -> Parameters:
    """Name the parameters of a fit.

    Parameters
    ----------
    fit : Fit, WeightedFit, GeeFit, CategoryFit, WeightedCategoryFit or RandomInterceptFit
    terms : tuple of str
        One a column of its design.
    categories : tuple of str, optional
        Of the outcome, in the order of their codes.
    """
    raise TypeError(f"No parameters are known of {type(fit).__name__}.")


@parameters.register
def _(fit: Fit, terms: tuple[str, ...], categories: tuple[str, ...] | None) -> Parameters:
    return _of_terms(terms, fit.beta, np.eye(fit.p))


@parameters.register(WeightedFit)
@parameters.register(WeightedCategoryFit)
@parameters.register(GeeFit)
def _(
    fit: WeightedFit | WeightedCategoryFit | GeeFit,
    terms: tuple[str, ...],
    categories: tuple[str, ...] | None,
) -> Parameters:
    return parameters(fit.fit, terms, categories)


@parameters.register
def _(
    fit: RandomInterceptFit, terms: tuple[str, ...], categories: tuple[str, ...] | None
) -> Parameters:
    return _of_terms(terms, fit.beta, np.eye(len(terms), len(terms) + 1))


@parameters.register
def _(
    fit: OrderedFit, terms: tuple[str, ...], categories: tuple[str, ...] | None
) -> Parameters:
    cuts = _cuts(fit, categories)
    return Parameters(
        terms=(*terms, *cuts),
        categories=(None,) * fit.q,
        values=fit.theta,
        contrasts=np.eye(fit.q),
        is_slope=(True,) * len(terms) + (False,) * len(cuts),
    )


@parameters.register
def _(
    fit: PartialOrderedFit, terms: tuple[str, ...], categories: tuple[str, ...] | None
) -> Parameters:
    cuts = _cuts(fit, categories)
    parallel = tuple(terms[j] for j in fit.parallel)
    freed = tuple(terms[j] for j in fit.free)
    at_cuts = tuple(cut for cut in cuts for _ in freed)
    return Parameters(
        terms=(*parallel, *freed * len(cuts), *cuts),
        categories=(*(None for _ in parallel), *at_cuts, *(None for _ in cuts)),
        values=fit.theta,
        contrasts=np.eye(fit.q),
        is_slope=(True,) * (fit.q - len(cuts)) + (False,) * len(cuts),
    )


@parameters.register
def _(
    fit: MultinomialFit, terms: tuple[str, ...], categories: tuple[str, ...] | None
) -> Parameters:
    levels = categories or tuple(map(str, range(fit.n_categories)))
    return Parameters(
        terms=terms * (fit.n_categories - 1),
        categories=tuple(levels[k] for k in fit.others for _ in terms),
        values=fit.theta,
        contrasts=np.eye(fit.q),
        is_slope=(True,) * fit.q,
    )


def _cuts(fit: CategoryFit, categories: tuple[str, ...] | None) -> tuple[str, ...]:
    """Name the thresholds of an ordered model by the categories beside them."""
    levels = categories or tuple(map(str, range(fit.n_categories)))
    return tuple(f"{low}|{high}" for low, high in pairwise(levels))


def classic_of(fit: AnyFit) -> Covariance:
    """Estimate the covariance that the model's own assumptions give."""
    if isinstance(fit, RandomInterceptFit):
        return mixed_covariance(fit)
    if isinstance(fit, WeightedFit | WeightedCategoryFit):
        raise UsageError(
            "The classic covariance is not for weighted answers: it takes weights for counts.",
            hint="leave vcov out, or use HC3, CR2 or SurveyDesign.",
        )
    if isinstance(fit, CategoryFit):
        return classic_category_covariance(fit)
    return classic_covariance(fit.whitened if isinstance(fit, GeeFit) else fit)


def robust_of(fit: AnyFit, kind: Hc) -> Covariance:
    """Estimate a covariance that allows every answer its own variance."""
    if isinstance(fit, CategoryFit):
        return hc_category_covariance(fit, kind)
    if isinstance(fit, WeightedFit):
        return weighted_hc(fit, kind)
    if isinstance(fit, WeightedCategoryFit):
        return weighted_category_hc(fit, kind)
    return hc_covariance(_single(fit), kind)


def jackknifed_of(fit: AnyFit, codes: Integers) -> Covariance:
    """Estimate the covariance by leaving out each cluster in turn."""
    return jackknife_covariance(clustered_fit(fit), codes)


def clustered_fit(fit: AnyFit) -> ClusteredFit:
    """Take a model with its weights as counts: right for what sums over clusters first."""
    return fit.fit if isinstance(fit, WeightedFit | WeightedCategoryFit) else fit


def two_way_of(fit: AnyFit, first: Integers, second: Integers) -> TwoWayCovariance:
    """Estimate a covariance that allows answers to be alike within either of two clusters."""
    if isinstance(fit, CategoryFit | WeightedCategoryFit):
        raise StatisticsError(
            "Two-way clusters are for models with one equation.",
            hint="use CR2 by the clusters that are fewer.",
        )
    single = fit.scaled if isinstance(fit, WeightedFit) else _single(fit)
    return two_way_covariance(single, first, second)


def weighted_of(fit: AnyFit) -> WeightedFit | WeightedCategoryFit:
    """Take a model that was fitted with weights."""
    if not isinstance(fit, WeightedFit | WeightedCategoryFit):
        raise TypeError("A survey's design needs a model fitted with weights.")
    return fit


def rests_on_one(fit: AnyFit, codes: Integers, contrasts: Floats) -> Booleans:
    """Tell which contrasts one cluster alone informs, shape (k,)."""
    fit = clustered_fit(fit)
    found = cluster_information(fit, clusters_of(fit, codes))
    return np.asarray(found.inestimable_without(contrasts).any(axis=1))


def contrasts_of(
    fit: AnyFit, X1: Floats, X0: Floats, weights: Floats | None = None
) -> Sequence[Margin]:
    """Average the difference between two designs: one margin, or one a category."""
    fit = _counted(fit)
    if isinstance(fit, RandomInterceptFit):
        return [average_mixed_contrast(fit, X1, X0, weights)]
    if isinstance(fit, CategoryFit):
        return average_share_contrasts(fit, X1, X0, weights)
    return [average_contrast(one_index(fit), X1, X0, weights)]


def slopes_of(
    fit: AnyFit, derivative: Floats, X: Floats, weights: Floats | None = None
) -> Sequence[Margin]:
    """Average the derivative by a variable at a design: one margin, or one a category."""
    fit = _counted(fit)
    if isinstance(fit, RandomInterceptFit):
        return [average_mixed_slope(fit, derivative, X, weights)]
    if isinstance(fit, CategoryFit):
        return average_share_slopes(fit, derivative, X, weights)
    return [average_slope(one_index(fit), derivative, X, weights)]


def column_slopes_of(fit: AnyFit, columns: Sequence[int]) -> Sequence[Sequence[Margin]]:
    """Average the derivative by columns of the design: as `slopes_of`, for each."""
    if isinstance(fit, Fit | WeightedFit | GeeFit):
        margins = average_column_slopes(one_index(fit))
        return [[margins[j]] for j in columns]
    X = fit.fit.X if isinstance(fit, WeightedCategoryFit) else fit.X
    units = np.eye(X.shape[1])
    return [slopes_of(fit, np.tile(units[j], (len(X), 1)), X) for j in columns]


def predictions_of(fit: AnyFit, X: Floats) -> Sequence[Margin]:
    """Average the expected outcome at a design: one margin, or one a category."""
    fit = _counted(fit)
    if isinstance(fit, RandomInterceptFit):
        return [average_mixed_prediction(fit, X)]
    if isinstance(fit, CategoryFit):
        return average_shares(fit, X)
    return [average_prediction(one_index(fit), X)]


def _of_terms(terms: tuple[str, ...], values: Floats, contrasts: Floats) -> Parameters:
    return Parameters(
        terms=terms,
        categories=(None,) * len(terms),
        values=values,
        contrasts=contrasts,
        is_slope=(True,) * len(terms),
    )


def _counted(fit: AnyFit) -> Fit | WeightedFit | GeeFit | CategoryFit | RandomInterceptFit:
    """Take a weighted model of categories with its weights as counts."""
    return fit.fit if isinstance(fit, WeightedCategoryFit) else fit


def one_index(fit: Fit | WeightedFit | GeeFit | RandomInterceptFit) -> Fit:
    """Take the model of one linear predictor, its weights as counts."""
    return fit.fit if isinstance(fit, WeightedFit | GeeFit) else _single(fit)


def _single(fit: Fit | GeeFit | RandomInterceptFit) -> Fit:
    if isinstance(fit, GeeFit):
        raise UsageError(
            "Estimating equations have a covariance by their own clusters only.",
            hint="leave vcov out, or use CR0, CR1, CR2 or CV3 with the model's cluster.",
        )
    if isinstance(fit, RandomInterceptFit):
        raise UsageError(
            "A random-intercept logit has the covariance of its own likelihood only.",
            hint="leave vcov out, or use Logit with a clustered covariance.",
        )
    return fit
