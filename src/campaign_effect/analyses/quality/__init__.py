"""Whether the answers can be trusted: what is missing, who answered twice or did not read."""

from campaign_effect.analyses.quality.check import check_quality, exclude_flagged
from campaign_effect.analyses.quality.rows import Flag, FlagCount, QualityResult

__all__ = ["Flag", "FlagCount", "QualityResult", "check_quality", "exclude_flagged"]
