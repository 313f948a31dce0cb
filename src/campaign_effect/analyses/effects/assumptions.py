"""The classical checks of a model: shown because they are asked for, never to choose errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import numpy as np

from campaign_effect.analyses.effects.assumption_rows import (
    AssumptionRow,
    AssumptionsResult,
    CalibrationRow,
    ClassificationRow,
    DiscriminationRow,
    InflationRow,
    InfluenceRow,
)
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import EffectResult, takes_effect
from campaign_effect.analyses.inference import check_level
from campaign_effect.errors import ConvergenceError, SurveyError
from campaign_effect.results import Notice
from campaign_effect.stats.diagnosis.calibration import calibrate, classify, hosmer_lemeshow
from campaign_effect.stats.diagnosis.linear_tests import (
    AssumptionTest,
    breusch_pagan,
    durbin_watson,
    glejser,
    reset,
    shapiro_wilk,
)
from campaign_effect.stats.diagnosis.parallel_lines import (
    ParallelLines,
    brant_test,
    lr_test_parallel,
    score_test_parallel,
)
from campaign_effect.stats.diagnosis.residuals import influence
from campaign_effect.stats.diagnosis.roc import discriminate
from campaign_effect.stats.diagnosis.specification import link_test, variance_inflation
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import LOGIT
from campaign_effect.stats.models.ordered import fit_ordered
from campaign_effect.stats.models.ordered_fit import OrderedFit
from campaign_effect.stats.models.partial_ordered import fit_partial_ordered
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.moments.arrays import Floats

HIGH_INFLATION: Final = 10.0
"""A convention: Kutner, Nachtsheim & Neter (2004). Estimates stay unbiased above it."""

CHECKED: Final = frozenset(
    {"ols", "lpm", "logit", "probit", "firth"}
    | {"ordered_logit", "ordered_probit", "partial_ordered_logit"}
)
"""Models whose assumptions are known here."""

BINARY: Final = frozenset({"logit", "probit", "firth"})
"""Those whose mean is a probability by its model."""

MOST_FOR_SHAPIRO: Final = 5000
"""Royston's approximation of the Shapiro-Wilk *p* value holds up to here."""

MOST_INFLUENTIAL: Final = 5
"""Answers that a table of influence names."""


@takes_effect
def check_assumptions(effect: EffectResult, *, level: float = 0.95) -> AssumptionsResult:
    """Run the classical checks of linear and logistic models.

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect` with `Ols`, `Lpm`, `Logit`, `Probit`, `Firth`, `OrderedLogit`,
        `OrderedProbit` or `PartialOrderedLogit`.
    level : float, default 0.95
        Coverage of the interval of the area under the curve.

    Returns
    -------
    AssumptionsResult
        Part ``tests``: for a linear model of a number, normality of residuals (Shapiro-Wilk),
        equal variances (Breusch-Pagan, Glejser), independence in the order of the file
        (Durbin-Watson) and form (RESET); for a logit or probit, calibration (Hosmer-Lemeshow:
        a *large* *p* means that no lack of fit was found) and form (link test, which a
        penalised likelihood has not); for an ordered model,
        parallel lines (score test; likelihood ratio to the model that frees all terms, and
        Brant's of an ordered logit, where the outcome is separated at no threshold); where
        terms are freed, the likelihood ratios of their lines and of the others'. Part
        ``inflation``:
        (generalised) variance inflation factors. Part ``discrimination``: the area under the
        curve with DeLong's interval. Part ``calibration``: shares of events, observed and
        expected, in tenths of the respondents by their fitted probability. Part
        ``classification``: what a cut-off of .5 would have called, beside the share of the
        more frequent outcome, which is to be beaten. Part ``influence``: the five answers with
        the largest Cook's distance [2]_, by their row in the file. ``remedy`` says what to do
        when a test fails.

    Raises
    ------
    SurveyError
        If no model is linear, binary or ordered.
    UsageError
        If the level is not between 0 and 1.

    Notes
    -----
    On an outcome of 0 and 1 residuals are neither normal nor of equal variance: normality,
    Breusch-Pagan and Glejser are refused there, and a notice says so. None of these tests
    chooses the standard errors: robust ones are the default whatever the tests say [1]_.

    References
    ----------
    .. [1] Long, J. S., & Ervin, L. H. (2000). Using heteroscedasticity consistent standard
       errors in the linear regression model. The American Statistician, 54, 217-224.
       https://doi.org/10.1080/00031305.2000.10474549
    .. [2] Cook, R. D. (1977). Detection of influential observation in linear regression.
       Technometrics, 19, 15-18. https://doi.org/10.1080/00401706.1977.10489493
    """
    check_level(level)
    models = [one for one in effect.models if one.model.name in CHECKED]
    if not models:
        raise SurveyError(
            "The classical checks are of linear, binary and ordered models.",
            hint="fit the outcome with Ols(), Lpm(), Logit(), Probit(), Firth(), "
            "OrderedLogit(), OrderedProbit() or PartialOrderedLogit().",
        )
    inflation = tuple(row for one in models for row in _inflation(one))
    binary = [one for one in models if one.model.name in BINARY]
    return AssumptionsResult(
        tests=tuple(row for one in models for row in _tests(one)),
        inflation=inflation,
        discrimination=tuple(_discrimination(one, level) for one in binary),
        calibration=tuple(row for one in binary for row in _calibration(one)),
        classification=tuple(_classification(one) for one in binary),
        influence=tuple(row for one in models for row in _influence(one)),
        samples=(
            *((part, effect.sample) for part in AssumptionsResult.row_types()),
            *effect.samples[2:],
        ),
        notices=(*_refused(models), *_inflated(inflation)),
        glossary=effect.glossary,
    )


Check = tuple[str, str, Callable[[Fit], AssumptionTest], str]
"""What is assumed, the test, its function, the remedy."""

_OF_NUMBERS: Final[tuple[Check, ...]] = (
    ("normality", "shapiro_wilk", shapiro_wilk, "large_n_or_bootstrap"),
    ("homoskedasticity", "breusch_pagan", breusch_pagan, "robust_errors"),
    ("homoskedasticity", "glejser", lambda fit: glejser(fit).overall, "robust_errors"),
)
_OF_ALL_LINEAR: Final[tuple[Check, ...]] = (
    ("independence", "durbin_watson", durbin_watson, "cluster_errors"),
    ("form", "reset", reset, "curves_or_interactions"),
)


def _tests(one: FittedModel) -> Iterator[AssumptionRow]:
    if isinstance(one.fit, OrderedFit):
        yield from _parallel_tests(one, one.fit)
        return
    if isinstance(one.fit, PartialOrderedFit):
        yield from _freed_tests(one, one.fit)
        return
    if one.model.name in BINARY:
        yield from _binary_tests(one)
        return
    checks = _OF_ALL_LINEAR if one.model.is_binary else (*_OF_NUMBERS, *_OF_ALL_LINEAR)
    for assumption, test, check, remedy in checks:
        if test == "shapiro_wilk" and one.single.n > MOST_FOR_SHAPIRO:
            continue
        found = check(one.single)
        yield _row(one, assumption, test, found, remedy)


def _binary_tests(one: FittedModel) -> Iterator[AssumptionRow]:
    fitted = hosmer_lemeshow(one.single)
    calibration = AssumptionTest(
        statistic=fitted.chi2, p_value=fitted.p_value, df=float(fitted.df)
    )
    yield _row(one, "calibration", "hosmer_lemeshow", calibration, "curves_or_interactions")
    if one.model.name == "firth":
        return
    link = link_test(one.single)
    form = AssumptionTest(statistic=link.statistic, p_value=link.p_value)
    yield _row(one, "form", "link", form, "curves_or_interactions")


def _parallel_tests(one: FittedModel, fit: OrderedFit) -> Iterator[AssumptionRow]:
    """Test whether one coefficient serves every threshold."""
    if fit.n_categories < 3:
        return
    tests: tuple[tuple[str, Callable[[OrderedFit], AssumptionTest]], ...] = (
        ("parallel_score", lambda fit: _overall(score_test_parallel(fit))),
        ("parallel_lr", lambda fit: lr_test_parallel(fit, _all_freed(fit))),
        ("brant", lambda fit: _overall(brant_test(fit))),
    )
    for name, test in tests[: 3 if fit.link is LOGIT else 2]:
        # a threshold that a term separates has no line of its own
        with suppress(ConvergenceError):
            yield _row(one, "parallel_lines", name, test(fit), "multinomial")


def _freed_tests(one: FittedModel, fit: PartialOrderedFit) -> Iterator[AssumptionRow]:
    """Test whether freeing terms was needed, and whether the others need it too."""
    if fit.n_categories < 3:
        return
    parallel = fit_ordered(fit.X, fit.y, fit.counts, link=fit.link)
    yield _row(one, "parallel_lines", "freed_lr", lr_test_parallel(parallel, fit), "keep_free")
    if fit.parallel:
        with suppress(ConvergenceError):
            found = lr_test_parallel(fit, _all_freed(fit))
            yield _row(one, "parallel_lines", "rest_lr", found, "multinomial")


def _all_freed(fit: OrderedFit | PartialOrderedFit) -> PartialOrderedFit:
    free = range(fit.X.shape[1])
    return fit_partial_ordered(fit.X, fit.y, fit.counts, free=free, link=fit.link)


def _overall(found: ParallelLines) -> AssumptionTest:
    return AssumptionTest(statistic=found.chi2, p_value=found.p_value, df=float(found.df))


def _row(
    one: FittedModel, assumption: str, test: str, found: AssumptionTest, remedy: str
) -> AssumptionRow:
    return AssumptionRow(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        assumption=f"assumption.{assumption}",
        test=f"test.{test}",
        statistic=found.statistic,
        df=found.df,
        df_2=found.df_residual,
        p_value=found.p_value,
        remedy=f"remedy.{remedy}",
    )


def _inflation(one: FittedModel) -> Iterator[InflationRow]:
    """Join the columns of every variable; columns of several variables stay out."""
    places: dict[str, list[int]] = {}
    for place, term in enumerate(one.design.terms):
        name = term.partition("[")[0]
        if name in one.formula.columns and ":" not in term:
            places.setdefault(name, []).append(place)
    alone = [p for p, term in enumerate(one.design.terms) if term != "Intercept"]
    if len(places) < 2 or sorted(p for found in places.values() for p in found) != alone:
        return  # with interactions or curves a variable has no single inflation
    found = variance_inflation(_bread(one), list(places.values()))
    for i, name in enumerate(places):
        yield InflationRow(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            variable=name,
            gvif=float(found.gvif[i]),
            df=float(found.df[i]),
            scaled_vif=float(found.scaled[i]),
        )


def _bread(one: FittedModel) -> Floats:
    """Take the covariance of one coefficient a column: freed terms held parallel."""
    if isinstance(one.fit, PartialOrderedFit):
        return fit_ordered(one.fit.X, one.fit.y, one.fit.counts, link=one.fit.link).bread
    return one.fit.bread if isinstance(one.fit, OrderedFit) else one.single.bread


def _discrimination(one: FittedModel, level: float) -> DiscriminationRow:
    found = discriminate(one.single, level=level)
    return DiscriminationRow(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        auc=found.auc,
        std_error=found.std_error,
        conf_low=found.conf_low,
        conf_high=found.conf_high,
        n=one.single.n,
    )


def _calibration(one: FittedModel) -> Iterator[CalibrationRow]:
    found = calibrate(one.single)
    groups = zip(found.n, found.observed / found.n, found.expected / found.n, strict=True)
    for place, (n, observed, expected) in enumerate(groups, start=1):
        yield CalibrationRow(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            decile=place,
            n=round(float(n)),
            observed_share=float(observed),
            expected_share=float(expected),
        )


def _classification(one: FittedModel) -> ClassificationRow:
    found = classify(one.single)
    return ClassificationRow(
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


def _influence(one: FittedModel) -> Iterator[InfluenceRow]:
    if not isinstance(one.fit, Fit):
        return
    found, rows = influence(one.fit), one.answers.index.tolist()
    for place in np.argsort(-found.cook, kind="stable")[:MOST_INFLUENTIAL].tolist():
        if np.isnan(found.cook[place]):
            continue
        yield InfluenceRow(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            row=rows[place],
            cook=float(found.cook[place]),
            leverage=float(found.hat[place]),
            standardised_residual=float(found.standardised[place]),
        )


def _refused(models: list[FittedModel]) -> Iterator[Notice]:
    for one in models:
        if one.model.name == "lpm":
            yield Notice.of("binary_residuals", outcome=one.formula.outcome)


def _inflated(rows: tuple[InflationRow, ...]) -> Iterator[Notice]:
    for row in rows:
        if (vif := row.scaled_vif**2) > HIGH_INFLATION:
            facts = {"outcome": row.outcome, "variable": row.variable}
            yield Notice.of("high_inflation", **facts, vif=vif)
