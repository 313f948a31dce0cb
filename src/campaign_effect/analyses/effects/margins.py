"""Effects in percentage points: average marginal effects of any model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from campaign_effect.analyses.effects.counterfactuals import (
    Answer,
    Step,
    all_margins,
    answers_at,
    changes_of,
    stacked,
    variables_of,
)
from campaign_effect.analyses.effects.fit import fit_effect
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import ChangedRow, EffectResult, takes_effect
from campaign_effect.analyses.inference import check_level
from campaign_effect.results import Bounded, Df, Number, Points, PValue, Result
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageEffect(ChangedRow):
    """What one variable changes on average, in units of the outcome.

    ``fmi`` is the fraction of information about it that is missing, where answers were imputed.
    """

    estimate: Points
    std_error: Points
    statistic: Number | None
    df: Df | None
    p_value: PValue | None
    conf_low: Points | None
    conf_high: Points | None
    fmi: Bounded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginsResult(Result):
    """Average marginal effects of one or more models.

    ``at`` holds the answers that everyone was given, and ``exposures`` names the variables
    that the schema calls so; a report speaks of these.
    """

    name: ClassVar[str] = "margins"
    effects: tuple[AverageEffect, ...]
    level: float
    at: tuple[tuple[str, Answer], ...] = ()
    exposures: tuple[str, ...] = ()


@takes_effect
def average_effects(
    effect: EffectResult,
    *,
    of: str | Sequence[str] | None = None,
    change: Step | None = None,
    at: Mapping[str, Answer] | None = None,
    level: float | None = None,
) -> MarginsResult:
    """Average the change of the expected outcome over the respondents.

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect`.
    of : str or sequence of str, optional
        Variables of the formula; all of them by default.
    change : "unit", "sd", "iqr", "range" or (from, to), optional
        How far a number moves: by its derivative (per unit) by default; by 1 or by a standard
        deviation, half of it below and half above each one's own answer; from the first to
        the third quartile; from the least to the greatest answer; or from one answer to
        another. A number that is only 0 or 1 moves from 0 to 1 and a factor from its base to
        each other level, unless two answers are given.
    at : mapping, optional
        Other variables that everyone is given one answer to (effects at representative
        values); the rest stay as observed.
    level : float, optional
        Coverage of the intervals; that of ``effect`` by default.

    Returns
    -------
    MarginsResult
        Part ``effects``; of a model of categories one row for the probability of each
        ``category``. ``contrast`` says what changes ("dY/dX" for a derivative). For a binary
        outcome the estimate is a difference of probabilities, in [-1, 1].

    Raises
    ------
    UsageError
        If a variable is not in the formula, a step is unknown, or an answer is no answer of
        its variable.

    Notes
    -----
    The average is over the respondents used, each with their own values of everything else;
    interactions, powers and factors move with the variable. The standard error is by the
    delta method with the analytic gradient in the coefficients, the test by *t* with the
    degrees of freedom of that gradient as the contrast; standard deviations, quartiles and
    extremes are taken as known.

    References
    ----------
    .. [1] Arel-Bundock, V., Greifer, N., & Heiss, A. (2024). How to interpret statistical
       models using marginaleffects for R and Python. Journal of Statistical Software, 111(9).
       https://doi.org/10.18637/jss.v111.i09

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> survey = ce.read_survey(pd.DataFrame({"y": [0, 1, 1, 0, 1], "x": [1, 2, 3, 4, 5]}))
    >>> effect = ce.fit_effect(survey, "y ~ x", model=ce.Lpm())
    >>> ce.average_effects(effect, of="x").tidy()["estimate"].round(3).tolist()
    [0.1]
    """
    level = effect.level if level is None else check_level(level)
    held = dict(at or {})
    return MarginsResult(
        effects=tuple(
            row
            for one in effect.pooled
            for row in _rows(one, variables_of(one.first, of, held), change, held, level)
        ),
        level=level,
        at=tuple(held.items()),
        samples=(("effects", effect.sample), *effect.samples),
        notices=effect.notices,
        glossary=effect.glossary,
    )


def average_survey_effects(
    survey: Survey, *, missing: Imputation | None = None
) -> MarginsResult:
    """Average the effects of the logit of every outcome of the schema."""
    exposures = tuple(exposure.variable for exposure in survey.schema.roles.exposures)
    return replace(average_effects(fit_effect(survey, missing=missing)), exposures=exposures)


def _rows(
    pooled: PooledModel,
    variables: Sequence[str],
    step: Step | None,
    held: Mapping[str, Answer],
    level: float,
) -> Iterator[AverageEffect]:
    one = pooled.first
    changes = [
        (name, change) for name in variables for change in changes_of(pooled, name, step)
    ]

    def quantities(fitted: FittedModel) -> tuple[Floats, Floats]:
        answers = answers_at(fitted, held)
        return stacked(all_margins(fitted, changes, answers))

    tests = iter(pooled.infer(quantities, level))
    for name, change in changes:
        for category in one.categories or (None,):
            test = next(tests)
            yield AverageEffect(
                **change.columns(one, name, category),
                **test.columns,
                fmi=test.fmi,
            )
