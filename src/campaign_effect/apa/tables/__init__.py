"""Results to tables: APA's form where there is one, else a column for each field."""

from campaign_effect.apa.tables import (
    assumptions,
    clusters,
    descriptions,
    factors,
    groups,
    models,
    polychorics,
    predictions,
    qualities,
    scales,
    theses,
)
from campaign_effect.apa.tables.generic import tables

__all__ = [
    "assumptions",
    "clusters",
    "descriptions",
    "factors",
    "groups",
    "models",
    "polychorics",
    "predictions",
    "qualities",
    "scales",
    "tables",
    "theses",
]
