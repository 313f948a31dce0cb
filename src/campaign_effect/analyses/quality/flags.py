"""Every flag: how it is found, its cut-off, and who published that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from campaign_effect.analyses.quality import careless, people, repeated
from campaign_effect.analyses.quality.found import Found
from campaign_effect.analyses.quality.rows import Flag, FlagCount
from campaign_effect.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One flag.

    Attributes
    ----------
    find : callable
        Takes a survey, gives who is flagged.
    cutoff : float, optional
        What the number of a respondent is held against.
    source : str, optional
        Who published the rule.
    """

    find: Callable[[Survey], Found]
    cutoff: float | None = None
    source: str | None = None


CHECKS: Final[Mapping[str, Check]] = {
    "duplicate": Check(find=repeated.find_duplicates, cutoff=float(repeated.MIN_EQUAL_ANSWERS)),
    "same_person": Check(find=repeated.find_same_person),
    "same_device": Check(
        find=repeated.find_same_device,
        cutoff=repeated.MOST_SHARED,
        source="Teitcher et al. (2015), https://doi.org/10.1111/jlme.12200",
    ),
    "near_duplicate": Check(
        find=repeated.find_near_duplicates,
        cutoff=repeated.NEAR_SHARE,
        source="Kuriakose & Robbins (2016), https://doi.org/10.3233/SJI-160978",
    ),
    "speeder": Check(
        find=careless.find_speeders,
        cutoff=careless.SPEED,
        source="Greszki, Meyer, & Schoen (2015), https://doi.org/10.1093/poq/nfu058",
    ),
    "straight_lining": Check(
        find=careless.find_straight_lines,
        cutoff=0.0,
        source="Dunn et al. (2018), https://doi.org/10.1007/s10869-016-9479-0",
    ),
    "long_run": Check(
        find=careless.find_long_runs,
        source="Curran (2016), https://doi.org/10.1016/j.jesp.2015.07.006",
    ),
    "inconsistent": Check(
        find=careless.find_inconsistent,
        cutoff=careless.CONSISTENCY,
        source="Johnson (2005), https://doi.org/10.1016/j.jrp.2004.09.009",
    ),
    "outlying": Check(
        find=careless.find_outlying,
        cutoff=careless.OUTLYING,
        source="Tabachnick & Fidell (2019); Meade & Craig (2012), "
        "https://doi.org/10.1037/a0028085",
    ),
    "failed_attention": Check(
        find=careless.find_failed_attention,
        cutoff=1.0,
        source="Meade & Craig (2012), https://doi.org/10.1037/a0028085",
    ),
    "impossible_age": Check(find=people.find_impossible_ages),
    "under_18": Check(
        find=people.find_minors, cutoff=float(people.ADULT), source="Law 27/2022 of Indonesia"
    ),
    "bot_pattern": Check(
        find=people.find_bots,
        cutoff=float(people.LEAST_GAPS),
        source="Storozuk et al. (2020), https://doi.org/10.20982/tqmp.16.5.p472",
    ),
}
"""Every check, in the order of the report."""


def run_checks(survey: Survey) -> dict[str, Found]:
    """Run every check."""
    return {reason: check.find(survey) for reason, check in CHECKS.items()}


def count_flags(found: Mapping[str, Found]) -> Iterator[FlagCount]:
    """Count who carries each flag."""
    for reason, one in found.items():
        check, is_checked = CHECKS[reason], one.unchecked is None
        yield FlagCount(
            reason=f"flag.{reason}",
            n=int(one.is_flagged.sum()) if is_checked else None,
            share=float(one.is_flagged.mean()) if is_checked and len(one.is_flagged) else None,
            cutoff=check.cutoff if one.cutoff is None else one.cutoff,
            source=check.source,
            unchecked=one.unchecked,
        )


def list_flags(survey: Survey, found: Mapping[str, Found]) -> Iterator[Flag]:
    """List every flag of every respondent by the row in the file."""
    rows = survey.answers.index.tolist()
    for reason, one in found.items():
        for at in one.is_flagged.nonzero()[0].tolist():
            other = -1 if one.others is None else int(one.others[at])
            yield Flag(
                row=rows[at],
                reason=f"flag.{reason}",
                value=None if one.values is None else float(one.values[at]),
                other_row=rows[other] if other >= 0 else None,
            )
