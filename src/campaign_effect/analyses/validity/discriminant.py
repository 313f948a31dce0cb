"""Whether constructs differ: HTMT, cross-loadings, collinearity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from campaign_effect.analyses.resampling import Bootstrap, replicate
from campaign_effect.analyses.validity.answers import ConstructAnswers
from campaign_effect.analyses.validity.rows import (
    Collinearity,
    CommonMethod,
    CrossLoading,
    HeterotraitMonotrait,
)
from campaign_effect.errors import StatisticsError
from campaign_effect.stats.design.bootstrap import BootstrapInterval, percentile_interval
from campaign_effect.stats.items.validity import (
    heterotrait_monotrait,
    heterotrait_monotrait_2,
    variance_inflation,
)
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.resampling import correlations_of, resampled_covariances


def htmt_rows(
    answers: ConstructAnswers, bootstrap: Bootstrap | None, level: float
) -> Iterator[HeterotraitMonotrait]:
    """Give both ratios of every two constructs."""
    m = len(answers.constructs)
    if m < 2:
        return
    R = np.asarray(np.corrcoef(answers.X, rowvar=False), dtype=np.float64)
    estimates = _ratios(R[None], answers)[0]
    draws = None if bootstrap is None else _resampled(answers, bootstrap)
    for i in range(m):
        for j in range(i + 1, m):
            here = None if draws is None else draws[:, :, i, j]
            yield _row(
                (answers.constructs[i], answers.constructs[j]), estimates[:, i, j], here, level
            )


def cross_loading_rows(answers: ConstructAnswers) -> Iterator[CrossLoading]:
    """Correlate every item with every construct's score, its own without the item."""
    scores = answers.scores
    for construct, items in zip(answers.constructs, answers.places, strict=True):
        for i in items:
            for j, other in enumerate(answers.constructs):
                rest = [place for place in answers.places[j] if place != i]
                score = answers.X[:, rest].mean(axis=1) if other == construct else scores[:, j]
                yield CrossLoading(
                    item=answers.items[i],
                    construct=other,
                    is_own=other == construct,
                    estimate=_correlation(answers.X[:, i], score),
                )


def collinearity_rows(answers: ConstructAnswers) -> Iterator[Collinearity]:
    """Give the variance inflation factor of every construct's score."""
    if len(answers.constructs) < 2:
        return
    factors = variance_inflation(np.corrcoef(answers.scores, rowvar=False))
    for construct, vif in zip(answers.constructs, factors, strict=True):
        yield Collinearity(construct=construct, vif=float(vif))


def common_method_row(answers: ConstructAnswers) -> CommonMethod:
    """Give the largest component's share of all items' variance."""
    k = len(answers.items)
    largest = float(np.linalg.eigvalsh(np.corrcoef(answers.X, rowvar=False))[-1])
    return CommonMethod(n=len(answers.X), k=k, share=largest / k)


def _ratios(R: Floats, answers: ConstructAnswers) -> Floats:
    """HTMT and HTMT2 of each matrix, shape (b, 2, m, m)."""
    both = (
        heterotrait_monotrait(R, answers.places),
        heterotrait_monotrait_2(R, answers.places),
    )
    return np.stack(both, axis=1)


def _resampled(answers: ConstructAnswers, bootstrap: Bootstrap) -> Floats:
    """Both ratios of resamples of respondents or villages."""
    clusters = answers.clusters
    n_units = len(answers.X) if clusters is None else int(clusters.max()) + 1

    def ratios(counts: Integers) -> Floats:
        S = resampled_covariances(answers.X, counts, clusters=clusters)
        with np.errstate(invalid="ignore"):
            return _ratios(correlations_of(S), answers)

    return replicate(ratios, n_units, bootstrap)


def _row(
    pair: tuple[str, str], estimates: Floats, draws: Floats | None, level: float
) -> HeterotraitMonotrait:
    first, second = (_interval(estimates[i], draws, i, level) for i in (0, 1))
    failed = None if draws is None else float((~np.isfinite(draws)).any(axis=1).mean())
    return HeterotraitMonotrait(
        construct_1=pair[0],
        construct_2=pair[1],
        htmt=_finite(estimates[0]),
        htmt_low=first.conf_low if first else None,
        htmt_high=first.conf_high if first else None,
        htmt2=_finite(estimates[1]),
        htmt2_low=second.conf_low if second else None,
        htmt2_high=second.conf_high if second else None,
        n_reps=None if draws is None else len(draws),
        failed=failed,
    )


def _interval(
    estimate: float, draws: Floats | None, which: int, level: float
) -> BootstrapInterval | None:
    if draws is None or not np.isfinite(estimate):
        return None
    try:
        return percentile_interval(float(estimate), draws[:, which], level=level)
    except StatisticsError:
        return None


def _correlation(x: Floats, y: Floats) -> float | None:
    with np.errstate(invalid="ignore", divide="ignore"):
        return _finite(np.corrcoef(x, y)[0, 1])


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
