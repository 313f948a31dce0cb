#!/usr/bin/env python
"""Factor models beside lavaan: seconds of both in one run, and their ratio.

Both read the same answers, fit the model and its baseline, and give estimates and standardised
estimates with errors, tests and fit indices: lavaan by ``cfa``, ``fitMeasures`` and
``standardizedSolution``, ours by what ``confirm_factors`` calls for these. ``everything`` is
``confirm_factors`` as it is, with modification indices and residuals on both sides.
``--rows 1000000`` runs a large sample without lavaan.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd

from campaign_effect.analyses.resampling import Bootstrap
from campaign_effect.analyses.sem.confirm import confirm_factors
from campaign_effect.analyses.sem.evidence import fit_row
from campaign_effect.analyses.sem.fitting import fit_model
from campaign_effect.analyses.sem.parameters import parameter_rows
from campaign_effect.analyses.sem.settings import FactorSettings, MoreSettings
from campaign_effect.survey import Survey, read_survey

DATA = Path(__file__).parents[1] / "tests" / "reference" / "data" / "bfi.csv"
MODEL = "\n".join(f"{f} =~ " + " + ".join(f"{f}{i}" for i in range(1, 6)) for f in "ACENO")
ITEMS = [f"{f}{i}" for f in "ACENO" for i in range(1, 6)]
THRESHOLDS = (-1.5, -0.8, 0.0, 0.7, 1.4)
LAVAAN = """
suppressPackageStartupMessages(library(lavaan))
data <- read.csv("{data}")
model <- "{model}"
items <- c({items})
best <- Inf
for (i in 1:{repeats}) {{
  started <- proc.time()[["elapsed"]]
  fit <- {call}
  {after}
  best <- min(best, proc.time()[["elapsed"]] - started)
}}
cat(best)
"""
AFTER = "measures <- fitMeasures(fit); standard <- standardizedSolution(fit)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to do, both ways; ``aim`` is the ratio that was asked for."""

    name: str
    aim: float
    ours: Callable[[Survey], object]
    theirs: str
    is_complete: bool = True
    after: str = AFTER


def fitted(estimator: str, **more: Unpack[MoreSettings]) -> Callable[[Survey], object]:
    """Fit a model, with estimates, errors, tests and indices."""

    def fit(survey: Survey) -> object:
        settings = FactorSettings(estimator=estimator, std_lv=True, **more)
        model = fit_model(survey, MODEL, settings)
        return parameter_rows(model), fit_row(model)

    return fit


def incomplete(survey: Survey) -> object:
    """Fit incomplete answers by full information."""
    settings = FactorSettings(estimator="ML", std_lv=True, missing="fiml")
    model = fit_model(survey, MODEL, settings)
    return parameter_rows(model), fit_row(model)


def everything(survey: Survey) -> object:
    """Say all that is said of a model of ordered answers."""
    return confirm_factors(survey, MODEL, std_lv=True)


WLSMV = "cfa(model, data, ordered = items, std.lv = TRUE, estimator = 'WLSMV')"
CASES = (
    Case(
        name="WLSMV",
        aim=4,
        ours=fitted("WLSMV"),
        theirs=WLSMV,
    ),
    Case(
        name="everything",
        aim=4,
        ours=everything,
        theirs=WLSMV,
        after=AFTER + "; found <- modindices(fit); left <- residuals(fit, type = 'cor')",
    ),
    Case(
        name="ML",
        aim=3,
        ours=fitted("ML"),
        theirs="cfa(model, data, std.lv = TRUE)",
    ),
    Case(
        name="MLR",
        aim=5,
        ours=fitted("MLR"),
        theirs="cfa(model, data, std.lv = TRUE, estimator = 'MLR')",
    ),
    Case(
        name="FIML",
        aim=5,
        ours=incomplete,
        theirs="cfa(model, data, std.lv = TRUE, missing = 'fiml')",
        is_complete=False,
    ),
    Case(
        name="500 bootstraps",
        aim=2.5,
        ours=fitted("ML", bootstrap=Bootstrap(reps=500, workers=2)),
        theirs="cfa(model, data, std.lv = TRUE, se = 'bootstrap', bootstrap = 500)",
        after="",
    ),
)


def compare(case: Case, frame: pd.DataFrame, folder: Path, repeats: int) -> Iterator[float]:
    """Give the best seconds of both."""
    used = frame.dropna() if case.is_complete else frame
    survey = read_survey(used)
    yield best_of(lambda: case.ours(survey), repeats)
    path = folder / "answers.csv"
    used.to_csv(path, index=False)
    items = ", ".join(f"'{item}'" for item in ITEMS)
    script = LAVAAN.format(
        data=path,
        model=MODEL.replace("\n", "; "),
        items=items,
        repeats=repeats,
        call=case.theirs,
        after=case.after,
    )
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
    yield float(done.stdout)


def best_of(call: Callable[[], object], repeats: int) -> float:
    """Give the shortest of several runs, in seconds."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def bfi() -> pd.DataFrame:
    """Read the 25 items of the Big Five."""
    return pd.read_csv(DATA)[ITEMS].astype(float)


def simulated(rows: int) -> pd.DataFrame:
    """Draw answers of six categories to 25 items of five factors."""
    rng = np.random.default_rng(1)
    R = np.full((5, 5), 0.3) + 0.7 * np.eye(5)
    factors = rng.multivariate_normal(np.zeros(5), R, size=rows, method="cholesky")
    codes = np.empty((rows, 25), dtype=np.int8)
    for i in range(25):
        latent = 0.7 * factors[:, i // 5] + np.sqrt(0.51) * rng.normal(size=rows)
        codes[:, i] = np.searchsorted(THRESHOLDS, latent) + 1
    return pd.DataFrame(codes.astype(float), columns=ITEMS)


def print_large(rows: int) -> None:
    """Time one large fit, and say the most memory the process held."""
    survey = read_survey(simulated(rows))
    before = peak_gigabytes()
    started, used = time.perf_counter(), time.process_time()
    model = fit_model(survey, MODEL, FactorSettings(estimator="WLSMV", std_lv=True))
    parameters, fit = parameter_rows(model), fit_row(model)
    seconds = time.perf_counter() - started
    print(f"{rows:,} rows of 25, WLSMV: {seconds:.2f} s ({used:.2f} s of processors)")
    print(f"{len(parameters)} parameters, scaled chi-square {fit.chi2_scaled:.1f}")
    print(f"most memory {peak_gigabytes():.2f} GB, of which the survey held {before:.2f} GB")


def peak_gigabytes() -> float:
    """Give the most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES])
    parser.add_argument("--rows", type=int, help="time WLSMV of so many simulated rows alone")
    parser.add_argument("--lavaan-rows", type=int, help="both, WLSMV of so many rows")
    options = parser.parse_args()
    if options.rows:
        print_large(options.rows)
        return
    if shutil.which("Rscript") is None:
        raise SystemExit("Rscript with lavaan is needed for the comparison.")
    frame, cases, repeats = bfi(), CASES, options.repeats
    if options.lavaan_rows:
        frame, repeats = simulated(options.lavaan_rows), 1
        cases = (replace(CASES[0], aim=30),)
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            if options.case and case.name not in options.case:
                continue
            times = 1 if case.name.startswith("500") else repeats
            ours, theirs = compare(case, frame, Path(folder), times)
            print(f"{case.name:>15}  ours {ours:7.3f} s  lavaan {theirs:7.3f} s", end="")
            print(f"  ratio {theirs / ours:5.1f}  (aim {case.aim:g})")


if __name__ == "__main__":
    main()
