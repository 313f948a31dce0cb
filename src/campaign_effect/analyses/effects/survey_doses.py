"""Every outcome of a schema along the exposures that it names, and along their number."""

from __future__ import annotations

from itertools import product

from campaign_effect.analyses.effects.dose_response import (
    MOST_DOSES,
    DoseResponseResult,
    follow_doses,
    join_doses,
)
from campaign_effect.analyses.effects.exposure_counts import (
    ANY,
    NUMBER,
    count_exposures,
    lowest_answers,
)
from campaign_effect.analyses.effects.fit import schema_formulas
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.errors import StatisticsError
from campaign_effect.results import Notice
from campaign_effect.schema.model import Schema
from campaign_effect.survey import Survey


def estimate_survey_dose_response(
    survey: Survey, *, missing: Imputation | None = None
) -> DoseResponseResult:
    """Follow every outcome of the schema along its ordinal exposures, and their number.

    Raises
    ------
    StatisticsError
        If none can be followed.
    """
    roles = survey.schema.roles
    asked = [
        (formula, name, survey)
        for formula in schema_formulas(survey.schema)
        for name in ordinal_exposures(survey.schema)
    ]
    if len(lowest_answers(survey.schema)) > 1:
        counted = count_exposures(survey)
        for outcome, name in product(roles.outcomes, (NUMBER, ANY)):
            terms = " + ".join([name, *roles.controls])
            asked.append((f"{outcome.name} ~ {terms}", name, counted))
        survey = counted
    found, failed = [], []
    for formula, name, one in asked:
        try:
            found.append(follow_doses(one, formula, name, {"missing": missing}))
        except StatisticsError as error:
            facts = {"exposure": name, "outcome": formula.partition(" ~")[0]}
            failed.append(Notice.of("no_dose_response", **facts))
            last = error
    if not found:
        raise last
    return join_doses(survey, found, 0.95, (*counted_notices(survey), *failed))


def ordinal_exposures(schema: Schema) -> list[str]:
    """Name the exposures of the schema on an ordered scale of three to ten points."""
    scales = {item.name: c.scale for c in schema.constructs for item in c.items}
    scales |= {v.name: v.scale for v in schema.variables if v.scale and not v.is_choices}
    named = (exposure.variable for exposure in schema.roles.exposures)
    ordered = ((name, schema.scale(scales[name])) for name in named if name in scales)
    return [
        name
        for name, scale in ordered
        if scale.is_ordered and 2 < len(scale.points) <= MOST_DOSES
    ]


def has_doses(schema: Schema) -> bool:
    """Say whether a schema has an ordinal exposure, or several to count."""
    return bool(ordinal_exposures(schema)) or len(lowest_answers(schema)) > 1


def counted_notices(survey: Survey) -> tuple[Notice, ...]:
    """Give the rule by which exposures were counted."""
    return tuple(notice for notice in survey.notices if notice.code == "exposures_counted")
