"""Results to tables: APA's form where there is one, else a column for each field."""

from campaign_effect.apa.tables import (
    assumptions,
    clusters,
    comparisons,
    confirmatory,
    descriptions,
    exposures,
    factors,
    groups,
    invariance,
    models,
    polychorics,
    predictions,
    qualities,
    rakings,
    scales,
    theses,
    validities,
)
from campaign_effect.apa.tables.generic import tables

__all__ = [
    "assumptions",
    "clusters",
    "comparisons",
    "confirmatory",
    "descriptions",
    "exposures",
    "factors",
    "groups",
    "invariance",
    "models",
    "polychorics",
    "predictions",
    "qualities",
    "rakings",
    "scales",
    "tables",
    "theses",
    "validities",
]
