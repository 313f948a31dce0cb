"""Who answered, and what they answered: counts, means, scores and correlations."""

from campaign_effect.analyses.description.describe import describe_items
from campaign_effect.analyses.description.rows import (
    AnswerFrequency,
    DescriptionResult,
    Respondents,
)

__all__ = ["AnswerFrequency", "DescriptionResult", "Respondents", "describe_items"]
