"""What a reader must know of a regression before believing its tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from campaign_effect.analyses.effects.covariances import SurveyDesign, TwoWay
from campaign_effect.analyses.effects.estimates import two_way_of, weighted_of
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.results import Notice
from campaign_effect.stats.covariances.covariance import contrast_df
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit

FEW_DF: Final = 4.0
"""Below it Satterthwaite's approximation is poor (Bell & McCaffrey 2002; Tipton 2015,
https://doi.org/10.1037/met0000011)."""


def model_notices(pooled: PooledModel) -> Iterator[Notice]:
    """Say what a reader must know before believing the tests."""
    one = pooled.first
    yield from _boundaries(one)
    if isinstance(one.vcov, TwoWay):
        yield from _repaired(one)
    if isinstance(one.vcov, SurveyDesign):
        yield from _lonely(one, one.vcov)
    if one.vcov.cluster is None or one.n_clusters is None:
        return
    outcome, cluster = one.formula.outcome, one.vcov.cluster
    terms, contrasts = one.parameters.terms, one.parameters.contrasts
    rests = np.any([fit.inestimable(contrasts) for fit in pooled.fits], axis=0)
    found = (term for term, is_alone in zip(terms, rests, strict=True) if is_alone)
    alone = tuple(dict.fromkeys(found))
    if alone:
        yield Notice.of("one_cluster_only", outcome=outcome, cluster=cluster, terms=alone)
    dfs = np.mean([contrast_df(fit.covariance, contrasts) for fit in pooled.fits], axis=0)
    pairs = zip(terms, dfs, strict=True)
    few = tuple(dict.fromkeys(term for term, df in pairs if df < FEW_DF and term not in alone))
    if few:
        n = one.n_clusters
        yield Notice.of("few_clusters", outcome=outcome, cluster=cluster, n=n, terms=few)


def _boundaries(one: FittedModel) -> Iterator[Notice]:
    """Say where an estimate lies at the end of what it may be, or beyond."""
    outcome, cluster = one.formula.outcome, str(one.model.cluster_column)
    if isinstance(one.fit, RandomInterceptFit) and one.fit.is_boundary:
        yield Notice.of("no_cluster_variation", outcome=outcome, cluster=cluster)
    if isinstance(one.fit, GeeFit) and one.fit.is_boundary:
        yield Notice.of("no_working_correlation", outcome=outcome, cluster=cluster)
    fit = one.fit.fit if isinstance(one.fit, WeightedCategoryFit) else one.fit
    if isinstance(fit, PartialOrderedFit) and fit.is_crossing.any():
        yield Notice.of("lines_cross", outcome=outcome, n=int(fit.is_crossing.sum()))


def _repaired(one: FittedModel) -> Iterator[Notice]:
    """Say that the difference of three covariances was no covariance."""
    found = two_way_of(one.fit, *one.groups)
    if found.is_repaired:
        outcome = one.formula.outcome
        yield Notice.of("two_way_repaired", outcome=outcome, n=found.n_negative)


def _lonely(one: FittedModel, design: SurveyDesign) -> Iterator[Notice]:
    """Say how many strata have one sampling unit."""
    described = design.describe(weighted_of(one.fit).weights, one.answers)
    n, strata = int(np.sum(described.drawn == 1)), design.strata
    if n and strata is not None:
        yield Notice.of("lonely_strata", outcome=one.formula.outcome, strata=strata, n=n)
