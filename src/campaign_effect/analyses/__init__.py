"""One file per question asked of a survey; one line per question here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from campaign_effect.analyses.description import describe_items
from campaign_effect.analyses.disclosure import disclose_study
from campaign_effect.analyses.effects.clusters import check_survey_clusters
from campaign_effect.analyses.effects.complete_cases import compare_survey_complete_cases
from campaign_effect.analyses.effects.exposures import compare_survey_exposures
from campaign_effect.analyses.effects.fit import fit_effect, fit_linear_effect
from campaign_effect.analyses.effects.margins import average_survey_effects
from campaign_effect.analyses.effects.sensitivity import check_survey_missing
from campaign_effect.analyses.effects.survey_doses import estimate_survey_dose_response
from campaign_effect.analyses.factors import explore_factors
from campaign_effect.analyses.groups import compare_groups
from campaign_effect.analyses.quality import check_quality
from campaign_effect.analyses.reliability import estimate_reported_reliability
from campaign_effect.analyses.sem import compare_reported_invariance, confirm_reported_factors
from campaign_effect.analyses.thesis import assess_items
from campaign_effect.analyses.validity import check_reported_validity
from campaign_effect.results import Result

ANALYSES: Final[Mapping[str, Callable[..., Result]]] = {
    "quality": check_quality,
    "description": describe_items,
    "reliability": estimate_reported_reliability,
    "thesis": assess_items,
    "factors": explore_factors,
    "validity": check_reported_validity,
    "confirmatory": confirm_reported_factors,
    "invariance": compare_reported_invariance,
    "groups": compare_groups,
    "effects": fit_effect,
    "margins": average_survey_effects,
    "complete_cases": compare_survey_complete_cases,
    "sensitivity": check_survey_missing,
    "exposures": compare_survey_exposures,
    "dose_response": estimate_survey_dose_response,
    "clusters": check_survey_clusters,
    "linear": fit_linear_effect,
    "disclosure": disclose_study,
}
"""What the command asks of a survey, in the order of the report."""

RANDOM: Final = frozenset({"reliability", "factors", "validity", "confirmatory", "clusters"})
"""Analyses that draw random numbers: they take a seed beside the survey."""

RESAMPLED: Final = frozenset({"reliability", "validity", "confirmatory"})
"""Analyses that take long for their resamples: they take ``on_progress`` too."""

IMPUTED: Final = frozenset(
    {"effects", "margins", "complete_cases", "sensitivity", "exposures", "dose_response"}
    | {"linear"}
)
"""Analyses that may be of imputed answers: they take ``missing`` beside the survey."""

OF_IMPUTATIONS: Final = frozenset({"complete_cases", "sensitivity"})
"""Analyses that nothing but imputations gives a reason for."""
