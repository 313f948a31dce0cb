"""Effects as ratios of average probabilities: relative risks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from campaign_effect.analyses.effects.counterfactuals import (
    Answer,
    Change,
    Step,
    answers_at,
    changes_of,
    moved,
    stacked,
    variables_of,
)
from campaign_effect.analyses.effects.estimates import predictions_of
from campaign_effect.analyses.effects.model import OutcomeForm
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import ChangedRow, EffectResult, takes_effect
from campaign_effect.analyses.inference import Inference
from campaign_effect.errors import UsageError
from campaign_effect.results import Df, Number, Proportion, PValue, Result
from campaign_effect.stats.models.margins import Margin, log_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRatio(ChangedRow):
    """How many times as probable the outcome is after a change as before it.

    ``risk`` and ``base_risk`` are the average probabilities after and before; ``std_error`` is
    of the logarithm of the ratio, and so are ``statistic`` and ``p_value``.
    """

    risk: Proportion
    base_risk: Proportion
    estimate: Number
    std_error: Number
    statistic: Number | None
    df: Df | None
    p_value: PValue | None
    conf_low: Number | None
    conf_high: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRatioResult(Result):
    """Relative risks of one or more models; ``at`` holds the answers everyone was given."""

    name: ClassVar[str] = "risk_ratios"
    ratios: tuple[RiskRatio, ...]
    level: float
    at: tuple[tuple[str, Answer], ...] = ()


@takes_effect
def estimate_risk_ratios(
    effect: EffectResult,
    *,
    of: str | Sequence[str] | None = None,
    change: Step = "unit",
    at: Mapping[str, Answer] | None = None,
) -> RiskRatioResult:
    """Divide the average probability after a change by that before it (relative risk).

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect`, of a binary outcome, a share or categories.
    of : str or sequence of str, optional
        Variables of the formula; all of them by default.
    change : "unit", "sd", "iqr", "range" or (from, to), default "unit"
        How far a variable moves; see `average_effects`.
    at : mapping, optional
        Other variables that everyone is given one answer to.

    Returns
    -------
    RiskRatioResult
        Part ``ratios``: both average probabilities and their ratio, above 0; 1 means no
        difference. Of a model of categories one row for each ``category``.

    Raises
    ------
    UsageError
        If the outcome is a measure, or as for `average_effects`.
    StatisticsError
        If a linear model gives an average probability of 0 or less.

    Notes
    -----
    Both averages are over the respondents used, each with their own values of everything else
    [1]_. The interval is made on the scale of the logarithm by the delta method, with any
    covariance and the degrees of freedom of the gradient as the contrast.

    References
    ----------
    .. [1] Norton, E. C., Miller, M. M., & Kleinman, L. C. (2013). Computing adjusted risk
       ratios and risk differences in Stata. The Stata Journal, 13, 492-509.
       https://doi.org/10.1177/1536867X1301300304

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [0, 0, 0, 1, 0, 1, 1, 0], "x": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> effect = ce.fit_effect(ce.read_survey(frame), "y ~ x")
    >>> ce.estimate_risk_ratios(effect).tidy()["estimate"].round(6).tolist()
    [2.0]
    """
    held = dict(at or {})
    rows = [row for one in effect.pooled for row in _rows(one, of, change, held, effect.level)]
    return RiskRatioResult(
        ratios=tuple(rows),
        level=effect.level,
        at=tuple(held.items()),
        samples=(("ratios", effect.sample), *effect.samples[2:]),
        notices=effect.notices,
        glossary=effect.glossary,
    )


def _rows(
    pooled: PooledModel,
    of: str | Sequence[str] | None,
    step: Step,
    held: Mapping[str, Answer],
    level: float,
) -> Iterator[RiskRatio]:
    one = pooled.first
    if one.model.form is OutcomeForm.NUMBER:
        raise UsageError(
            f"{one.formula.outcome!r} is a measure, and has no probability to divide.",
            hint="use average_effects, or a model of a binary outcome.",
        )
    changes = [
        (name, change)
        for name in variables_of(one, of, held)
        for change in changes_of(pooled, name, step)
    ]
    risks = [list(_risks(fitted, changes, held)) for fitted in pooled.fits]
    ratios = pooled.infer(lambda fitted: stacked(_ratios(fitted, changes, held)), level)
    means = np.mean([[(a.estimate, b.estimate) for a, b in found] for found in risks], axis=0)
    rows = ((*pair, category) for pair in changes for category in one.categories or (None,))
    for (name, change, category), test, (after, before) in zip(
        rows, ratios, means, strict=True
    ):
        yield RiskRatio(
            **change.columns(one, name, category),
            risk=float(after),
            base_risk=float(before),
            **_exponentiated(test).columns,
        )


def _exponentiated(test: Inference) -> Inference:
    """Give the ratio and its interval for their logarithms; the test is the same."""
    return replace(
        test,
        estimate=float(np.exp(test.estimate)),
        conf_low=None if test.conf_low is None else float(np.exp(test.conf_low)),
        conf_high=None if test.conf_high is None else float(np.exp(test.conf_high)),
    )


def _risks(
    one: FittedModel, changes: Sequence[tuple[str, Change]], held: Mapping[str, Answer]
) -> Iterator[tuple[Margin, Margin]]:
    """Average the probabilities after and before each change, on every category."""
    answers = answers_at(one, held)
    for name, change in changes:
        after, before = (one.design.of(made) for made in moved(one, name, change, answers))
        yield from zip(
            predictions_of(one.fit, after), predictions_of(one.fit, before), strict=True
        )


def _ratios(
    one: FittedModel, changes: Sequence[tuple[str, Change]], held: Mapping[str, Answer]
) -> Iterator[Margin]:
    return (log_ratio(after, before) for after, before in _risks(one, changes, held))
