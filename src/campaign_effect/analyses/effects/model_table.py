"""Models side by side: a line a term, columns a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import ClassVar, Final
from typing import Literal as OneOf

from campaign_effect.analyses.effects.margins import AverageEffect, average_effects
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.rows import (
    Coefficient,
    EffectResult,
    ModelFit,
    effects_of,
)
from campaign_effect.errors import UsageError
from campaign_effect.results import (
    Count,
    Df,
    Literal,
    Name,
    Number,
    PValue,
    Result,
    Row,
    Term,
    Word,
)

Show = OneOf["coefficients", "odds_ratios", "effects"]

SHOWN: Final = ("coefficients", "odds_ratios", "effects")
"""What a table of models may show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTerm(Row):
    """One term of one model; of an average effect also what changes.

    ``column`` numbers the model, ``block`` the first model that holds the term. The estimate
    and its interval are what is shown: a coefficient, an odds ratio, or an average effect.
    """

    column: Count
    block: Count
    outcome: Name
    model: Word
    term: Term
    contrast: Literal | None
    level: Name | None
    base: Name | None
    low: Number | None
    high: Number | None
    category: Literal | None
    estimate: Number
    std_error: Number
    df: Df | None
    p_value: PValue | None
    conf_low: Number | None
    conf_high: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTableResult(Result):
    """Several models, to be read side by side.

    ``show`` says what the estimates are; ``is_nested`` whether each model holds the terms of
    the one before. ``pooled`` holds the arrays, in the order of ``fits``.
    """

    name: ClassVar[str] = "models"
    terms: tuple[ModelTerm, ...]
    fits: tuple[ModelFit, ...]
    show: Show
    is_nested: bool
    level: float
    pooled: tuple[PooledModel, ...] = field(compare=False, repr=False)


def tabulate_models(
    effects: EffectResult | Sequence[EffectResult], *, show: Show = "coefficients"
) -> ModelTableResult:
    """Put one or several models side by side.

    Parameters
    ----------
    effects : EffectResult or sequence of EffectResult
        From `fit_effect`, in the order of the columns; each outcome of a result has a column
        of its own. They may differ in outcome, terms, model, covariance and respondents, and
        the note says where they do.
    show : "coefficients", "odds_ratios" or "effects", default "coefficients"
        *B* with its standard error, odds ratios or average marginal effects with their
        intervals.

    Returns
    -------
    ModelTableResult
        Parts ``terms`` and ``fits``. Terms stand in the order in which they enter; where each
        model holds the terms of the one before, in blocks.

    Raises
    ------
    UsageError
        If there is no model, ``show`` is unknown, or a model has no odds ratios.

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [1, 3, 2, 5, 4, 6], "x": range(6), "z": [1, 0, 1, 0, 0, 1]})
    >>> survey = ce.read_survey(frame)
    >>> steps = [ce.fit_effect(survey, f, model=ce.Ols()) for f in ("y ~ x", "y ~ x + z")]
    >>> ce.tabulate_models(steps).tidy()[["column", "block", "term"]].values.tolist()[2:]
    [[2, 1, 'Intercept'], [2, 1, 'x'], [2, 2, 'z']]
    """
    results = effects_of("tabulate_models", effects)
    if not results:
        raise UsageError("There is no model.", hint="give results of fit_effect.")
    if show not in SHOWN:
        raise UsageError(f"{show!r} cannot be shown.", hint=f"choose one of {list(SHOWN)}.")
    pooled = tuple(one for result in results for one in result.pooled)
    shown = [rows for result in results for rows in _shown(result, show)]
    return ModelTableResult(
        terms=tuple(_terms(shown)),
        fits=tuple(fit for result in results for fit in result.fits),
        show=show,
        is_nested=_is_nested(pooled),
        level=results[0].level,
        pooled=pooled,
        samples=(
            ("terms", results[0].sample),
            ("fits", results[0].sample),
            *((f"model {i}", one.first.sample) for i, one in enumerate(pooled, start=1)),
        ),
        notices=tuple(dict.fromkeys(n for result in results for n in result.notices)),
        glossary=results[0].glossary,
    )


def _shown(result: EffectResult, show: Show) -> Iterator[Sequence[Coefficient | AverageEffect]]:
    """Give what is shown of each model of a result."""
    averaged = average_effects(result).effects if show == "effects" else ()
    for one in result.pooled:
        outcome = one.first.formula.outcome
        if show == "effects":
            yield [row for row in averaged if row.outcome == outcome]
            continue
        rows = [row for row in result.coefficients if row.outcome == outcome]
        if show == "odds_ratios":
            rows = [row for row in rows if row.odds_ratio is not None]
            if not rows:
                raise UsageError(
                    f"The model {type(one.first.model).__name__} has no odds ratios.",
                    hint='use show="coefficients" or show="effects".',
                )
        yield rows if show == "coefficients" else [_as_odds(row) for row in rows]


def _as_odds(row: Coefficient) -> Coefficient:
    """Put the odds ratio and its interval in the place of the coefficient's."""
    return replace(
        row,
        estimate=row.estimate if row.odds_ratio is None else row.odds_ratio,
        conf_low=row.odds_low,
        conf_high=row.odds_high,
    )


def _terms(
    shown: Sequence[Sequence[Coefficient | AverageEffect]],
) -> Iterator[ModelTerm]:
    blocks: dict[tuple[str | None, ...], int] = {}
    for column, rows in enumerate(shown, start=1):
        for row in rows:
            effect = row if isinstance(row, AverageEffect) else None
            contrast = effect.contrast if effect else None
            yield ModelTerm(
                column=column,
                block=blocks.setdefault((row.term, contrast, row.category), column),
                outcome=row.outcome,
                model=row.model,
                term=row.term,
                contrast=contrast,
                level=effect.level if effect else None,
                base=effect.base if effect else None,
                low=effect.low if effect else None,
                high=effect.high if effect else None,
                category=row.category,
                estimate=row.estimate,
                std_error=row.std_error,
                df=row.df,
                p_value=row.p_value,
                conf_low=row.conf_low,
                conf_high=row.conf_high,
            )


def _is_nested(pooled: Sequence[PooledModel]) -> bool:
    """Say whether each of several models of one outcome holds the terms of the one before."""
    models = [one.first for one in pooled]
    return len(models) > 1 and all(
        smaller.formula.outcome == larger.formula.outcome
        and set(smaller.design.terms) < set(larger.design.terms)
        for smaller, larger in pairwise(models)
    )
