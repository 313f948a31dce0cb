"""Fitted against observed answers: discrimination, calibration, classification, influence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy import stats
from scipy.special import expit, logit

from campaign_effect.analyses.effects.assumption_rows import (
    CalibrationRow,
    ClassificationRow,
    DiscriminationRow,
    InfluenceRow,
)
from campaign_effect.analyses.effects.drawn import drawn_of, weights_of
from campaign_effect.analyses.effects.estimates import one_index
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.stats.design.pooling import pool_estimates
from campaign_effect.stats.diagnosis.calibration import (
    Calibration,
    calibrate,
    calibrate_groups,
    classify,
)
from campaign_effect.stats.diagnosis.residuals import influence
from campaign_effect.stats.diagnosis.roc import discriminate
from campaign_effect.stats.diagnosis.survey_fit import quantile_groups, weighted_area
from campaign_effect.stats.diagnosis.survey_terms import robust_influence
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.models.random_intercept_margins import mixed_probabilities
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats

EVENTS: Final = frozenset({"logit", "probit", "firth", "gee", "gee_probit", "random_intercept"})
"""Models that give an event a probability."""

LIKELIHOODS: Final = frozenset({"logit", "probit", "firth"})
"""Those of independent answers, each with its likelihood."""

MOST_INFLUENTIAL: Final = 5
"""Answers that a table of influence names."""


def discrimination(pooled: PooledModel, level: float) -> Iterator[DiscriminationRow]:
    """Measure the area under the curve; DeLong's interval is of answers drawn one by one."""
    one = pooled.first
    if one.model.name not in EVENTS:
        return
    if len(pooled.fits) == 1 and _is_plain(one) and not one.groups:
        found = discriminate(one.single, level=level)
        auc, std_error = found.auc, found.std_error
        low, high, interval = found.conf_low, found.conf_high, "delong"
    else:
        interval = "linearised" if len(pooled.fits) == 1 else "pooled"
        auc, std_error, low, high = _area(pooled, level)
    yield DiscriminationRow(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        auc=auc,
        std_error=std_error,
        conf_low=low,
        conf_high=high,
        n=len(one.answers),
        interval=f"interval.{interval}",
    )


def _area(pooled: PooledModel, level: float) -> tuple[float, float, float, float]:
    """Give the area, its error and ends: linearised, over imputations by Rubin's rules."""
    found = [_linearised_area(one) for one in pooled.fits]
    areas, variances = np.array([(auc, variance) for auc, variance, _ in found]).T
    df = float(np.mean([df for _, _, df in found]))
    eta, spread = logit(areas), variances / (areas * (1 - areas)) ** 2
    center, error = float(eta[0]), float(np.sqrt(spread[0]))
    if len(found) > 1:
        pooled_area = pool_estimates(eta[:, None], spread[:, None], df)
        center, error = float(pooled_area.estimate[0]), float(pooled_area.std_error[0])
        df = float(pooled_area.df[0])
    reach = float(stats.t.ppf((1 + level) / 2, df)) * error
    auc = float(expit(center))
    low, high = expit(center - reach), expit(center + reach)
    return auc, error * auc * (1 - auc), float(low), float(high)


def _linearised_area(one: FittedModel) -> tuple[float, float, float]:
    """Give the area, its variance and degrees of freedom in one set of answers."""
    if _is_plain(one) and not one.groups:
        found = discriminate(one.single)
        return found.auc, found.std_error**2, np.inf
    (mean,), (y,) = _expected(one).T, _observed(one).T
    auc, added = weighted_area(mean, y, weights_of(one))
    drawn = drawn_of(one)
    return auc, float(drawn.spread(added[:, None])[0, 0]), drawn.df


def calibration(pooled: PooledModel) -> Iterator[CalibrationRow]:
    """Compare shares observed and expected in tenths, for each category by itself."""
    one = pooled.first
    is_probability = one.model.name in EVENTS or one.model.name == "fractional"
    if not (is_probability or one.model.has_categories):
        return
    expected = np.mean([_expected(fit) for fit in pooled.fits], axis=0)
    observed = np.mean([_observed(fit) for fit in pooled.fits], axis=0)
    for k, (mean, y) in enumerate(zip(expected.T, observed.T, strict=True)):
        is_plain = len(pooled.fits) == 1 and _is_plain(one)
        found, n = _by_tenths(one, mean, y) if not is_plain else _by_risk(one.single)
        shares = zip(n, found.observed / found.n, found.expected / found.n, strict=True)
        for place, (respondents, share, wanted) in enumerate(shares, start=1):
            yield CalibrationRow(
                outcome=one.formula.outcome,
                model=f"model.{one.model.name}",
                category=None if one.categories is None else one.categories[k],
                decile=place,
                n=round(float(respondents)),
                observed_share=float(share),
                expected_share=float(wanted),
            )


def _by_risk(fit: Fit) -> tuple[Calibration, Floats]:
    found = calibrate(fit)
    return found, found.n


def _by_tenths(one: FittedModel, mean: Floats, y: Floats) -> tuple[Calibration, Floats]:
    weights = weights_of(one)
    group = quantile_groups(mean, weights)
    return calibrate_groups(y, mean, group, weights), np.bincount(group).astype(np.float64)


def classification(pooled: PooledModel) -> Iterator[ClassificationRow]:
    """Count what a cut-off calls right; over imputations by the average probability."""
    one = pooled.first
    if one.model.name not in EVENTS:
        return
    mean = np.mean([_expected(fit)[:, 0] for fit in pooled.fits], axis=0)
    y = np.mean([_observed(fit)[:, 0] for fit in pooled.fits], axis=0)
    found = classify(y, mean, weights_of(one))
    yield ClassificationRow(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        true_positives=round(found.true_positives),
        false_positives=round(found.false_positives),
        true_negatives=round(found.true_negatives),
        false_negatives=round(found.false_negatives),
        sensitivity=found.sensitivity,
        specificity=found.specificity,
        accuracy=found.accuracy,
        share_of_larger=found.share_of_larger,
    )


def influential(pooled: PooledModel) -> Iterator[InfluenceRow]:
    """Name the answers that move the coefficients most, in one set of answers."""
    one = pooled.first
    if len(pooled.fits) > 1 or not isinstance(one.fit, Fit | WeightedFit):
        return
    if isinstance(one.fit, WeightedFit) or one.model.name == "fractional":
        robust = robust_influence(one_index(one.fit))
        cook, hat, standardised = robust.cook, robust.hat, robust.standardised
    else:
        found = influence(one.fit)
        cook, hat, standardised = found.cook, found.hat, found.standardised
    rows = one.answers.index.tolist()
    for place in np.argsort(-cook, kind="stable")[:MOST_INFLUENTIAL].tolist():
        if np.isnan(cook[place]):
            continue
        yield InfluenceRow(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            row=rows[place],
            cook=float(cook[place]),
            leverage=float(hat[place]),
            standardised_residual=float(standardised[place]),
        )


def _is_plain(one: FittedModel) -> bool:
    return one.model.name in LIKELIHOODS and isinstance(one.fit, Fit)


def _expected(one: FittedModel) -> Floats:
    """Probabilities (or expected shares) of the answers, a column a category."""
    fit = one.fit.fit if isinstance(one.fit, WeightedCategoryFit) else one.fit
    if isinstance(fit, CategoryFit):
        return fit.probabilities(fit.X)
    if isinstance(fit, RandomInterceptFit):
        return mixed_probabilities(fit)[:, None]
    return one_index(fit).mean[:, None]


def _observed(one: FittedModel) -> Floats:
    """Answers as such probabilities: 0 and 1, or a share."""
    fit = one.fit.fit if isinstance(one.fit, WeightedCategoryFit) else one.fit
    if isinstance(fit, CategoryFit):
        return np.asarray(np.eye(fit.n_categories)[fit.y])
    if isinstance(fit, RandomInterceptFit):
        return fit.y[:, None]
    return one_index(fit).y[:, None]
