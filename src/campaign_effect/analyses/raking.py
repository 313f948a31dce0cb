"""Weights that bring respondents to the known margins of a population."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.description.rows import Weighting
from campaign_effect.analyses.description.weighted import survey_weights, weighting_row
from campaign_effect.analyses.samples import listwise_sample
from campaign_effect.errors import MissingColumnsError, StatisticsError, UsageError
from campaign_effect.results import Count, Flag, Literal, Name, Number, Proportion, Result, Row
from campaign_effect.stats.design.raking import Margin, rake_weights
from campaign_effect.stats.design.suppression import suppress_line
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.survey import Absence, Survey, takes_survey

Known = Mapping[str, Mapping[object, float]]
"""Variables, and the total or share of each of their levels in the population."""

LARGEST: Final = 5.0
"""The largest weight, as a multiple of the mean (DeBell & Krosnick, 2009)."""

_BAND: Final = re.compile(r"(?P<low>\d+)\s*(?:[-\u2013]\s*(?P<high>\d+)|(?P<open>\+))")
_WHOLES: Final = (1.0, 100.0)  # of shares and of per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class RakedMargin(Row):
    """One level of a known margin: its share in the population, and before and after.

    Small counts of respondents are hidden as in all descriptive tables.
    """

    variable: Name
    level: Literal
    n: Count | None
    target: Proportion
    before: Proportion | None
    after: Proportion
    is_suppressed: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondentWeight(Row):
    """The weight of one respondent, by the row in the file."""

    row: Count
    weight: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class RakingResult(Result):
    """Weights at known margins.

    Attributes
    ----------
    trim : float, optional
        The largest weight allowed, as a multiple of the mean.
    min_cell : int
        Smaller counts of respondents are hidden.
    n_rounds : int
        Rounds through all margins until every total was met.
    gap : float
        The largest distance of a total from its target, relative to it.
    n_trimmed : int
        Respondents with the largest weight allowed.
    """

    name: ClassVar[str] = "raking"
    trim: float | None
    min_cell: int
    n_rounds: int
    gap: float
    n_trimmed: int
    margins: tuple[RakedMargin, ...]
    weighting: tuple[Weighting, ...]
    respondents: tuple[RespondentWeight, ...]

    @property
    def weights(self) -> pd.Series[float]:
        """The weights by the row in the file, for `with_weights`."""
        rows = [one.row for one in self.respondents]
        return pd.Series([one.weight for one in self.respondents], index=rows, name="weight")


@takes_survey
def rake(survey: Survey, margins: Known, *, trim: float | None = LARGEST) -> RakingResult:
    """Weight respondents to known margins of the population.

    Parameters
    ----------
    survey : Survey
        Its design weights (role ``weight``) are where raking starts; else all are equal.
    margins : mapping of variable to mapping of level to total
        The voters' list by sex, age and village, say: counts, shares or per cent. A level is
        a code of the variable's scale, a category, or for a number a band: ``"17-30"``,
        ``"61+"``.
    trim : float, optional, default 5
        The largest weight, as a multiple of the mean [1]_; None for no limit.

    Returns
    -------
    RakingResult
        Parts ``margins`` (shares before and after), ``weighting`` (design effect, effective
        sample size) and ``respondents`` (a weight a respondent). Weights add up to the
        population's total where margins are counts, else to the respondents'. Respondents
        without an answer to one of the variables, or with one that no margin names, have no
        weight and are counted in the sample.

    Raises
    ------
    MissingColumnsError
        If a variable is not in the survey.
    UsageError
        If there are no margins, or one names a band for a category.
    StatisticsError
        If a level has no respondents, totals differ, or the limit leaves a level too little.
    ConvergenceError
        If no weights have all these margins.

    References
    ----------
    .. [1] DeBell, M., & Krosnick, J. A. (2009). Computing weights for American National
       Election Study survey data (ANES Technical Report nes012427).

    Examples
    --------
    >>> from campaign_effect.survey import read_survey
    >>> survey = read_survey(pd.DataFrame({"sex": ["m", "m", "m", "f"]}))
    >>> rake(survey, {"sex": {"m": 0.5, "f": 0.5}}).weights.round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    _check(survey, margins)
    positions, absences = _positions(survey, margins)
    complete, sample = listwise_sample(positions, absences)
    if not sample.n_used:
        raise StatisticsError(
            "No respondent has an answer that every margin names.",
            received=f"margins of {list(margins)}, {survey.n} respondents",
            hint="name levels as the survey has them: codes of its scales, its categories.",
        )
    levels = positions[complete].to_numpy(dtype=np.int64)
    base = survey_weights(survey)[complete]
    total = _total(margins, len(base))
    known = [
        Margin(levels=levels[:, at], targets=_targets(own, total))
        for at, own in enumerate(margins.values())
    ]
    raking = rake_weights(base, known, trim=trim)
    rows = survey.answers.index[complete].tolist()
    name = survey.schema.roles.weight or "raked_weight"
    return RakingResult(
        trim=trim,
        min_cell=survey.schema.min_cell,
        n_rounds=raking.n_rounds,
        gap=raking.gap,
        n_trimmed=raking.n_trimmed,
        margins=tuple(
            row
            for (variable, levels), margin in zip(margins.items(), known, strict=True)
            for row in _margin_rows(
                (variable, levels), margin, (base, raking.weights), survey.schema.min_cell
            )
        ),
        weighting=(weighting_row(name, raking.weights),),
        respondents=tuple(
            RespondentWeight(row=row, weight=weight)
            for row, weight in zip(rows, raking.weights.tolist(), strict=True)
        ),
        samples=tuple((part, sample) for part in RakingResult.row_types()),
        glossary=survey.glossary,
    )


def _check(survey: Survey, margins: Known) -> None:
    if not margins:
        raise UsageError("Raking needs a margin.", hint='pass {"sex": {"m": .49, "f": .51}}.')
    if missing := [name for name in margins if name not in survey.answers]:
        raise MissingColumnsError.of(missing, survey.answers.columns)


def _positions(survey: Survey, margins: Known) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the position of everybody's level in each margin, nan for none, and why."""
    positions = pd.DataFrame(index=survey.answers.index)
    absences = pd.DataFrame(index=survey.answers.index)
    for name, levels in margins.items():
        answers = survey.answers[name]
        found = np.full(survey.n, np.nan)
        for at, level in enumerate(levels):
            found[_is_level(answers, level)] = at
        is_left_out = np.isnan(found) & answers.notna().to_numpy()
        positions[name] = found
        absences[name] = survey.absences[name].mask(is_left_out, int(Absence.NOT_COMPARED))
    return positions, absences


def _is_level(answers: pd.Series, level: object) -> np.ndarray:
    """Say who is at a level: a category, a number, or a band of numbers."""
    if not pd.api.types.is_numeric_dtype(answers):
        return np.asarray(answers.astype("str") == str(level)) & answers.notna().to_numpy()
    numbers = answers.to_numpy(dtype=np.float64)
    band = _BAND.fullmatch(str(level).strip())
    if band is None:
        try:
            return np.asarray(numbers == float(str(level)))
        except ValueError as error:
            raise UsageError(
                f"{level!r} is no level of the number {answers.name!r}.",
                hint='name a number, or a band such as "17-30" or "61+".',
            ) from error
    high = float(band["high"]) if band["high"] else np.inf
    return np.asarray((numbers >= float(band["low"])) & (numbers < high + 1))


def _total(margins: Known, n: int) -> float:
    """Give what weights add up to: the population where a margin counts it, else n."""
    totals = [sum(levels.values()) for levels in margins.values()]
    return float(next((total for total in totals if not _is_whole(total)), n))


def _targets(levels: Mapping[object, float], total: float) -> Floats:
    """Bring shares to totals; counts are left to their own."""
    targets = np.array([float(value) for value in levels.values()])
    return targets * (total / targets.sum()) if _is_whole(targets.sum()) else targets


def _is_whole(total: float) -> bool:
    """Say whether numbers that add up to this are shares or per cent."""
    return any(bool(np.isclose(total, whole, rtol=0.01)) for whole in _WHOLES)


def _margin_rows(
    named: tuple[str, Mapping[object, float]],
    margin: Margin,
    weights: tuple[Floats, Floats],
    min_cell: int,
) -> Iterator[RakedMargin]:
    """Compare the shares of one variable's levels before and after with the population's."""
    counts = np.bincount(margin.levels, minlength=len(margin.targets))
    hidden = suppress_line(counts, threshold=min_cell)
    before, after = (np.bincount(margin.levels, w) / w.sum() for w in weights)
    for at, level in enumerate(named[1]):
        yield RakedMargin(
            variable=named[0],
            level=str(level),
            n=None if hidden[at] else int(counts[at]),
            target=float(margin.targets[at] / margin.targets.sum()),
            before=None if hidden[at] else float(before[at]),
            after=float(after[at]),
            is_suppressed=bool(hidden[at]),
        )
