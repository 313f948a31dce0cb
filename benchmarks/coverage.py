#!/usr/bin/env python
"""How often the 95% interval of an average marginal effect holds the truth.

Surveys of a few villages are simulated with a known effect, then with none. Each is answered
by a logistic regression, CR2 standard errors, and a t interval whose degrees of freedom are
Satterthwaite's for the effect's gradient.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from campaign_effect.simulate import Design, SimulatedAnswers, simulate_answers
from campaign_effect.stats.covariances.covariance import (
    contrast_df,
    cr_covariance,
    standard_errors,
)
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.margins import average_contrast
from campaign_effect.stats.moments.arrays import Floats

LEVEL = 0.95
CHUNK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What each survey said: arrays of shape (surveys,)."""

    estimate: Floats
    std_error: Floats
    df: Floats

    def holds(self, truth: float) -> np.ndarray:
        """Whether each interval holds the truth."""
        reach = stats.t.isf((1 - LEVEL) / 2, self.df) * self.std_error
        return np.abs(self.estimate - truth) <= reach


def measure(design: Design, seeds: Iterable[int]) -> Answers:
    """Answer one survey per seed, on one thread."""
    with threadpool_limits(limits=1):
        found = [answer(simulate_answers(design, seed=seed)) for seed in seeds]
    estimate, std_error, df = np.array(found).T
    return Answers(estimate=estimate, std_error=std_error, df=df)


def answer(survey: SimulatedAnswers) -> tuple[float, float, float]:
    """Estimate the average effect of exposure, its standard error and their df."""
    X = np.column_stack([np.ones(len(survey.outcome)), survey.exposure, survey.controls])
    fit = fit_logit(X, survey.outcome)
    covariance = cr_covariance(fit, survey.village)
    margin = average_contrast(fit, _with_exposure(X, 1.0), _with_exposure(X, 0.0))
    gradient = margin.gradient[None, :]
    std_error = standard_errors(covariance, gradient)[0]
    return margin.estimate, std_error, contrast_df(covariance, gradient)[0]


def _with_exposure(X: Floats, value: float) -> Floats:
    """Make the design as if everyone had this exposure."""
    same = X.copy()
    same[:, 1] = value
    return same


def measure_in_parallel(design: Design, seeds: list[int], workers: int) -> Answers:
    """Answer one survey per seed, on several processes."""
    chunks = [seeds[first : first + CHUNK] for first in range(0, len(seeds), CHUNK)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(measure, [design] * len(chunks), chunks))
    return Answers(
        estimate=np.concatenate([part.estimate for part in parts]),
        std_error=np.concatenate([part.std_error for part in parts]),
        df=np.concatenate([part.df for part in parts]),
    )


def seeds_of(seed: int, count: int) -> list[int]:
    """Spread one seed into many that share nothing."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(count, np.uint64)]


def share_error(share: float, count: int) -> float:
    """Monte Carlo standard error of a share."""
    return float(np.sqrt(share * (1 - share) / count))


def report(design: Design, answers: Answers, unaffected: Answers) -> str:
    """Say what was found, in lines."""
    count, truth = len(answers.df), design.true_ame
    coverage = float(answers.holds(truth).mean())
    rejected = float(1 - unaffected.holds(0.0).mean())
    bias = float(answers.estimate.mean() - truth)
    bias_error = float(answers.estimate.std() / np.sqrt(count))
    lines = (
        f"design       {design.villages} villages x {design.per_village}, ICC {design.icc:g}",
        f"surveys      {count}",
        f"coverage     {coverage:.4f}  (Monte Carlo error {share_error(coverage, count):.4f})",
        f"type I       {rejected:.4f}  (Monte Carlo error {share_error(rejected, count):.4f})",
        f"true AME     {100 * truth:.3f} points",
        f"bias         {100 * bias:.3f} points  (Monte Carlo error {100 * bias_error:.3f})",
        f"mean SE      {100 * answers.std_error.mean():.3f} points",
        f"SD           {100 * answers.estimate.std():.3f} points",
        f"mean df      {answers.df.mean():.2f}",
    )
    return "\n".join(lines)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--surveys", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--villages", type=int, default=12)
    parser.add_argument("--per-village", type=int, default=35)
    parser.add_argument("--icc", type=float, default=0.05)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def main() -> None:
    options = parse()
    start = time.perf_counter()
    design = Design(villages=options.villages, per_village=options.per_village, icc=options.icc)
    seeds = seeds_of(options.seed, 2 * options.surveys)
    answers = measure_in_parallel(design, seeds[: options.surveys], options.workers)
    without = replace(design, effect=0.0)
    unaffected = measure_in_parallel(without, seeds[options.surveys :], options.workers)
    print(report(design, answers, unaffected))
    print(f"time         {time.perf_counter() - start:.0f} s on {options.workers} processes")


if __name__ == "__main__":
    main()
