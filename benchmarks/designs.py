#!/usr/bin/env python
"""How often weighted tests reject a true hypothesis: CR2 beside the linearised design.

Surveys of villages in strata, whose outcome, villages and weights differ between strata; the
exposure, which has no effect, is that of a third of the villages or of people within them. A
weighted logistic regression is tested with CR2 and Satterthwaite's degrees of freedom (the
default wherever there are clusters), and with the linearised covariance of the design and its
units - strata - terms degrees of freedom (`ce.SurveyDesign`).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from scipy import special, stats
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.covariance import (
    Covariance,
    contrast_df,
    standard_errors,
)
from campaign_effect.stats.covariances.weighted_cr2 import weighted_cr2
from campaign_effect.stats.design.model_covariance import linearised_covariance
from campaign_effect.stats.design.survey_design import survey_design
from campaign_effect.stats.models.weighted import WeightedFit, fit_weighted_logit
from campaign_effect.stats.moments.arrays import Floats, Integers

ALPHA = 0.05
BETWEEN_VILLAGES, WITHIN_WEIGHTS, BETWEEN_WEIGHTS, OF_AGE = 0.4, 0.4, 0.5, 0.3
EXPOSED = np.array([[0.0, 1.0, 0.0]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of survey: its villages and strata, how unlike strata are, who is exposed."""

    villages: int
    strata: int
    answers: int
    between_strata: float
    exposure: str


CELLS = [
    Cell(villages=g, strata=h, answers=m, between_strata=b, exposure=exposure)
    for g, h, m in ((12, 3, 30), (12, 5, 30), (24, 4, 20))
    for exposure in ("villages", "people")
    for b in (0.0, 0.8)
]


def draw(cell: Cell, rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Integers]:
    """Draw the design, outcome and weights of a survey, and the village of each answer."""
    G = cell.villages
    village = np.repeat(np.arange(G), cell.answers)
    stratum, n = village % cell.strata, len(village)
    if cell.exposure == "villages":
        exposed = (rng.permutation(G) < G // 3)[village]
    else:
        exposed = rng.random(n) < (0.3 + 0.4 * rng.random(G))[village]
    age = rng.normal(size=n)
    eta = OF_AGE * age - 0.2 + BETWEEN_VILLAGES * rng.normal(size=G)[village]
    eta += cell.between_strata * np.linspace(-1, 1, cell.strata)[stratum]
    y = (rng.random(n) < special.expit(eta)).astype(float)
    weights = np.exp(BETWEEN_WEIGHTS * rng.normal(size=cell.strata))[stratum]
    weights *= np.exp(WITHIN_WEIGHTS * rng.normal(size=n))
    return np.column_stack([np.ones(n), exposed, age]), y, weights, village


def run(cell: Cell, seed: int) -> tuple[float, float]:
    """Test the exposure of one survey by both covariances; nan where there is no estimate."""
    X, y, weights, village = draw(cell, np.random.default_rng(seed))
    try:
        fit = fit_weighted_logit(X, y, weights)
        design = survey_design(fit.weights, strata=village % cell.strata, psu=village)
        both = (weighted_cr2(fit, village), linearised_covariance(fit, design))
    except StatisticsError:
        return np.nan, np.nan
    return p_value(fit, both[0]), p_value(fit, both[1])


def p_value(fit: WeightedFit, covariance: Covariance) -> float:
    """Test the exposure by t."""
    t = fit.beta[1] / standard_errors(covariance, EXPOSED)[0]
    return float(2 * stats.t.sf(abs(t), contrast_df(covariance, EXPOSED)[0]))


def measure(cell: Cell, runs: int) -> tuple[float, float]:
    """Give the share of true hypotheses that CR2 and the design reject."""
    with threadpool_limits(limits=1):
        found = np.array([run(cell, seed) for seed in range(runs)])
    tested = found[~np.isnan(found[:, 0])]
    cr2, design = (tested < ALPHA).mean(axis=0)
    return float(cr2), float(design)


def main() -> None:
    """Print the share of true hypotheses rejected in each cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="surveys a cell")
    runs = parser.parse_args().runs
    print(
        f"{'villages':>8} {'strata':>6} {'exposed':>9} {'between':>7} {'CR2':>6} {'design':>6}"
    )
    for cell in CELLS:
        cr2, design = measure(cell, runs)
        print(
            f"{cell.villages:8} {cell.strata:6} {cell.exposure:>9} "
            f"{cell.between_strata:7.1f} {cr2:6.3f} {design:6.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
