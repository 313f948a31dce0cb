"""A factor solution as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from campaign_effect.analyses.factors.rows import (
    Adequacy,
    ExploratoryFit,
    FactorCorrelation,
    FactorVariance,
    Loading,
)
from campaign_effect.analyses.factors.solve import Found
from campaign_effect.stats.items.adequacy import sampling_adequacy
from campaign_effect.stats.items.factor_fit import (
    complexity,
    factor_fit,
    sorted_items,
    variance_explained,
)
from campaign_effect.stats.items.factor_scores import score_validity
from campaign_effect.stats.moments.arrays import Floats


def adequacy_rows(names: Sequence[str], R: Floats, n: int) -> Iterator[Adequacy]:
    """Measure whether the items correlate enough, all of them first."""
    found = sampling_adequacy(R, n=n)
    yield Adequacy(
        item=None,
        kmo=found.kmo,
        statistic=found.chi_square,
        df=found.df,
        p_value=found.p_value,
    )
    for name, kmo in zip(names, found.kmo_items, strict=True):
        yield Adequacy(item=name, kmo=float(kmo), statistic=None, df=None, p_value=None)


def loading_rows(found: Found, bounds: tuple[Floats, Floats] | None) -> Iterator[Loading]:
    """Give every loading, the items sorted."""
    L = found.rotated.loadings
    hofmann = complexity(L)
    for i in sorted_items(L):
        for j in range(L.shape[1]):
            yield Loading(
                item=found.items[i],
                factor=j + 1,
                estimate=float(L[i, j]),
                conf_low=None if bounds is None else float(bounds[0][i, j]),
                conf_high=None if bounds is None else float(bounds[1][i, j]),
                communality=float(found.extracted.communalities[i]),
                uniqueness=float(found.extracted.uniquenesses[i]),
                complexity=float(hofmann[i]),
            )


def factor_rows(found: Found) -> Iterator[FactorVariance]:
    """Say what each factor explains."""
    L, phi = found.rotated.loadings, found.rotated.phi
    variances = variance_explained(L, phi=phi)
    validity = np.sqrt(score_validity(found.R, L, phi=phi))
    for j, total in enumerate(np.cumsum(variances)):
        yield FactorVariance(
            factor=j + 1,
            variance=float(variances[j]),
            share=float(variances[j] / len(L)),
            cumulative=float(total / len(L)),
            score_validity=float(validity[j]),
        )


def correlation_rows(phi: Floats) -> Iterator[FactorCorrelation]:
    """Give the correlations of the factors, each pair both ways."""
    for i, row in enumerate(phi):
        for j, estimate in enumerate(row):
            if i != j:
                yield FactorCorrelation(
                    factor_1=i + 1, factor_2=j + 1, estimate=float(estimate)
                )


def fit_row(found: Found) -> ExploratoryFit:
    """Measure how well the factors reproduce the correlations."""
    fit = factor_fit(found.R, found.extracted.loadings, n=len(found.X))
    k, m = found.rotated.loadings.shape
    return ExploratoryFit(
        n=len(found.X),
        k=k,
        n_factors=m,
        statistic=fit.chi_square,
        df=fit.df,
        p_value=_finite(fit.p_value),
        rmsea=_finite(fit.rmsea),
        rmsea_low=_finite(fit.rmsea_low),
        rmsea_high=_finite(fit.rmsea_high),
        tli=_finite(fit.tli),
        bic=fit.bic,
        rmsr=fit.rmsr,
    )


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
