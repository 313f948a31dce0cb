"""Respondents who are in the file more than once, or nearly so."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.quality.asked import answer_codes
from campaign_effect.analyses.quality.found import Found, cannot_check
from campaign_effect.stats.items.alike import greatest_match
from campaign_effect.stats.moments.arrays import Booleans
from campaign_effect.survey import Survey

MIN_EQUAL_ANSWERS: Final = 10
"""With fewer questions, two people can well give the same answers to all of them."""

MOST_COMPARED: Final = 20_000
"""Comparing every pair of more respondents takes too long."""

MOST_SHARED: Final = 0.5
"""With more of the rows on devices of several, these are of interviewers or of an office."""

NEAR_SHARE: Final = 0.85
"""Kuriakose and Robbins (2016)."""


def find_duplicates(survey: Survey) -> Found:
    """Flag every later row with all the same answers, at least ten."""
    codes = answer_codes(survey)
    if codes.shape[1] < MIN_EQUAL_ANSWERS:
        return cannot_check(survey.n, "few_questions")
    can_repeat = (codes >= 0).sum(axis=1) >= MIN_EQUAL_ANSWERS
    frame = pd.DataFrame(codes)
    repeated = frame[frame.duplicated(keep=False)]
    groups = pd.Series(-1 - np.arange(survey.n))  # everybody is unlike all others, except:
    groups[repeated.index] = repeated.groupby(list(frame)).ngroup()
    return _repeats(groups, can_repeat)


def find_same_person(survey: Survey) -> Found:
    """Flag every later row with the same telephone number, e-mail or identity number."""
    if survey.identity is None:
        return cannot_check(survey.n, "no_identity")
    identity = survey.identity.reset_index(drop=True)
    return _repeats(identity, (identity != 0).to_numpy())


def find_same_device(survey: Survey) -> Found:
    """Flag every later row from a device; nobody where most share one, as interviewers do."""
    if survey.device is None:
        return cannot_check(survey.n, "no_device")
    device = survey.device.reset_index(drop=True)
    is_known = (device != 0).to_numpy()
    if is_known.any() and device[is_known].duplicated(keep=False).mean() > MOST_SHARED:
        return cannot_check(survey.n, "shared_devices")
    return _repeats(device, is_known)


def find_near_duplicates(survey: Survey) -> Found:
    """Flag rows that share more than 85% of the answers with an earlier one, but not all."""
    codes = answer_codes(survey)
    if codes.shape[1] < MIN_EQUAL_ANSWERS:
        return cannot_check(survey.n, "few_questions")
    if survey.n > MOST_COMPARED:
        return cannot_check(survey.n, "many_rows")
    share, earlier = greatest_match(codes, min_shared=MIN_EQUAL_ANSWERS)
    is_near = (share > NEAR_SHARE) & ~find_duplicates(survey).is_flagged
    return Found(is_flagged=is_near, values=share, others=np.where(is_near, earlier, -1))


def _repeats(rows: pd.Series, can_repeat: Booleans) -> Found:
    """Flag the rows that repeat an earlier one, and name it."""
    is_flagged = rows.duplicated().to_numpy() & can_repeat
    first = pd.Series(np.arange(len(rows))).groupby(rows.to_numpy()).transform("min")
    return Found(is_flagged=is_flagged, others=np.where(is_flagged, first.to_numpy(), -1))
