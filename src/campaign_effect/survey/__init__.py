"""Answers checked against a schema."""

from campaign_effect.survey.model import Absence, Step, Survey
from campaign_effect.survey.reading import read_survey

__all__ = ["Absence", "Step", "Survey", "read_survey"]
