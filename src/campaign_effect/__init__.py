"""From a raw questionnaire to a defensible answer about campaign exposure and vote choice.

>>> import campaign_effect as ce
>>> sorted(name for name in dir(ce) if name.startswith("fit"))
['fit_effect', 'fit_sem']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from campaign_effect.analyses.description import describe_items
    from campaign_effect.analyses.disclosure import disclose_study
    from campaign_effect.analyses.effects.assumptions import check_assumptions
    from campaign_effect.analyses.effects.choices import (
        Firth,
        FractionalLogit,
        Logit,
        Lpm,
        Multinomial,
        Ols,
        OrderedLogit,
        OrderedProbit,
        PartialOrderedLogit,
        Probit,
    )
    from campaign_effect.analyses.effects.clustered_models import Gee, RandomIntercept
    from campaign_effect.analyses.effects.clusters import check_clusters
    from campaign_effect.analyses.effects.comparisons import compare_models
    from campaign_effect.analyses.effects.complete_cases import compare_complete_cases
    from campaign_effect.analyses.effects.covariances import (
        CR0,
        CR1,
        CR2,
        CV3,
        HC0,
        HC1,
        HC2,
        HC3,
        Classic,
        ReplicateWeights,
        SurveyDesign,
        TwoWay,
    )
    from campaign_effect.analyses.effects.dose_response import estimate_dose_response
    from campaign_effect.analyses.effects.equivalence import assess_equivalence
    from campaign_effect.analyses.effects.exposure_counts import count_exposures
    from campaign_effect.analyses.effects.exposures import compare_exposures
    from campaign_effect.analyses.effects.fit import fit_effect
    from campaign_effect.analyses.effects.imputation import Imputation
    from campaign_effect.analyses.effects.margins import average_effects
    from campaign_effect.analyses.effects.measurement_error import correct_measurement_error
    from campaign_effect.analyses.effects.model_table import tabulate_models
    from campaign_effect.analyses.effects.moderation import compare_effects
    from campaign_effect.analyses.effects.predictions import predict_probabilities
    from campaign_effect.analyses.effects.risk_ratios import estimate_risk_ratios
    from campaign_effect.analyses.effects.sensitivity import check_missing
    from campaign_effect.analyses.factors import explore_factors
    from campaign_effect.analyses.groups import compare_groups
    from campaign_effect.analyses.polychorics import estimate_polychorics
    from campaign_effect.analyses.quality import check_quality
    from campaign_effect.analyses.raking import rake
    from campaign_effect.analyses.reliability import estimate_reliability
    from campaign_effect.analyses.resampling import Bootstrap
    from campaign_effect.analyses.sem import (
        Moments,
        align_groups,
        compare_invariance,
        confirm_factors,
        fit_sem,
        score_factors,
        simulate_cutoffs,
    )
    from campaign_effect.analyses.thesis import assess_items
    from campaign_effect.analyses.validity import check_validity
    from campaign_effect.errors import CampaignEffectError
    from campaign_effect.exchange.codebook import read_codebook, write_codebook
    from campaign_effect.exchange.spss import write_spss
    from campaign_effect.exchange.table_schema import write_table_schema
    from campaign_effect.exchange.xlsform import read_xlsform, write_xlsform
    from campaign_effect.plan import Plan, run
    from campaign_effect.readers.draft import draft_schema
    from campaign_effect.report import Report
    from campaign_effect.schema.files import read_schema
    from campaign_effect.stats.sem.power import rmsea_power, rmsea_sample_size
    from campaign_effect.survey import Survey, read_survey, with_weights

_ROOMS: Final = {
    "analyses.effects.assumptions": ("check_assumptions",),
    "analyses.effects.choices": (
        *("Firth", "FractionalLogit", "Logit", "Lpm", "Multinomial", "Ols"),
        *("OrderedLogit", "OrderedProbit", "PartialOrderedLogit", "Probit"),
    ),
    "analyses.effects.clustered_models": ("Gee", "RandomIntercept"),
    "analyses.effects.clusters": ("check_clusters",),
    "analyses.effects.comparisons": ("compare_models",),
    "analyses.effects.complete_cases": ("compare_complete_cases",),
    "analyses.effects.covariances": (
        *("CR0", "CR1", "CR2", "CV3", "Classic", "HC0", "HC1", "HC2", "HC3"),
        *("ReplicateWeights", "SurveyDesign", "TwoWay"),
    ),
    "analyses.description": ("describe_items",),
    "analyses.disclosure": ("disclose_study",),
    "analyses.effects.dose_response": ("estimate_dose_response",),
    "analyses.effects.fit": ("fit_effect",),
    "analyses.effects.equivalence": ("assess_equivalence",),
    "analyses.factors": ("explore_factors",),
    "analyses.effects.exposure_counts": ("count_exposures",),
    "analyses.effects.exposures": ("compare_exposures",),
    "analyses.groups": ("compare_groups",),
    "analyses.effects.imputation": ("Imputation",),
    "analyses.effects.margins": ("average_effects",),
    "analyses.effects.measurement_error": ("correct_measurement_error",),
    "analyses.effects.model_table": ("tabulate_models",),
    "analyses.effects.moderation": ("compare_effects",),
    "analyses.polychorics": ("estimate_polychorics",),
    "analyses.effects.predictions": ("predict_probabilities",),
    "analyses.quality": ("check_quality",),
    "analyses.raking": ("rake",),
    "analyses.reliability": ("estimate_reliability",),
    "analyses.resampling": ("Bootstrap",),
    "analyses.effects.risk_ratios": ("estimate_risk_ratios",),
    "analyses.sem": (
        *("Moments", "align_groups", "compare_invariance", "confirm_factors", "fit_sem"),
        *("score_factors", "simulate_cutoffs"),
    ),
    "analyses.effects.sensitivity": ("check_missing",),
    "analyses.thesis": ("assess_items",),
    "analyses.validity": ("check_validity",),
    "errors": ("CampaignEffectError",),
    "exchange.codebook": ("read_codebook", "write_codebook"),
    "exchange.spss": ("write_spss",),
    "exchange.table_schema": ("write_table_schema",),
    "exchange.xlsform": ("read_xlsform", "write_xlsform"),
    "plan": ("Plan", "run"),
    "readers.draft": ("draft_schema",),
    "report": ("Report",),
    "schema.files": ("read_schema",),
    "stats.sem.power": ("rmsea_power", "rmsea_sample_size"),
    "survey": ("Survey", "read_survey", "with_weights"),
}
"""Where each public name lives; a room is opened when one of its names is first asked for."""

_HOMES: Final = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "CR0",
    "CR1",
    "CR2",
    "CV3",
    "HC0",
    "HC1",
    "HC2",
    "HC3",
    "Bootstrap",
    "CampaignEffectError",
    "Classic",
    "Firth",
    "FractionalLogit",
    "Gee",
    "Imputation",
    "Logit",
    "Lpm",
    "Moments",
    "Multinomial",
    "Ols",
    "OrderedLogit",
    "OrderedProbit",
    "PartialOrderedLogit",
    "Plan",
    "Probit",
    "RandomIntercept",
    "ReplicateWeights",
    "Report",
    "Survey",
    "SurveyDesign",
    "TwoWay",
    "align_groups",
    "assess_equivalence",
    "assess_items",
    "average_effects",
    "check_assumptions",
    "check_clusters",
    "check_missing",
    "check_quality",
    "check_validity",
    "compare_complete_cases",
    "compare_effects",
    "compare_exposures",
    "compare_groups",
    "compare_invariance",
    "compare_models",
    "confirm_factors",
    "correct_measurement_error",
    "count_exposures",
    "describe_items",
    "disclose_study",
    "draft_schema",
    "estimate_dose_response",
    "estimate_polychorics",
    "estimate_reliability",
    "estimate_risk_ratios",
    "explore_factors",
    "fit_effect",
    "fit_sem",
    "predict_probabilities",
    "rake",
    "read_codebook",
    "read_schema",
    "read_survey",
    "read_xlsform",
    "rmsea_power",
    "rmsea_sample_size",
    "run",
    "score_factors",
    "simulate_cutoffs",
    "tabulate_models",
    "with_weights",
    "write_codebook",
    "write_spss",
    "write_table_schema",
    "write_xlsform",
]


def __getattr__(name: str) -> Any:
    """Open the room of a public name."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
