"""Results to figures; most results have none."""

from campaign_effect.apa.figures import (
    alignments,
    effects,
    factors,
    imputations,
    items,
    likert,
    paths,
    predictions,
    quality,
)
from campaign_effect.apa.figures.generic import figures

__all__ = [
    "alignments",
    "effects",
    "factors",
    "figures",
    "imputations",
    "items",
    "likert",
    "paths",
    "predictions",
    "quality",
]
