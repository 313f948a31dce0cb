"""How many factors the items have, by several criteria."""

from __future__ import annotations

import numpy as np

from campaign_effect.analyses.factors.rows import Eigenvalue, SuggestedFactors
from campaign_effect.stats.items.factors import factor_degrees_of_freedom
from campaign_effect.stats.items.number_of_factors import (
    ParallelAnalysis,
    acceleration_factor,
    minimum_average_partial,
)
from campaign_effect.stats.moments.arrays import Floats


def eigenvalue_rows(parallel: ParallelAnalysis, R: Floats) -> tuple[Eigenvalue, ...]:
    """Put every criterion beside the eigenvalue it speaks of."""
    averages = minimum_average_partial(R)[1]
    accelerations = acceleration_factor(parallel.component_eigenvalues)[1]
    return tuple(
        Eigenvalue(
            place=i + 1,
            component=float(parallel.component_eigenvalues[i]),
            component_mean=float(parallel.component_means[i]),
            component_quantile=float(parallel.component_quantiles[i]),
            factor=float(parallel.factor_eigenvalues[i]),
            factor_mean=float(parallel.factor_means[i]),
            factor_quantile=float(parallel.factor_quantiles[i]),
            map=_at(averages, i + 1),
            acceleration=_at(accelerations, i - 1),
        )
        for i in range(len(R))
    )


def suggestions(parallel: ParallelAnalysis, R: Floats) -> tuple[SuggestedFactors, ...]:
    """Say how many factors each criterion asks for."""
    eigenvalues = parallel.component_eigenvalues
    counts = {
        "parallel_components": parallel.n_components,
        "parallel_factors": parallel.n_factors,
        "map": minimum_average_partial(R)[0],
        "acceleration": acceleration_factor(eigenvalues)[0],
        "kaiser": int((eigenvalues > 1).sum()),
    }
    return tuple(
        SuggestedFactors(criterion=f"criterion.{name}", n_factors=n)
        for name, n in counts.items()
    )


def chosen_number(parallel: ParallelAnalysis, k: int) -> int:
    """Follow Horn's parallel analysis, within what k items can have."""
    most = max(m for m in range(1, k) if factor_degrees_of_freedom(k, m) >= 0)
    return int(np.clip(parallel.n_components, 1, most))


def _at(values: Floats, i: int) -> float | None:
    return float(values[i]) if 0 <= i < len(values) else None
