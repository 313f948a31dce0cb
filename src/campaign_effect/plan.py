"""What to ask of a survey, so that it can be asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from campaign_effect.analyses import ANALYSES, IMPUTED, OF_IMPUTATIONS, RANDOM, RESAMPLED
from campaign_effect.analyses.effects.complete_cases import loss_notices
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.survey_doses import has_doses
from campaign_effect.analyses.quality import check_quality, exclude_flagged
from campaign_effect.analyses.resampling import OnProgress
from campaign_effect.errors import StatisticsError, UsageError, nearest_word
from campaign_effect.results import Notice, Result
from campaign_effect.survey import Survey

ABOUT_OUTCOMES: Final = frozenset({"effects", "margins", "linear"})
"""Analyses that need an outcome and an exposure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The analyses to run, in the order of the report.

    Attributes
    ----------
    analyses : tuple of str
        Names in ``ANALYSES``; all of them by default.
    seed : int
        Of everything random: the same seed gives the same numbers.
    impute : int, optional
        How many times missing answers are imputed for the models of the outcomes, at least 2;
        by default respondents without every answer are left out of these.
    """

    analyses: tuple[str, ...] = tuple(ANALYSES)
    seed: int = 1
    impute: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.analyses, str):
            raise UsageError(
                f"The analyses are the text {self.analyses!r}.",
                hint=f"write analyses=({self.analyses!r},).",
            )
        if not isinstance(self.seed, int) or self.seed < 0:
            raise UsageError(f"The seed {self.seed!r} is no whole number.", hint="use 1, say.")
        for name in self.analyses:
            if name not in ANALYSES:
                near = nearest_word(name, ANALYSES)
                raise UsageError(
                    f"There is no analysis {name!r}.",
                    hint=f"did you mean {near!r}?" if near else f"there are {list(ANALYSES)}.",
                )
        if self.impute is not None:
            Imputation(m=self.impute)  # refuses what is no number of imputations
        elif self.analyses and set(self.analyses) <= OF_IMPUTATIONS:
            raise UsageError(
                f"The analysis {self.analyses[0]!r} is of imputations.",
                hint="impute missing answers with --impute 20, in Python Plan(impute=20).",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a plan found.

    Attributes
    ----------
    survey : Survey
        After the exclusions of its schema.
    results : tuple of Result
        Of the analyses that could be done, in the order of the plan.
    notices : tuple of Notice
        What was noticed on reading, and why other analyses could not be done.
    """

    survey: Survey
    results: tuple[Result, ...]
    notices: tuple[Notice, ...]


def run(
    plan: Plan,
    survey: Survey,
    on_start: Callable[[str], None] | None = None,
    on_progress: OnProgress | None = None,
) -> Findings:
    """Check the quality, leave out whom the schema excludes, and run every analysis.

    Parameters
    ----------
    plan : Plan
    survey : Survey
    on_start : callable, optional
        Told the name of each analysis before it starts.
    on_progress : callable, optional
        Told how many resamples of a bootstrap, or imputations, are done, and of how many.

    Returns
    -------
    Findings
        An analysis that these answers do not allow is a notice, and costs no other.

    Raises
    ------
    SurveyError
        If the data or the schema need mending.
    """
    survey, quality = exclude_flagged(survey, check_quality(survey))
    results: list[Result] = []
    notices: list[Notice] = []
    names = _possible(plan, survey)
    given = _given(plan, on_progress)
    for name in names:
        if on_start:
            on_start(name)
        try:
            is_done = name == "quality"
            results.append(quality if is_done else ANALYSES[name](survey, **given(name)))
        except StatisticsError as error:
            notices.append(_failed(name, error))
    notices += [*_no_question(survey), *_incomplete(plan, survey, names)]
    said = (*survey.notices, *_excluded(survey), *notices)
    return Findings(survey=survey, results=tuple(results), notices=said)


def _given(plan: Plan, on_progress: OnProgress | None) -> Callable[[str], dict[str, Any]]:
    """Find what an analysis takes beside the survey; all of them share their imputations."""
    choice = None
    if plan.impute is not None:
        choice = Imputation(m=plan.impute, seed=plan.seed, on_progress=on_progress)

    def given(name: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if name in RANDOM:
            found["seed"] = plan.seed
        if name in RESAMPLED:
            found["on_progress"] = on_progress
        if name in IMPUTED and choice is not None:
            found["missing"] = choice
        return found

    return given


def _possible(plan: Plan, survey: Survey) -> list[str]:
    """Take the analyses that the schema's roles allow, in the order of the registry."""
    roles = survey.schema.roles
    needed = {
        **dict.fromkeys(ABOUT_OUTCOMES, roles.outcomes and roles.exposures),
        "groups": roles.group,
        "confirmatory": survey.schema.constructs,
        "invariance": roles.group and len(survey.schema.constructs) > 1,
        "exposures": roles.outcomes and len(roles.exposures) > 1,
        "dose_response": roles.outcomes and has_doses(survey.schema),
        "clusters": roles.cluster and roles.outcomes and roles.exposures,
        **dict.fromkeys(OF_IMPUTATIONS, plan.impute and roles.outcomes and roles.exposures),
    }
    return [name for name in ANALYSES if name in plan.analyses and needed.get(name, True)]


def _excluded(survey: Survey) -> tuple[Notice, ...]:
    """Say whom the schema's rules left out, whatever analyses were asked for."""
    return tuple(
        Notice.of("excluded", reason=f"flag.{step.reason}", n=step.n) for step in survey.steps
    )


def _incomplete(plan: Plan, survey: Survey, names: Sequence[str]) -> Iterator[Notice]:
    """Say what missing answers cost, or which analysis is of complete cases all the same."""
    if plan.impute is None:
        if IMPUTED & set(names):
            yield from loss_notices(survey)
    elif "clusters" in names:
        yield Notice.of("complete_cases_only", analysis="analysis.clusters")


def _no_question(survey: Survey) -> list[Notice]:
    """Say that the schema asks nothing about exposure (a draft says so itself)."""
    roles = survey.schema.roles
    is_said = any(notice.code == "no_outcome" for notice in survey.notices)
    return [] if is_said or (roles.outcomes and roles.exposures) else [Notice.of("no_question")]


def _failed(name: str, error: StatisticsError) -> Notice:
    """Say which analysis could not be done, and why."""
    return Notice.of("failed", analysis=f"analysis.{name}", cause=error.cause, **error.facts)
