"""The people of the simulated village survey, and what is true about their votes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from campaign_effect.simulate.answers import draw_events, latent_sd
from campaign_effect.simulate.questionnaire import GRIDS, PLATFORMS, Grid
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen

ICC: Final = 0.05
EXPOSURE_LOG_ODDS: Final = (0.35, 0.12, 0.0)
"""What one step on the frequency scale of each platform adds to a vote for Calon 1."""

AGE_LOG_ODDS: Final = 0.01
WOMAN_LOG_ODDS: Final = 0.15
EDUCATION_LOG_ODDS: Final = -0.10
INTERCEPT: Final = -1.15

MEAN_AGE: Final = 41.0
AGE_SPREAD: Final = 13.5
AGE_RANGE: Final = (18, 79)
EXPOSURE_BY_AGE: Final = (-0.20, -0.30, -0.60)
"""Correlation of age with each platform's exposure."""

EXPOSURE_CUTS: Final = ((-1.3, -0.6, 0.2, 1.0), (-0.9, -0.1, 0.6, 1.4), (-0.5, 0.1, 0.7, 1.4))
AGREEMENT_CUTS: Final = (-1.4, -0.6, 0.2, 1.1)
EDUCATION_SHARES: Final = (0.24, 0.22, 0.38, 0.16)

PARTY_SHARES: Final = (0.30, 0.62, 0.08)

CALON_1, CALON_2, CALON_3, ABSTAINED, SECRET, UNKNOWN = range(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Who the people are.

    Attributes
    ----------
    village, gender, education, party : ndarray of int, shape (n,)
        Positions in the questionnaire's lists of labels, from 0.
    age : ndarray of int, shape (n,)
        In years.
    """

    village: Integers = field(compare=False)
    age: Integers = field(compare=False)
    gender: Integers = field(compare=False)
    education: Integers = field(compare=False)
    party: Integers = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Villagers:
    """People and their answers.

    Attributes
    ----------
    background : Background
    exposures : ndarray of int, shape (n, 3)
        Frequency from 0 (never) to 4 (always), a column per platform.
    grids : tuple of ndarray of int, shape (n, k)
        Agreement from 0 to 4 with each statement of each grid, as answered.
    vote : ndarray of int, shape (n,)
        What was said about it, as a position in the questionnaire's list.
    probability : ndarray of float, shape (n,)
        Of a vote for Calon 1, given that a candidate is chosen.
    took_part : ndarray of bool, shape (n,)
        Whether a candidate was chosen, told or not.
    """

    background: Background
    exposures: Integers = field(compare=False)
    grids: tuple[Integers, ...] = field(compare=False)
    vote: Integers = field(compare=False)
    probability: Floats = field(compare=False)
    took_part: Booleans = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageTruth:
    """What a survey of the villagers should find.

    Attributes
    ----------
    platforms : tuple of str
        ``whatsapp``, ``facebook``, ``tiktok``.
    log_odds : tuple of float
        What one step of each platform's exposure adds to the log-odds of a vote for Calon 1
        among those who chose a candidate, age, gender and education held fixed.
    ame : tuple of float
        The same as an average derivative of the probability, per step.
    """

    platforms: tuple[str, ...]
    log_odds: tuple[float, ...]
    ame: tuple[float, ...]


@lru_cache(maxsize=1)
def village_truth() -> VillageTruth:
    """Compute the average marginal effects in the population of the village survey.

    Returns
    -------
    VillageTruth

    Notes
    -----
    The average of p (1 - p) times the log-odds over a population of 400,000 villagers who
    chose a candidate, in 20,000 villages and with a fixed seed. Another seed changes it by
    less than 0.0002.

    Examples
    --------
    >>> [round(ame, 3) for ame in village_truth().ame]
    [0.079, 0.027, 0.0]
    """
    people = draw_villagers(20_000, 20, np.random.default_rng(2024))
    p = people.probability[people.took_part]
    slope = float(np.mean(p * (1 - p)))
    return VillageTruth(
        platforms=PLATFORMS,
        log_odds=EXPOSURE_LOG_ODDS,
        ame=tuple(slope * log_odds for log_odds in EXPOSURE_LOG_ODDS),
    )


def draw_villagers(villages: int, per_village: int, rng: np.random.Generator) -> Villagers:
    """Draw people, their exposures, attitudes and votes.

    Parameters
    ----------
    villages, per_village : int
        Villages, and people in each.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    Villagers

    Notes
    -----
    Exposures are correlated with age and with each other. Whoever receives more messages
    by WhatsApp trusts messages more; whoever voted for Calon 1 finds that candidate more
    credible afterwards, so that credibility is no reason for the vote and the effects hold
    without it.

    Examples
    --------
    >>> draw_villagers(12, 35, np.random.default_rng(1)).exposures.shape
    (420, 3)
    """
    background = _draw_background(villages, per_village, rng)
    elder = _standardised(background.age)
    exposures = _draw_exposures(elder, rng)
    interest = _with_noise(0.3 * elder + 0.25 * (background.education - 1.5), rng)
    probability = expit(_vote_log_odds(background, exposures, rng))
    took_part = draw_events(2.0 + 0.5 * interest + 0.2 * elder, rng) == 1
    choice = _draw_choice(probability, rng)
    chose_1 = took_part & (choice == CALON_1)
    trust = _with_noise(0.27 * (exposures[:, 0] - 2), rng)
    credibility = _with_noise(np.where(chose_1, 0.5, -0.25), rng)
    attitudes = (trust, credibility, interest)
    return Villagers(
        background=background,
        exposures=frozen(exposures),
        grids=tuple(
            frozen(_draw_agreement(attitude, grid, rng))
            for attitude, grid in zip(attitudes, GRIDS, strict=True)
        ),
        vote=frozen(_draw_told(np.where(took_part, choice, ABSTAINED), rng)),
        probability=frozen(probability),
        took_part=frozen(took_part),
    )


def _draw_background(villages: int, per_village: int, rng: np.random.Generator) -> Background:
    village = np.repeat(np.arange(villages), per_village)
    n = len(village)
    age = np.clip(np.rint(rng.normal(MEAN_AGE, AGE_SPREAD, n)), *AGE_RANGE)
    return Background(
        village=frozen(village),
        age=frozen(age.astype(np.int64)),
        gender=frozen(rng.integers(0, 2, n)),
        education=frozen(rng.choice(len(EDUCATION_SHARES), size=n, p=EDUCATION_SHARES)),
        party=frozen(rng.choice(len(PARTY_SHARES), size=n, p=PARTY_SHARES)),
    )


def _standardised(age: Integers) -> Floats:
    return np.asarray((age - MEAN_AGE) / AGE_SPREAD, dtype=np.float64)


def _vote_log_odds(
    background: Background, exposures: Integers, rng: np.random.Generator
) -> Floats:
    """Add up what speaks for Calon 1, the village's own leaning included."""
    leaning = latent_sd(ICC) * rng.standard_normal(background.village[-1] + 1)
    return np.asarray(
        INTERCEPT
        + exposures @ np.array(EXPOSURE_LOG_ODDS)
        + AGE_LOG_ODDS * (background.age - MEAN_AGE)
        + WOMAN_LOG_ODDS * background.gender
        + EDUCATION_LOG_ODDS * background.education
        + leaning[background.village]
    )


def _draw_exposures(elder: Floats, rng: np.random.Generator) -> Integers:
    """Draw three frequencies from 0 to 4 that share a part beyond their relation to age."""
    n = len(elder)
    online = rng.standard_normal(n)
    columns = []
    for by_age, cuts in zip(EXPOSURE_BY_AGE, EXPOSURE_CUTS, strict=True):
        own = 0.5 * online + np.sqrt(0.75) * rng.standard_normal(n)
        latent = by_age * elder + np.sqrt(1 - by_age**2) * own
        columns.append(np.searchsorted(cuts, latent))
    return np.column_stack(columns)


def _draw_choice(probability: Floats, rng: np.random.Generator) -> Integers:
    """Draw a candidate: 0 with the given probability, else 1 or 2."""
    other = np.where(rng.random(len(probability)) < 0.6, CALON_2, CALON_3)
    return np.where(rng.random(len(probability)) < probability, CALON_1, other)


def _draw_told(vote: Integers, rng: np.random.Generator) -> Integers:
    """Let 7% keep the vote secret and 3% not know it, whatever it was."""
    chance = rng.random(len(vote))
    return np.select([chance < 0.07, chance < 0.10], [SECRET, UNKNOWN], vote)


def _draw_agreement(attitude: Floats, grid: Grid, rng: np.random.Generator) -> Integers:
    """Draw answers from 0 to 4 that one attitude explains."""
    loading = np.array([statement.loading for statement in grid.statements])
    ease = np.array([statement.ease for statement in grid.statements])
    noise = rng.standard_normal((len(attitude), len(grid.statements)))
    agrees = ease + attitude[:, None] * loading + noise * np.sqrt(1 - loading**2)
    return np.asarray(np.searchsorted(AGREEMENT_CUTS, agrees))


def _with_noise(part: ArrayLike, rng: np.random.Generator) -> Floats:
    """Fill a part of an attitude up to a variance of 1."""
    explained = np.asarray(part, dtype=np.float64)
    rest = np.sqrt(1 - np.var(explained))
    return np.asarray(explained + rest * rng.standard_normal(len(explained)))
