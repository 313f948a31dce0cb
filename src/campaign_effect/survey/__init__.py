"""Answers checked against a schema."""

from campaign_effect.survey.model import Absence, Step, Survey, takes_survey
from campaign_effect.survey.reading import Reading, read_answers, read_survey
from campaign_effect.survey.weights import with_weights

__all__ = [
    "Absence",
    "Reading",
    "Step",
    "Survey",
    "read_answers",
    "read_survey",
    "takes_survey",
    "with_weights",
]
