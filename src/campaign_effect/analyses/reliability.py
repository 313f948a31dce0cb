"""Whether each scale measures one thing consistently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from campaign_effect.analyses.samples import any_complete_sample, listwise_sample
from campaign_effect.errors import (
    MissingColumnsError,
    NoVariationError,
    StatisticsError,
    TooFewItemsError,
)
from campaign_effect.results import (
    Bounded,
    Count,
    Name,
    Notice,
    Number,
    Result,
    Row,
    Sample,
)
from campaign_effect.stats.items.alpha import Alpha, cronbach_alpha
from campaign_effect.survey import Survey

LOW_ALPHA: Final = 0.70
"""A convention, not a law: Nunnally, J. C., & Bernstein, I. H. (1994), Psychometric theory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReliability(Row):
    """Alpha of one construct."""

    construct: Name
    k: Count
    n: Count
    alpha: Bounded
    conf_low: Bounded
    conf_high: Bounded
    alpha_standardised: Bounded
    average_r: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReliability(Row):
    """What one item adds to its construct."""

    construct: Name
    item: Name
    n: Count
    mean: Number
    sd: Number
    item_total_r: Bounded | None
    item_rest_r: Bounded | None
    alpha_if_dropped: Bounded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityResult(Result):
    """Internal consistency of every construct, in the schema's order."""

    name: ClassVar[str] = "reliability"
    scales: tuple[ScaleReliability, ...]
    items: tuple[ItemReliability, ...]
    level: float


def estimate_reliability(
    survey: Survey, *, items: Sequence[str] | None = None, level: float = 0.95
) -> ReliabilityResult:
    """Estimate alpha of every construct from its complete answers.

    Parameters
    ----------
    survey : Survey
    items : sequence of str, optional
        Columns to be taken as one construct instead of the schema's.
    level : float, default 0.95
        Coverage of Feldt's interval, in (0, 1).

    Returns
    -------
    ReliabilityResult
        Parts ``scales`` (alpha with interval, standardised alpha, mean inter-item *r*) and
        ``items`` (mean, *SD*, item-total and corrected item-total *r*, alpha if dropped).
        Answers incomplete in a construct are left out there and counted; a construct that
        cannot be estimated is a notice.

    Raises
    ------
    MissingColumnsError
        If one of ``items`` is not in the survey.
    TooFewItemsError
        If the survey has no construct and no numeric column.

    See Also
    --------
    campaign_effect.stats.items.alpha.cronbach_alpha : formulas and sources.

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> survey = read_survey(pd.DataFrame({"a": [1, 2, 3, None], "b": [2, 3, 5, 1]}))
    >>> estimate_reliability(survey).tidy()[["k", "n"]].values.tolist()
    [[2, 3]]
    """
    blocks = survey.blocks if items is None else {"items": tuple(items)}
    if not blocks:
        raise TooFewItemsError(
            "The survey has no block of numeric items.",
            hint="name the constructs in a schema, or pass items=[…].",
        )
    done: list[tuple[ScaleReliability, tuple[ItemReliability, ...]]] = []
    notices: list[Notice] = []
    samples: list[tuple[str, Sample]] = []
    for construct, names in blocks.items():
        if missing := [name for name in names if name not in survey.answers]:
            raise MissingColumnsError.of(missing, survey.answers)
        complete, sample = listwise_sample(
            survey.answers[list(names)], survey.absences[list(names)]
        )
        try:
            done.append(_construct(construct, names, survey.scores(names)[complete], level))
            samples.append((construct, sample))
        except StatisticsError as error:
            notices.append(_why_not(construct, names, error, sample))
    used = any_complete_sample(survey, [blocks[scale.construct] for scale, _ in done])
    return ReliabilityResult(
        scales=tuple(scale for scale, _ in done),
        items=tuple(item for _, rows in done for item in rows),
        level=level,
        samples=(("scales", used), ("items", used), *samples),
        notices=(*notices, *(n for scale, _ in done for n in _remarks(scale))),
        glossary=survey.glossary,
    )


def _construct(
    construct: str, names: Sequence[str], scores: np.ndarray, level: float
) -> tuple[ScaleReliability, tuple[ItemReliability, ...]]:
    alpha = cronbach_alpha(scores, level=level)
    scale = ScaleReliability(
        construct=construct,
        k=alpha.k,
        n=len(scores),
        alpha=alpha.alpha,
        conf_low=alpha.conf_low,
        conf_high=alpha.conf_high,
        alpha_standardised=alpha.alpha_standardised,
        average_r=alpha.average_r,
    )
    return scale, tuple(_items(construct, names, scores, alpha))


def _items(
    construct: str, names: Sequence[str], scores: np.ndarray, alpha: Alpha
) -> list[ItemReliability]:
    means, sds = scores.mean(axis=0), scores.std(axis=0, ddof=1)
    dropped = alpha.alpha_if_dropped
    return [
        ItemReliability(
            construct=construct,
            item=name,
            n=len(scores),
            mean=float(means[i]),
            sd=float(sds[i]),
            item_total_r=_finite(alpha.item_total_r[i]),
            item_rest_r=_finite(alpha.item_rest_r[i]),
            alpha_if_dropped=None if dropped is None else _finite(dropped[i]),
        )
        for i, name in enumerate(names)
    ]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _remarks(scale: ScaleReliability) -> list[Notice]:
    """Say what a reader should know of an alpha."""
    if scale.alpha < 0:
        return [Notice.of("negative_alpha", construct=scale.construct, alpha=scale.alpha)]
    if scale.alpha < LOW_ALPHA:
        alpha, cutoff = scale.alpha, LOW_ALPHA
        return [Notice.of("low_alpha", construct=scale.construct, alpha=alpha, cutoff=cutoff)]
    return []


def _why_not(
    construct: str, names: Sequence[str], error: StatisticsError, sample: Sample
) -> Notice:
    """Say why a construct has no alpha."""
    match error:
        case NoVariationError():
            constant = tuple(names[i] for i in getattr(error, "items", ()))
            return Notice.of("constant_items", construct=construct, items=constant)
        case TooFewItemsError():
            return Notice.of("too_few_items", construct=construct, k=len(names))
        case _:
            return Notice.of("too_few_complete", construct=construct, n=sample.n_used)
