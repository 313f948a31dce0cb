#!/usr/bin/env python
"""How often the 95% interval of an average marginal effect holds the truth after imputation.

Surveys of a few villages are simulated with a known effect, then with none. A third of the
exposures are deleted, at random given the outcome and a control, and a tenth of the outcomes,
at random given a control. Each survey is answered by `fit_effect` (logit, CR2, Satterthwaite's
degrees of freedom inside Barnard and Rubin's) with its missing answers imputed, and by
listwise deletion.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.special import expit
from surveys import answer_surveys
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

import campaign_effect as ce
from campaign_effect.simulate import Design, SimulatedAnswers, simulate_answers
from campaign_effect.stats.moments.arrays import Floats

CHUNK = 10
FORMULA = "y ~ x + c1 + c2"


def with_gaps(answers: SimulatedAnswers, seed: int) -> ce.Survey:
    """Delete exposures and outcomes at random, given what stays."""
    rng = np.random.default_rng(seed)
    y, (c1, c2) = answers.outcome, answers.controls.T
    n = len(y)
    lacks_x = rng.random(n) < expit(-1.2 + 1.2 * y - 0.8 * c2)
    lacks_y = ~lacks_x & (rng.random(n) < expit(-2.2 + 0.8 * c1))
    frame = pd.DataFrame({"c1": c1, "c2": c2, "village": answers.village.astype(str)})
    frame["x"] = np.where(lacks_x, np.nan, answers.exposure)
    frame["y"] = np.where(lacks_y, np.nan, y)
    return ce.read_survey(frame)


def answer(design: Design, seed: int, m: int, rounds: int) -> list[tuple[float, ...]]:
    """Give estimate, bounds, standard error and df: imputed, then listwise."""
    survey = with_gaps(simulate_answers(design, seed=seed), seed)
    vcov = ce.CR2(cluster="village")
    choices = (ce.Imputation(m=m, rounds=rounds, seed=seed % 2**32), None)
    found = []
    for missing in choices:
        effect = ce.fit_effect(survey, FORMULA, vcov=vcov, missing=missing)
        (row,) = ce.average_effects(effect, of="x").effects
        if row.df is None or row.conf_low is None or row.conf_high is None:
            raise ValueError("an effect without a test")
        found.append((row.estimate, row.conf_low, row.conf_high, row.std_error, row.df))
    return found


def measure(design: Design, seeds: Iterable[int], m: int = 10, rounds: int = 5) -> Floats:
    """Answer one survey per seed, on one thread, shape (surveys, 2, 5)."""
    with threadpool_limits(limits=1):
        return np.array([answer(design, seed, m, rounds) for seed in seeds])


def holds(answers: Floats, truth: float) -> Floats:
    """Share of the surveys whose interval holds the truth: imputed, listwise."""
    inside = (answers[:, :, 1] <= truth) & (truth <= answers[:, :, 2])
    return np.asarray(inside.mean(axis=0))


def report(design: Design, affected: list[Floats], without: list[Floats]) -> str:
    """Say what was found, in lines."""
    answers, unaffected = np.concatenate(affected), np.concatenate(without)
    truth, error = design.true_ame, 100 / np.sqrt(len(answers))
    coverage, none = holds(answers, truth), holds(unaffected, 0.0)
    bias = answers[:, :, 0].mean(axis=0) - truth
    spread = answers[:, :, 0].std(axis=0)
    lines = [
        f"design       {design.villages} villages x {design.per_village}, ICC {design.icc:g}",
        f"surveys      {len(answers)}; true AME {100 * truth:.3f} points",
        f"{'':12} {'imputed':>9} {'listwise':>9}",
    ]
    rows = (
        ("coverage", coverage),
        ("type I", 1 - none),
        ("bias", 100 * bias),
        ("error of it", error * spread),
        ("mean SE", 100 * answers[:, :, 3].mean(axis=0)),
        ("SD", 100 * spread),
        ("mean df", answers[:, :, 4].mean(axis=0)),
    )
    lines += [f"{name:12} {imputed:9.4f} {listwise:9.4f}" for name, (imputed, listwise) in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    answer_surveys(__doc__, measure, report, surveys=1000, chunk=CHUNK)
