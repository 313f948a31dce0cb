"""Results to tables: APA's form where there is one, else a column for each field."""

from campaign_effect.apa.tables import (
    clusters,
    descriptions,
    factors,
    groups,
    models,
    polychorics,
    qualities,
    scales,
    theses,
)
from campaign_effect.apa.tables.generic import tables

__all__ = [
    "clusters",
    "descriptions",
    "factors",
    "groups",
    "models",
    "polychorics",
    "qualities",
    "scales",
    "tables",
    "theses",
]
