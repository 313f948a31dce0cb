"""Whether the items of a construct go together, and apart from those of others."""

from campaign_effect.analyses.validity.check import check_reported_validity, check_validity
from campaign_effect.analyses.validity.rows import ValidityResult

__all__ = ["ValidityResult", "check_reported_validity", "check_validity"]
