#!/usr/bin/env python
"""How often the default procedure rejects a true hypothesis, over many kinds of surveys.

The default is a logistic regression with CR2 standard errors and t tests whose degrees of
freedom are Satterthwaite's, for the coefficient of exposure and for its average marginal
effect. A cell of the grid is a number of villages, a number of answers, an intraclass
correlation, and who is exposed: people within every village, half of the villages, or two
villages. Two surveys are simulated per run: one without an effect, for the type I error, and
one with it, for the coverage of the average marginal effect.

Promised: type I error of at most 6.5% at a nominal 5%, and of at least 3.5% where the degrees
of freedom are 5 or more. A cell is marked where it breaks the promise by more than two Monte
Carlo errors. Surveys in which the outcome is separated, or the effect rests on one village,
get no test: their share is given.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from multiprocessing import get_context

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from campaign_effect.errors import StatisticsError
from campaign_effect.simulate import Design, simulate_answers
from campaign_effect.stats.covariances.cluster_information import cluster_information
from campaign_effect.stats.covariances.covariance import (
    contrast_df,
    cr_covariance,
    standard_errors,
)
from campaign_effect.stats.models.clusters import group_rows
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.margins import average_contrast
from campaign_effect.stats.moments.arrays import Floats, Integers

ALPHA = 0.05
MOST, LEAST, ENOUGH_DF = 0.065, 0.035, 5.0
EFFECT = 0.4
QUICK = {"villages": (6, 12, 30), "answers": (120, 600), "icc": (0.0, 0.05, 0.2)}
FULL = {
    "villages": (6, 8, 10, 12, 16, 20, 30),
    "answers": (120, 300, 1000, 3000),
    "icc": (0.0, 0.02, 0.05, 0.1, 0.2),
}
EXPOSURES = ("people", "half", "two")
CELL = ("exposure", "villages", "answers", "icc")
CHUNK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of survey."""

    villages: int
    answers: int
    icc: float
    exposure: str

    @property
    def design(self) -> Design:
        """The survey with an effect."""
        per_village = max(2, round(self.answers / self.villages))
        return Design(
            villages=self.villages, per_village=per_village, icc=self.icc, effect=EFFECT
        )

    @property
    def n_exposed(self) -> int | None:
        """How many villages are exposed whole; None if people within villages are."""
        return {"people": None, "half": self.villages // 2, "two": 2}[self.exposure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the surveys of a cell said; nan where there was no test.

    p values of the coefficient and of the average effect without an effect, their degrees of
    freedom, and whether the interval of the average effect held the true one.
    """

    p_coefficient: Floats
    p_ame: Floats
    df: Floats
    holds: Floats

    @property
    def tested(self) -> float:
        return float(np.mean(~np.isnan(self.p_ame)))


def measure(cell: Cell, seeds: Iterable[int]) -> Found:
    """Answer one pair of surveys per seed, on one thread."""
    with threadpool_limits(limits=1):
        rows = np.array([run(cell, seed) for seed in seeds]).T
    return Found(p_coefficient=rows[0], p_ame=rows[1], df=rows[2], holds=rows[3])


def run(cell: Cell, seed: int) -> tuple[float, float, float, float]:
    """Answer a survey without an effect and one with it."""
    design = cell.design
    X, village, without, outcome = draw(design, cell.n_exposed, seed)
    truth = design.true_ame
    tests = test_of(X, village, without, 0.0)
    p_with = test_of(X, village, outcome, truth)[1]
    return (*tests, np.nan if np.isnan(p_with) else float(p_with > ALPHA))


def draw(
    design: Design, n_exposed: int | None, seed: int
) -> tuple[Floats, Integers, Floats, Floats]:
    """Draw a design, and its outcomes without and with an effect of exposure.

    The same seed draws the same people, so that a survey of everyone exposed and one of
    nobody exposed are their two potential outcomes; any pattern of exposure picks from them.
    """
    never = replace(design, effect=0.0)
    always = replace(never, intercept=design.intercept + design.effect)
    survey, other = (simulate_answers(one, seed=seed) for one in (never, always))
    exposure = survey.exposure
    if n_exposed is not None:
        chosen = np.random.default_rng(seed + 1).permutation(design.villages)[:n_exposed]
        exposure = np.isin(survey.village, chosen).astype(np.float64)
    X = np.column_stack([np.ones(design.n), exposure, survey.controls])
    outcome = np.where(exposure == 1, other.outcome, survey.outcome)
    return X, survey.village, survey.outcome, outcome


def test_of(
    X: Floats, village: Integers, y: Floats, truth: float
) -> tuple[float, float, float]:
    """p of the coefficient and of the average effect, and the latter's df."""
    try:
        fit = fit_logit(X, y)
    except StatisticsError:
        return np.nan, np.nan, np.nan
    margin = average_contrast(fit, exposed(X, 1.0), exposed(X, 0.0))
    contrasts = np.vstack([np.eye(fit.p)[1], margin.gradient])
    information = cluster_information(fit, group_rows(village))
    if information.inestimable_without(contrasts[:1]).any():
        return np.nan, np.nan, np.nan
    covariance = cr_covariance(fit, village)
    distance = np.array([fit.beta[1], margin.estimate - truth])
    df = contrast_df(covariance, contrasts)
    t = np.abs(distance) / standard_errors(covariance, contrasts)
    p = np.asarray(2 * stats.t.sf(t, df))
    return float(p[0]), float(p[1]), float(df[1])


def exposed(X: Floats, value: float) -> Floats:
    """Make the design as if everyone had this exposure."""
    same = X.copy()
    same[:, 1] = value
    return same


def seeds_of(seed: int, count: int) -> list[int]:
    """Spread one seed into many that share nothing."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(count)]


def joined(parts: list[Found]) -> Found:
    names = ("p_coefficient", "p_ame", "df", "holds")
    return Found(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def grid(options: argparse.Namespace) -> Iterator[Cell]:
    ranges = {"exposure": EXPOSURES, **(FULL if options.full else QUICK)}
    chosen = [getattr(options, name) or ranges[name] for name in CELL]
    for exposure, villages, answers, icc in product(*chosen):
        yield Cell(villages=int(villages), answers=int(answers), icc=icc, exposure=exposure)


def rejected(p: Floats) -> tuple[float, float]:
    """Share rejected among the tests made, and its Monte Carlo error."""
    made = p[~np.isnan(p)]
    if len(made) == 0:
        return np.nan, np.nan
    share = float(np.mean(made < ALPHA))
    return share, float(np.sqrt(max(share, 1 / len(made)) * (1 - share) / len(made)))


def verdict(found: Found) -> str:
    """Name the promises that a cell breaks by more than two Monte Carlo errors."""
    broken = []
    enough = np.nanmedian(found.df) >= ENOUGH_DF if found.tested else False
    for name, p in (("B", found.p_coefficient), ("AME", found.p_ame)):
        share, error = rejected(p)
        if share - 2 * error > MOST:
            broken.append(f"{name} above {MOST:.1%}")
        if enough and share + 2 * error < LEAST:
            broken.append(f"{name} below {LEAST:.1%}")
    return ", ".join(broken)


def line(cell: Cell, found: Found) -> str:
    if not found.tested:
        return f"{head(cell)}  no test could be made"
    size_b, _ = rejected(found.p_coefficient)
    size_ame, error = rejected(found.p_ame)
    held = np.nanmean(found.holds)
    return (
        f"{head(cell)}  {size_b:6.3f} {size_ame:6.3f} {error:6.4f}  {held:6.3f}  "
        f"{np.nanmedian(found.df):5.1f}  {found.tested:6.3f}  {verdict(found)}"
    )


def head(cell: Cell) -> str:
    return f"{cell.exposure:>8} {cell.villages:8d} {cell.answers:7d} {cell.icc:5.2f}"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=400, help="a cell; the promise is of 10000")
    parser.add_argument("--full", action="store_true", help="the whole grid")
    parser.add_argument("--exposure", choices=EXPOSURES, action="append")
    parser.add_argument("--villages", type=int, action="append")
    parser.add_argument("--answers", type=int, action="append")
    parser.add_argument("--icc", type=float, action="append")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def main() -> None:
    options = parse()
    start, n_broken = time.perf_counter(), 0
    print("exposure villages answers   ICC    size B    AME  error   cover     df  tested")
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        for number, cell in enumerate(grid(options)):
            seeds = seeds_of(options.seed + number, options.runs)
            chunks = [seeds[first : first + CHUNK] for first in range(0, len(seeds), CHUNK)]
            found = joined(list(pool.map(measure, [cell] * len(chunks), chunks)))
            n_broken += bool(verdict(found))
            print(line(cell, found), flush=True)
    print(f"{n_broken} cells break a promise; {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
