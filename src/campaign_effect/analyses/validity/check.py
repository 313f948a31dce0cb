"""Whether the items of a construct go together, and apart from those of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from campaign_effect.analyses.blocks import Items, repeated_items
from campaign_effect.analyses.inference import check_level
from campaign_effect.analyses.resampling import Bootstrap, OnProgress
from campaign_effect.analyses.samples import not_weighted
from campaign_effect.analyses.validity.answers import ConstructAnswers, construct_answers
from campaign_effect.analyses.validity.checklist import (
    MOST_HTMT,
    difference_checks,
    loading_checks,
)
from campaign_effect.analyses.validity.discriminant import (
    collinearity_rows,
    common_method_row,
    cross_loading_rows,
    htmt_rows,
)
from campaign_effect.analyses.validity.measurement import (
    convergent_rows,
    fit_measurement,
    fornell_larcker_rows,
    improper_items,
    loading_rows,
)
from campaign_effect.analyses.validity.rows import (
    Collinearity,
    ConvergentValidity,
    FornellLarcker,
    HeterotraitMonotrait,
    OuterLoading,
    ValidityResult,
)
from campaign_effect.errors import StatisticsError
from campaign_effect.results import Notice
from campaign_effect.survey import Survey, takes_survey

HTMT_RESAMPLES: Final = Bootstrap(reps=500)


@takes_survey
def check_validity(
    survey: Survey,
    items: Items = None,
    *,
    level: float = 0.95,
    bootstrap: Bootstrap | None = HTMT_RESAMPLES,
) -> ValidityResult:
    """Check convergent and discriminant validity of the constructs.

    Parameters
    ----------
    survey : Survey
    items : mapping of sequences of str, optional
        Constructs by name with their columns, instead of the schema's.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1).
    bootstrap : Bootstrap, optional
        For HTMT's percentile intervals (500 resamples by default); villages are resampled
        where the schema names a cluster. None for no intervals.

    Returns
    -------
    ValidityResult
        From the respondents who answered all items: ``convergent`` (CR, AVE), ``loadings``
        (standardised), ``fornell_larcker``, ``htmt`` (HTMT and HTMT2 with the share of failed
        resamples), ``cross_loadings``, ``collinearity`` (VIF), ``common_method`` (Harman) and
        ``checklist`` (the worst value of every criterion). CR, AVE and the constructs'
        correlations are those of a confirmatory model with every item on its own construct,
        by maximum likelihood; where it has no solution those parts are empty and a notice
        says so.

    Raises
    ------
    MissingColumnsError, UsageError
        If a column is not in the survey or no number, or the level not between 0 and 1.
    TooFewItemsError, TooFewRowsError, NoVariationError
        If no construct has two items, there are no more complete answers than items, or an
        item is constant.

    See Also
    --------
    campaign_effect.stats.items.validity : formulas and sources.

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> rng = np.random.default_rng(0)
    >>> f, g = rng.normal(size=(2, 300, 1))
    >>> X = np.hstack([f + rng.normal(size=(300, 3)), g + rng.normal(size=(300, 3))])
    >>> survey = read_survey(pd.DataFrame(X, columns=list("abcxyz")))
    >>> result = check_validity(survey, {"f": ["a", "b", "c"], "g": ["x", "y", "z"]})
    >>> result.tidy("htmt")["htmt"].lt(0.3).tolist()
    [True]
    """
    check_level(level)
    answers = construct_answers(survey, items)
    convergent, loadings, larcker, notices = _measured(answers, level)
    htmt = tuple(htmt_rows(answers, bootstrap, level))
    crossed = tuple(cross_loading_rows(answers)) if len(answers.constructs) > 1 else ()
    vifs, said = _collinearity(answers)
    return ValidityResult(
        convergent=convergent,
        loadings=loadings,
        fornell_larcker=larcker,
        htmt=htmt,
        cross_loadings=crossed,
        collinearity=vifs,
        common_method=(common_method_row(answers),),
        checklist=(
            *loading_checks(convergent, loadings),
            *difference_checks(larcker, htmt, crossed, vifs),
        ),
        level=level,
        samples=tuple((part, answers.sample) for part in ValidityResult.row_types()),
        notices=(
            *not_weighted(survey, "validity"),
            *_left_out(answers),
            *notices,
            *said,
            *_alike(htmt),
        ),
        glossary=survey.glossary,
    )


Measured = tuple[
    tuple[ConvergentValidity, ...],
    tuple[OuterLoading, ...],
    tuple[FornellLarcker, ...],
    tuple[Notice, ...],
]


def check_reported_validity(
    survey: Survey, *, seed: int = 1, on_progress: OnProgress | None = None
) -> ValidityResult:
    """Check convergent and discriminant validity of the schema's constructs."""
    bootstrap = replace(HTMT_RESAMPLES, seed=seed, on_progress=on_progress)
    return check_validity(survey, bootstrap=bootstrap)


def _measured(answers: ConstructAnswers, level: float) -> Measured:
    """Fit the measurement model; where it has no solution, say so."""
    R = np.asarray(np.corrcoef(answers.X, rowvar=False), dtype=np.float64)
    if repeated := repeated_items(answers.items, R):
        return (), (), (), (Notice.of("repeated_items", items=repeated),)
    try:
        model = fit_measurement(answers)
    except (StatisticsError, np.linalg.LinAlgError):
        return (), (), (), (Notice.of("no_measurement_model", constructs=answers.constructs),)
    improper = improper_items(answers, model)
    notices = (Notice.of("improper_loadings", items=improper),) if improper else ()
    return (
        tuple(convergent_rows(answers, model)),
        tuple(loading_rows(answers, model, level)),
        tuple(fornell_larcker_rows(answers, model)),
        notices,
    )


def _collinearity(
    answers: ConstructAnswers,
) -> tuple[tuple[Collinearity, ...], tuple[Notice, ...]]:
    try:
        return tuple(collinearity_rows(answers)), ()
    except StatisticsError:
        return (), (Notice.of("collinear_constructs", constructs=answers.constructs),)


def _left_out(answers: ConstructAnswers) -> Iterator[Notice]:
    if answers.left_out:
        yield Notice.of("single_item_constructs", constructs=answers.left_out)


def _alike(rows: tuple[HeterotraitMonotrait, ...]) -> Iterator[Notice]:
    """Name the constructs that cannot be told apart."""
    for row in rows:
        if row.htmt is not None and row.htmt > MOST_HTMT:
            pair = (row.construct_1, row.construct_2)
            yield Notice.of(
                "alike_constructs", constructs=pair, htmt=row.htmt, cutoff=MOST_HTMT
            )
