"""The classical checks of a model: shown because they are asked for, never to choose errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from campaign_effect.analyses.effects.assumption_events import (
    calibration,
    classification,
    discrimination,
    influential,
)
from campaign_effect.analyses.effects.assumption_rows import (
    AssumptionRow,
    AssumptionsResult,
    InflationRow,
)
from campaign_effect.analyses.effects.assumption_tests import left_out, run_tests
from campaign_effect.analyses.effects.drawn import drawn_of
from campaign_effect.analyses.effects.estimates import one_index
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import EffectResult, takes_effect
from campaign_effect.analyses.inference import check_level
from campaign_effect.results import Notice
from campaign_effect.stats.diagnosis.specification import variance_inflation
from campaign_effect.stats.diagnosis.survey_terms import design_inflation
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.multinomial_fit import MultinomialFit
from campaign_effect.stats.models.ordered import fit_ordered
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import (
    WeightedCategoryFit,
    fit_weighted_ordered,
)
from campaign_effect.stats.moments.arrays import Floats

HIGH_INFLATION: Final = 10.0
"""A convention: Kutner, Nachtsheim & Neter (2004). Estimates stay unbiased above it."""


@takes_effect
def check_assumptions(effect: EffectResult, *, level: float = 0.95) -> AssumptionsResult:
    """Run the classical checks of a model, and those that hold where these do not.

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect`, of any model, weighted or not, imputed or not.
    level : float, default 0.95
        Coverage of the interval of the area under the curve.

    Returns
    -------
    AssumptionsResult
        Part ``tests``: for a linear model of a number, normality of residuals (Shapiro-Wilk),
        equal variances (Breusch-Pagan, Glejser), independence in the order of the file
        (Durbin-Watson) and form (RESET); for a logit or probit, calibration (Hosmer-Lemeshow:
        a *large* *p* means that no lack of fit was found) and form (link test, which a
        penalised likelihood has not); for an ordered model, parallel lines (score test;
        likelihood ratio to the model that frees all terms, and Brant's of an ordered logit);
        where terms are freed, the likelihood ratios of their lines and of the others'; for a
        random intercept, normality of the predicted effects of the clusters. Part
        ``inflation``: (generalised) variance inflation factors. Part ``discrimination``: the
        area under the curve with DeLong's interval (with clusters that of weighted models).
        Part ``calibration``: shares of events, observed and expected, in tenths of the
        respondents by their fitted probability; of several categories for each. Part
        ``classification``: what a cut-off of .5 would have called, beside the share of the
        more frequent outcome, which is to be beaten. Part ``influence``: the five answers with
        the largest Cook's distance [2]_, by their row in the file. ``remedy`` says what to do
        when a test fails.

    Raises
    ------
    UsageError
        If the level is not between 0 and 1.

    Notes
    -----
    On an outcome of 0 and 1 residuals are neither normal nor of equal variance: normality,
    Breusch-Pagan and Glejser are refused there, and a notice says so. None of these tests
    chooses the standard errors: robust ones are the default whatever the tests say [1]_.

    *Weighted models, fractional logits and estimating equations* have no likelihood of
    independent answers. RESET and the link test (the square of the linear predictor beside
    the terms) are Wald tests by the model's own covariance;
    calibration is tested by the *F* of the mean residuals in groups, as Archer and
    Lemeshow's [3]_, but with a covariance that knows that the probabilities are estimated;
    in ten groups, or fewer where sampling units are (half of them). The interval of the area
    under the curve is linearised [4]_, on the logit scale. Cook's distance takes a covariance
    that trusts no variances [5]_. ``gvif`` is of the weighted terms, ``design_gvif`` that of
    the linearised variance [6]_. Sampling units are those of the covariance: a survey's design,
    replicate weights, or the clusters.

    *Over imputations* inflation is averaged, RESET and the link test are pooled (D1, or
    Barnard and Rubin's *t*) with the model's own covariance, the area under the curve by
    Rubin's rules on the logit scale; calibration and classification are of every
    respondent's average probability. A notice names what is left out.

    A test that the answers cannot tell (a model of one term of two values has no square) is
    left out with a notice.

    References
    ----------
    .. [1] Long, J. S., & Ervin, L. H. (2000). Using heteroscedasticity consistent standard
       errors in the linear regression model. The American Statistician, 54, 217-224.
       https://doi.org/10.1080/00031305.2000.10474549
    .. [2] Cook, R. D. (1977). Detection of influential observation in linear regression.
       Technometrics, 19, 15-18. https://doi.org/10.1080/00401706.1977.10489493
    .. [3] Archer, K. J., & Lemeshow, S. (2006). Goodness-of-fit test for a logistic
       regression model fitted using survey sample data. Stata Journal, 6, 97-105.
       https://doi.org/10.1177/1536867X0600600106
    .. [4] Yao, W., Li, Z., & Graubard, B. I. (2015). Estimation of ROC curve with complex
       survey data. Statistics in Medicine, 34, 1293-1303. https://doi.org/10.1002/sim.6405
    .. [5] Li, J., & Valliant, R. (2011). Linear regression influence diagnostics for
       unclustered survey data. Journal of Official Statistics, 27, 99-119.
    .. [6] Liao, D., & Valliant, R. (2012). Variance inflation factors in the analysis of
       complex survey data. Survey Methodology, 38, 53-62.

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.analyses.effects.fit import fit_effect
    >>> from campaign_effect.survey import read_survey
    >>> data = {"y": [0, 1, 1, 0, 1, 0, 1, 1], "x": [1, 2, 3, 4, 5, 1, 2, 3]}
    >>> effect = fit_effect(read_survey(pd.DataFrame(data)), "y ~ x")
    >>> round(check_assumptions(effect).discrimination[0].auc, 3)
    0.733
    """
    check_level(level)
    models = effect.pooled
    found = [run_tests(one) for one in models]
    inflation = tuple(row for one in models for row in _inflation(one))
    m = len(models[0].fits)
    return AssumptionsResult(
        level=level,
        n_imputations=m if m > 1 else None,
        tests=tuple(row for rows, _ in found for row in rows),
        inflation=inflation,
        discrimination=tuple(row for one in models for row in discrimination(one, level)),
        calibration=tuple(row for one in models for row in calibration(one)),
        classification=tuple(row for one in models for row in classification(one)),
        influence=tuple(row for one in models for row in influential(one)),
        samples=(
            *((part, effect.sample) for part in AssumptionsResult.row_types()),
            *effect.samples[2:],
        ),
        notices=(
            *(
                notice
                for one, (rows, failed) in zip(models, found, strict=True)
                for notice in _notices(one, rows, failed)
            ),
            *_inflated(inflation),
        ),
        glossary=effect.glossary,
    )


def _inflation(pooled: PooledModel) -> Iterator[InflationRow]:
    """Join the columns of every variable; columns of several variables stay out."""
    one = pooled.first
    places: dict[str, list[int]] = {}
    for place, term in enumerate(one.design.terms):
        name = term.partition("[")[0]
        if name in one.formula.columns and ":" not in term:
            places.setdefault(name, []).append(place)
    alone = [p for p, term in enumerate(one.design.terms) if term != "Intercept"]
    if len(places) < 2 or sorted(p for found in places.values() for p in found) != alone:
        return  # with interactions or curves a variable has no single inflation
    columns = list(places.values())
    overlaps = [variance_inflation(*_equations(fit, columns)) for fit in pooled.fits]
    gvif = np.mean([found.gvif for found in overlaps], axis=0)
    drawn = np.mean([_drawn_inflation(fit, columns) for fit in pooled.fits], axis=0)
    for i, name in enumerate(places):
        df = float(overlaps[0].df[i])
        yield InflationRow(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            variable=name,
            gvif=float(gvif[i]),
            df=df,
            scaled_vif=float(gvif[i] ** (0.5 / df)),
            design_gvif=None if np.isnan(drawn[i]) else float(drawn[i]),
        )


def _equations(one: FittedModel, columns: list[list[int]]) -> tuple[Floats, list[list[int]]]:
    """Give the covariance that the model's form gives, and the coefficients of each variable.

    Freed terms are held parallel; a variable has a coefficient in every multinomial equation.
    """
    fit = one.fit
    if isinstance(fit, WeightedCategoryFit):
        weights, fit = fit.weights, fit.fit
        if isinstance(fit, PartialOrderedFit):
            return fit_weighted_ordered(fit.X, fit.y, weights).fit.bread, columns
    if isinstance(fit, PartialOrderedFit):
        return fit_ordered(fit.X, fit.y, link=fit.link).bread, columns
    if isinstance(fit, MultinomialFit):
        p = fit.X.shape[1]
        starts = range(0, fit.q, p)
        return fit.bread, [[start + j for start in starts for j in own] for own in columns]
    if isinstance(fit, RandomInterceptFit):
        return fit.vcov, columns
    if isinstance(fit, GeeFit):
        return fit.whitened.bread, columns
    return fit.bread, columns


def _drawn_inflation(one: FittedModel, columns: list[list[int]]) -> Floats:
    """Measure inflation as the sample was drawn, of a weighted model of one equation."""
    if not isinstance(one.fit, WeightedFit) or "Intercept" not in one.design.terms:
        return np.full(len(columns), np.nan)
    return design_inflation(one_index(one.fit), columns, drawn_of(one).spread)


def _notices(
    pooled: PooledModel, rows: list[AssumptionRow], failed: tuple[str, ...]
) -> Iterator[Notice]:
    """Say what is left out, and what a test cannot tell."""
    one = pooled.first
    outcome = one.formula.outcome
    without = left_out(pooled, {*failed, *(row.test for row in rows)})
    if one.model.name in {"lpm", "gee_identity"}:
        yield Notice.of("binary_residuals", outcome=outcome)
    if len(pooled.fits) > 1:
        yield Notice.of("checks_imputed", outcome=outcome, m=len(pooled.fits))
    if without and len(pooled.fits) > 1:
        yield Notice.of("checks_left_out", outcome=outcome, tests=without)
    elif without:
        yield Notice.of("checks_weighted", outcome=outcome, tests=without)
    if failed:
        yield Notice.of("checks_failed", outcome=outcome, tests=failed)
    if one.model.name == "multinomial":
        yield Notice.of("alternatives_untested", outcome=outcome)
    if any(row.assumption == "assumption.normal_effects" for row in rows):
        yield Notice.of("effects_shrunken", outcome=outcome)


def _inflated(rows: Iterable[InflationRow]) -> Iterator[Notice]:
    for row in rows:
        if (vif := row.scaled_vif**2) > HIGH_INFLATION:
            facts = {"outcome": row.outcome, "variable": row.variable}
            yield Notice.of("high_inflation", **facts, vif=vif)
