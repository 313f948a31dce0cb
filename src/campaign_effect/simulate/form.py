"""The village survey as an online form exports it, with the faults such files have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.simulate import questionnaire as words
from campaign_effect.simulate.village import Villagers, draw_villagers
from campaign_effect.stats.moments.arrays import Integers

PER_VILLAGE: Final = 35
FIRST_DAY: Final = datetime(2024, 11, 12, 8)
DAYS: Final = 10
SECONDS_A_DAY: Final = 12 * 60 * 60
MAY_BE_BLANK: Final = (words.AGE, words.EDUCATION, *words.EXPOSURES, *words.GRID_HEADERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often each fault is planted; no respondent has two of the first four.

    Attributes
    ----------
    duplicates : int
        Respondents who sent the form again: same number and answers, later time stamp.
    straight_liners : int
        Respondents with one answer to every statement of every grid, none left blank.
    impossible_ages : tuple of int
        One respondent each.
    minors : int
        Respondents of 17.
    blank_cells : int
        Missing answers; a duplicate repeats those of its original.
    odd_labels : int
        Grid answers with stray or no-break spaces, or in lower case.
    """

    duplicates: int = 8
    straight_liners: int = 9
    impossible_ages: tuple[int, ...] = (5, 199, 210)
    minors: int = 2
    blank_cells: int = 70
    odd_labels: int = 40


PLANTED: Final = Faults()


def simulate_village_survey(*, seed: int) -> pd.DataFrame:
    """Draw a village survey and dress it as an Indonesian form export.

    Parameters
    ----------
    seed : int
        The same seed gives the same cells.

    Returns
    -------
    DataFrame
        Every cell text, "" where blank, in the order of the time stamps: 420 respondents
        in 12 villages and the duplicates of `PLANTED`. Names, numbers and villages are
        invented.

    See Also
    --------
    village_truth : What an analysis of the survey should find.

    Examples
    --------
    >>> survey = simulate_village_survey(seed=1)
    >>> len(survey), survey["Desa"].nunique()
    (428, 12)
    """
    rng = np.random.default_rng(seed)
    people = draw_villagers(len(words.VILLAGES), PER_VILLAGE, rng)
    cells = _dress(people, rng)
    careless, wrong_ages, minors, repeated = _choose_people(len(cells), PLANTED, rng)
    cells.loc[wrong_ages, words.AGE] = [str(age) for age in PLANTED.impossible_ages]
    cells.loc[minors, words.AGE] = "17"
    for person, label in zip(careless, rng.choice(words.AGREEMENT, len(careless)), strict=True):
        cells.loc[person, list(words.GRID_HEADERS)] = str(label)
    careful = np.setdiff1d(
        np.arange(len(cells)), np.concatenate([careless, wrong_ages, minors])
    )
    _blank_cells(cells, careful, PLANTED.blank_cells, rng)
    _misspell_labels(cells, PLANTED.odd_labels, rng)
    return _send(cells, repeated, rng)


def _dress(people: Villagers, rng: np.random.Generator) -> pd.DataFrame:
    """Say every answer in the words of the form."""
    who = people.background
    gender = _labels(words.GENDERS, who.gender)
    columns: dict[str, list[str]] = {
        words.NAME: [_name(label, rng) for label in gender],
        words.PHONE: _phone_numbers(len(gender), rng),
        words.VILLAGE: _labels(words.VILLAGES, who.village),
        words.GENDER: gender,
        words.AGE: [str(age) for age in who.age],
        words.EDUCATION: _labels(words.EDUCATIONS, who.education),
        words.PARTY: _labels(words.PARTY_ANSWERS, who.party),
    }
    for header, exposure in zip(words.EXPOSURES, people.exposures.T, strict=True):
        columns[header] = _labels(words.FREQUENCY, exposure)
    for grid, answers in zip(words.GRIDS, people.grids, strict=True):
        for header, answer in zip(grid.headers, answers.T, strict=True):
            columns[header] = _labels(words.AGREEMENT, answer)
    columns[words.VOTE] = _labels(words.VOTES, people.vote)
    return pd.DataFrame(columns, dtype="str")


def _labels(labels: tuple[str, ...], positions: Integers) -> list[str]:
    return [labels[position] for position in positions]


def _name(gender: str, rng: np.random.Generator) -> str:
    return f"{rng.choice(words.FIRST_NAMES[gender])} {rng.choice(words.LAST_NAMES)}"


def _phone_numbers(n: int, rng: np.random.Generator) -> list[str]:
    """Make numbers that differ and belong to no mobile network (0800 is toll-free)."""
    ends = rng.choice(np.arange(1000, 10_000), size=n, replace=False)
    is_international = rng.random(n) < 0.3
    return [
        f"+62 800-0000-{end}" if abroad else f"08000000{end}"
        for end, abroad in zip(ends, is_international, strict=True)
    ]


def _choose_people(n: int, faults: Faults, rng: np.random.Generator) -> list[Integers]:
    """Choose careless, wrongly aged, under-age and repeating people, nobody twice."""
    counts = (
        faults.straight_liners,
        len(faults.impossible_ages),
        faults.minors,
        faults.duplicates,
    )
    return np.split(rng.permutation(n), np.cumsum(counts))[: len(counts)]


def _blank_cells(
    cells: pd.DataFrame, people: Integers, count: int, rng: np.random.Generator
) -> None:
    """Empty some cells, in place."""
    places = rng.choice(len(people) * len(MAY_BE_BLANK), size=count, replace=False)
    for place in places:
        person, column = divmod(int(place), len(MAY_BE_BLANK))
        cells.loc[people[person], MAY_BE_BLANK[column]] = ""


def _misspell_labels(cells: pd.DataFrame, count: int, rng: np.random.Generator) -> None:
    """Change the form of some labels but not their meaning, in place."""
    headers = list(words.GRID_HEADERS)
    rows, columns = np.nonzero((cells[headers] != "").to_numpy())
    for turn, place in enumerate(rng.choice(len(rows), size=count, replace=False)):
        row, header = rows[place], headers[columns[place]]
        cells.loc[row, header] = _odd_form(str(cells.loc[row, header]), turn)


def _odd_form(label: str, turn: int) -> str:
    forms = (
        label.lower(),
        f"{label} ",
        f" {label}",
        label.replace(" ", "\u00a0") if " " in label else f"{label}\u00a0",
    )
    return forms[turn % len(forms)]


def _send(cells: pd.DataFrame, repeated: Integers, rng: np.random.Generator) -> pd.DataFrame:
    """Add time stamps and second sendings, and order the file by time."""
    days = rng.integers(0, DAYS, len(cells)) * 86_400
    seconds = days + rng.integers(0, SECONDS_A_DAY, len(cells))
    later = seconds[repeated] + rng.integers(40, 1800, len(repeated))
    sent = pd.concat([cells, cells.loc[repeated]], ignore_index=True)
    seconds = np.concatenate([seconds, later])
    sent.insert(0, words.TIME, [_time_stamp(int(second)) for second in seconds])
    return sent.iloc[np.argsort(seconds, kind="stable")].reset_index(drop=True)


def _time_stamp(second: int) -> str:
    """Write a moment as Indonesian spreadsheets do: day first, hours without a zero."""
    moment = FIRST_DAY + timedelta(seconds=second)
    return f"{moment:%d/%m/%Y} {moment.hour}.{moment:%M.%S}"
