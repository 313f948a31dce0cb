"""Results to figures; most results have none."""

from campaign_effect.apa.figures import effects, likert
from campaign_effect.apa.figures.generic import figures

__all__ = ["effects", "figures", "likert"]
