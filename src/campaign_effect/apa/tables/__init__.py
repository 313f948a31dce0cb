"""Results to tables: APA's form where there is one, else a column for each field."""

from campaign_effect.apa.tables import descriptions, models, qualities, scales
from campaign_effect.apa.tables.generic import tables

__all__ = ["descriptions", "models", "qualities", "scales", "tables"]
