"""Whether each scale measures one thing consistently."""

from campaign_effect.analyses.reliability.estimate import (
    estimate_reliability,
    estimate_reported_reliability,
)
from campaign_effect.analyses.reliability.rows import (
    BootstrapReliability,
    ItemReliability,
    ReliabilityBounds,
    ReliabilityResult,
    ScaleReliability,
)

__all__ = [
    "BootstrapReliability",
    "ItemReliability",
    "ReliabilityBounds",
    "ReliabilityResult",
    "ScaleReliability",
    "estimate_reliability",
    "estimate_reported_reliability",
]
