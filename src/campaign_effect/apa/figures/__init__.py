"""Results to figures; most results have none."""

from campaign_effect.apa.figures import (
    alignments,
    calibration,
    dose_response,
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
    "calibration",
    "dose_response",
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
