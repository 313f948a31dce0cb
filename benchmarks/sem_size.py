#!/usr/bin/env python
"""How often the scaled and shifted test rejects a true model, and intervals hold the truth.

Answers to five skewed categories are simulated from a factor model, and the same model is
fitted to them by WLSMV here and in lavaan (``sem_size.R``). Both see the same answers, so that
their difference owes nothing to chance. Theory promises 5% and 95% only as n grows.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from campaign_effect.analyses.sem.fitting import fit_model
from campaign_effect.analyses.sem.settings import FactorSettings
from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.survey import read_survey

SCRIPT = Path(__file__).with_suffix(".R")
THRESHOLDS = (-0.3, 0.5, 1.0, 1.5)
"""Of every item: 38% choose the lowest category, 7% the highest."""

LOADINGS = (0.8, 0.7, 0.6, 0.7, 0.5)
CORRELATION = 0.3
ALPHA, REACH = 0.05, 1.959963984540054
COLUMNS = ("rep", "p_value", "left", "right", "estimate", "std_error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A model that is true: some factors of some items each, answered by n people."""

    factors: int
    items: int
    n: int = 300

    @property
    def names(self) -> dict[str, list[str]]:
        """The items of each factor."""
        return {f"f{i}": [f"y{i}_{j}" for j in range(self.items)] for i in range(self.factors)}

    @property
    def model(self) -> str:
        """In lavaan's syntax."""
        return "\n".join(f"{f} =~ {' + '.join(own)}" for f, own in self.names.items())

    @property
    def truth(self) -> dict[tuple[str, str], float]:
        """Loadings and correlations, by their two variables."""
        found = {
            (f, y): v
            for f, own in self.names.items()
            for y, v in zip(own, LOADINGS, strict=False)
        }
        factors = list(self.names)
        return found | {(a, b): CORRELATION for a in factors for b in factors if a != b}

    def simulate(self, seed: int) -> pd.DataFrame:
        """Draw the answers of one survey, 1 to 5."""
        rng = np.random.default_rng(seed)
        between = np.full((self.factors,) * 2, CORRELATION)
        np.fill_diagonal(between, 1.0)
        factors = rng.multivariate_normal(np.zeros(self.factors), between, size=self.n)
        loadings = np.array(LOADINGS[: self.items])
        errors = rng.normal(size=(self.n, self.factors, self.items))
        latent = factors[:, :, None] * loadings + errors * np.sqrt(1 - loadings**2)
        codes = np.digitize(latent.reshape(self.n, -1), THRESHOLDS) + 1
        return pd.DataFrame(codes, columns=[y for own in self.names.values() for y in own])


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Surveys that had a solution, the share that rejected, and the coverage of intervals."""

    n: int
    rejected: float
    coverage: float


def fit_ours(design: Design, answers: pd.DataFrame, rep: int) -> pd.DataFrame:
    """Give test and estimates of one survey; no rows where there is no solution."""
    settings = FactorSettings(estimator="WLSMV", std_lv=True)
    try:
        solution = fit_model(read_survey(answers), design.model, settings).solution
    except StatisticsError:
        return pd.DataFrame(columns=COLUMNS)
    if not solution.optimum.is_converged or solution.scaled is None:
        return pd.DataFrame(columns=COLUMNS)
    pairs = zip(solution.table.parameters, solution.estimates, solution.std_errors, strict=True)
    p_value = solution.scaled.p_value
    return pd.DataFrame(
        [
            (rep, p_value, row.left, row.right, estimate, error)
            for row, estimate, error in pairs
            if row.slot >= 0 and row.operator in ("=~", "~~")
        ],
        columns=COLUMNS,
    )


def fit_theirs(design: Design, answers: list[pd.DataFrame]) -> pd.DataFrame:
    """Let lavaan fit all surveys."""
    with tempfile.TemporaryDirectory() as folder:
        given, model, found = (Path(folder) / name for name in ("y.csv", "model", "found.csv"))
        pd.concat([one.assign(rep=rep) for rep, one in enumerate(answers)]).to_csv(
            given, index=False
        )
        model.write_text(f"{design.model}\n")
        subprocess.run(["Rscript", SCRIPT, given, model, found], check=True)
        return pd.read_csv(found)


def size_of(design: Design, fits: pd.DataFrame) -> Size:
    """Count rejections and intervals that hold the truth."""
    tests = fits.groupby("rep")["p_value"].first()
    truth = design.truth
    pairs = zip(fits["left"], fits["right"], strict=True)
    true: Floats = np.array([truth[pair] for pair in pairs])
    holds = np.abs(fits["estimate"] - true) <= REACH * fits["std_error"]
    return Size(
        n=len(tests), rejected=float((tests < ALPHA).mean()), coverage=float(holds.mean())
    )


def compare(design: Design, reps: int, first_seed: int = 1) -> dict[str, Size]:
    """Measure both on the surveys that both could solve, and ours on all."""
    answers = [design.simulate(first_seed + rep) for rep in range(reps)]
    ours = pd.concat([fit_ours(design, one, rep) for rep, one in enumerate(answers)])
    theirs = fit_theirs(design, answers)
    both = set(ours["rep"]) & set(theirs["rep"])
    return {
        "ours": size_of(design, ours[ours["rep"].isin(both)]),
        "lavaan": size_of(design, theirs[theirs["rep"].isin(both)]),
        "ours, all": size_of(design, ours),
    }


def main() -> None:
    """Print both sizes for nine and for 25 items."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=500, help="surveys of 9 items")
    parser.add_argument("--large-reps", type=int, default=200, help="surveys of 25 items")
    parser.add_argument("--n", type=int, default=300)
    given = parser.parse_args()
    for factors, items, reps in ((3, 3, given.reps), (5, 5, given.large_reps)):
        design = Design(factors=factors, items=items, n=given.n)
        for whose, size in compare(design, reps).items():
            print(
                f"{factors * items} items, n = {given.n}, {whose}: {size.n} of {reps} surveys, "
                f"rejects {size.rejected:.1%}, intervals hold {size.coverage:.1%}"
            )


if __name__ == "__main__":
    main()
