"""Surveys with a known truth, for teaching, power and tests."""

from campaign_effect.simulate.answers import Design, SimulatedAnswers, simulate_answers
from campaign_effect.simulate.form import PLANTED, Faults, simulate_village_survey
from campaign_effect.simulate.village import VillageTruth, village_truth

__all__ = [
    "PLANTED",
    "Design",
    "Faults",
    "SimulatedAnswers",
    "VillageTruth",
    "simulate_answers",
    "simulate_village_survey",
    "village_truth",
]
