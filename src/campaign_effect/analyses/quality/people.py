"""Respondents who cannot be, are minors, or may be programs."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.quality.found import Found, cannot_check
from campaign_effect.stats.items.timing import regular_bursts
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.survey import Absence, Survey

ADULT: Final = 18
"""Law 27/2022 of Indonesia on personal data; who is 17 may vote."""

AGES: Final = (10.0, 120.0)
"""Outside, nobody answers a questionnaire."""

LEAST_GAPS: Final = 5
"""Equal gaps in a row that make a burst."""


def find_impossible_ages(survey: Survey) -> Found:
    """Flag ages outside the schema's bounds, or outside those of anybody who answers."""
    name = survey.schema.roles.age
    if name is None:
        return cannot_check(survey.n, "no_age")
    ages = survey.answers[name].to_numpy(dtype=float)
    is_outside = (survey.absences[name] == Absence.IMPOSSIBLE).to_numpy()
    is_nobodys = (ages < AGES[0]) | (ages > AGES[1])
    return Found(is_flagged=is_outside | is_nobodys)


def find_minors(survey: Survey) -> Found:
    """Flag those under 18."""
    name = survey.schema.roles.age
    if name is None:
        return cannot_check(survey.n, "no_age")
    ages = survey.answers[name].to_numpy(dtype=float)
    return Found(is_flagged=(ages < ADULT) & (ages >= AGES[0]), values=ages)


def find_bots(survey: Survey) -> Found:
    """Flag those who handed in at the same distance from each other, one after another."""
    times = survey.times
    if times is None or "submitted" not in times:
        return cannot_check(survey.n, "no_submitted")
    seconds = _seconds(times["submitted"])
    known = seconds[~np.isnan(seconds)]
    if not len(known) or not np.any(known % 60):
        return cannot_check(survey.n, "no_seconds")
    return Found(is_flagged=regular_bursts(seconds, least=LEAST_GAPS))


def _seconds(moments: pd.Series) -> Floats:
    """Count seconds from the first midnight; nan where unknown."""
    if moments.isna().all():
        return np.full(len(moments), np.nan)
    since = moments - moments.min().normalize()
    return np.asarray(since.dt.total_seconds(), dtype=np.float64)
