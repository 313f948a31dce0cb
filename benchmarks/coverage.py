#!/usr/bin/env python
"""How often the 95% interval of an average marginal effect holds the truth.

Surveys of a few villages are simulated with a known effect, then with none. Each is answered
by a logistic regression, CR2 standard errors, and a t interval whose degrees of freedom are
Satterthwaite's for the effect's gradient.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats
from surveys import answer_surveys
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


def joined(parts: list[Answers]) -> Answers:
    names = ("estimate", "std_error", "df")
    return Answers(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def share_error(share: float, count: int) -> float:
    """Monte Carlo standard error of a share."""
    return float(np.sqrt(share * (1 - share) / count))


def report(design: Design, affected: list[Answers], without: list[Answers]) -> str:
    """Say what was found, in lines."""
    answers, unaffected = joined(affected), joined(without)
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


if __name__ == "__main__":
    answer_surveys(__doc__, measure, report, surveys=5000, chunk=CHUNK)
