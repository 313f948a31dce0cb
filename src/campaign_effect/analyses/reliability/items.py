"""What each item adds to its construct, and what a reader should know of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from campaign_effect.analyses.reliability.answers import ScaleAnswers
from campaign_effect.analyses.reliability.coefficients import Attempts, improper_item
from campaign_effect.analyses.reliability.rows import ItemReliability, ScaleReliability
from campaign_effect.results import Notice
from campaign_effect.stats.items.alpha import Alpha
from campaign_effect.stats.items.one_factor import omega_if_dropped
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.resampling import correlations_of

LEAST_FOR_OMEGA_IF_DROPPED: Final = 4

LOW_ALPHA: Final = 0.70
"""A convention, not a law: Nunnally, J. C., & Bernstein, I. H. (1994), Psychometric theory."""

REDUNDANT: Final = 0.90
"""Items that correlate so highly ask the same: Tabachnick & Fidell (2013), chapter 4."""

MOST_AT_AN_END: Final = 0.15
"""Of respondents with the lowest or highest score: Terwee, C. B., et al. (2007). Quality
criteria for health status questionnaires. https://doi.org/10.1016/j.jclinepi.2006.03.012"""


def item_rows(
    answers: ScaleAnswers, alpha: Alpha, attempts: Attempts
) -> tuple[ItemReliability, ...]:
    """Describe every item of a construct."""
    moments = answers.moments
    sds = np.sqrt(np.diagonal(moments.covariances))
    omegas = _omegas_without(answers, attempts)
    low, high = answers.scale_range
    floor, ceiling = (_share_at(answers, end) for end in (low, high))
    return tuple(
        ItemReliability(
            construct=answers.construct,
            group=answers.group,
            item=name,
            n=int((~np.isnan(answers.X[:, i])).sum()),
            mean=float(moments.means[i]),
            sd=float(sds[i]),
            floor=float(floor[i]),
            ceiling=float(ceiling[i]),
            item_total_r=_finite(alpha.item_total_r, i),
            item_rest_r=_finite(alpha.item_rest_r, i),
            alpha_if_dropped=_finite(alpha.alpha_if_dropped, i),
            omega_if_dropped=_finite(omegas, i),
        )
        for i, name in enumerate(answers.items)
    )


def remarks(
    answers: ScaleAnswers, scale: ScaleReliability, items: tuple[ItemReliability, ...]
) -> Iterator[Notice]:
    """Say what a reader should know before using a construct's score."""
    where = answers.where
    against = tuple(row.item for row in items if (row.item_rest_r or 0.0) < 0)
    if scale.alpha < 0:
        yield Notice.of("negative_alpha", construct=where, alpha=scale.alpha)
    elif scale.alpha < LOW_ALPHA:
        yield Notice.of("low_alpha", construct=where, alpha=scale.alpha, cutoff=LOW_ALPHA)
    if against:
        yield Notice.of("opposed_items", construct=where, items=against)
    if scale.k == 2:
        yield Notice.of("two_items", construct=where)
    yield from _redundant(answers)
    if name := improper_item(answers):
        yield Notice.of("improper_item", construct=where, item=name)
    for end, share in (("floor", scale.floor), ("ceiling", scale.ceiling)):
        if share > MOST_AT_AN_END:
            yield Notice.of(
                f"{end}_effect", construct=where, share=share, cutoff=MOST_AT_AN_END
            )


def _redundant(answers: ScaleAnswers) -> Iterator[Notice]:
    """Name the pairs of items that say the same."""
    R = correlations_of(answers.covariances)
    for i, j in zip(*np.nonzero(np.triu(R, 1) >= REDUNDANT), strict=True):
        pair = (answers.items[i], answers.items[j])
        yield Notice.of(
            "redundant_items", construct=answers.where, items=pair, r=float(min(R[i, j], 1.0))
        )


def _omegas_without(answers: ScaleAnswers, attempts: Attempts) -> Floats | None:
    if len(answers.items) < LEAST_FOR_OMEGA_IF_DROPPED:
        return None
    S, n = answers.covariances, answers.n_effective
    return attempts.make("omega_if_dropped", lambda: omega_if_dropped(S, n=n))


def _share_at(answers: ScaleAnswers, end: float) -> Floats:
    """Share of the answers to each item that stand at an end of the scale."""
    answered = ~np.isnan(answers.X)
    w = np.ones(len(answers.X)) if answers.weights is None else answers.weights
    return np.asarray(w @ (end == answers.X) / (w @ answered))


def _finite(values: Floats | None, i: int) -> float | None:
    return None if values is None or not np.isfinite(values[i]) else float(values[i])
