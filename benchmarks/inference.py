#!/usr/bin/env python
"""How long bootstraps, the jackknife and imputation take, beside statsmodels and R.

One thread. Everything is timed in one run, the best of several; slow rivals are timed on a
part of the draws and scaled up. R and its mice are left out where they are not installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import statsmodels.api as sm  # type: ignore[import-untyped]  # has no types
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from campaign_effect.simulate import Design, simulate_answers
from campaign_effect.stats.covariances.bootstrap_weights import bootstrap_weights
from campaign_effect.stats.covariances.cluster_bootstrap import cluster_bootstrap
from campaign_effect.stats.covariances.jackknife import jackknife_covariance
from campaign_effect.stats.covariances.score_bootstrap import score_bootstrap
from campaign_effect.stats.covariances.wild import wild_bootstrap
from campaign_effect.stats.design.chained import impute_chained
from campaign_effect.stats.design.imputations import VariableKind
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.moments.arrays import Floats, Integers

DRAWS, PART = 2000, 100
VILLAGES, PER_VILLAGE = 40, 50
R_BOOTSTRAP = """
d <- read.csv("%s"); rows <- split(seq_len(nrow(d)), d$village)
f <- function() { i <- unlist(rows[sample(length(rows), replace = TRUE)])
  glm.fit(as.matrix(d[i, 1:%d]), d$y[i], family = binomial()) }
invisible(f()); cat(system.time(for (b in 1:%d) f())[["elapsed"]])
"""
R_MICE = """
suppressMessages(library(mice)); d <- read.csv("%s"); d$x2 <- factor(d$x2)
cat(system.time(mice(d, m = 20, maxit = 10, printFlag = FALSE))[["elapsed"]])
"""


def best(call: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of several calls."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def survey() -> tuple[Floats, Floats, Integers]:
    """2,000 answers of 40 villages, with 4 terms."""
    found = simulate_answers(Design(villages=VILLAGES, per_village=PER_VILLAGE), seed=1)
    X = np.column_stack([np.ones(len(found.outcome)), found.exposure, found.controls])
    return X, found.outcome, found.village


def statsmodels_bootstrap(X: Floats, y: Floats, village: Integers) -> float:
    """Seconds that statsmodels would take for all draws."""
    rows = [np.flatnonzero(village == g) for g in range(VILLAGES)]
    rng = np.random.default_rng(1)

    def some() -> None:
        for _ in range(PART):
            drawn = np.concatenate([rows[g] for g in rng.integers(0, VILLAGES, VILLAGES)])
            sm.Logit(y[drawn], X[drawn]).fit(disp=False)

    return best(some, times=2) * DRAWS / PART


def seconds_of_r(code: str, data: Floats, header: str, *numbers: int) -> float | None:
    """Seconds that R code reports for a table, None where R cannot run it."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        text = [
            [("NA" if np.isnan(value) else repr(float(value))) for value in row] for row in data
        ]
        path.write_text("\n".join([header, *(",".join(row) for row in text)]))
        command = ["Rscript", "-e", code % (path, *numbers)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


def incomplete() -> Floats:
    """1,757 answers to six questions, three of them incomplete, one a category."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(1757, 6))
    x[:, 1:] += 0.5 * x[:, :1]
    x[:, 2] = np.searchsorted([-0.5, 0.5], x[:, 2])
    for column in (2, 3, 4):
        x[rng.random(1757) < 0.18, column] = np.nan
    return x


def measure() -> list[tuple[str, float, float | None, float | None]]:
    """Name, our seconds, statsmodels' and R's."""
    X, y, village = survey()
    linear, logit = fit_ols(X, y), fit_logit(X, y)
    contrast, weights = np.eye(X.shape[1])[1], bootstrap_weights(VILLAGES)

    def wild() -> object:
        return wild_bootstrap(linear, village, contrast, bootstrap_weights(VILLAGES))

    table = np.column_stack([X, village, y])
    header = ",".join([*(f"x{j}" for j in range(X.shape[1])), "village", "y"])
    r_bootstrap = seconds_of_r(R_BOOTSTRAP, table, header, X.shape[1], PART)
    data = incomplete()
    kinds = [VariableKind.NUMBER] * 6
    kinds[2] = VariableKind.CATEGORY
    return [
        (
            f"cluster bootstrap, {DRAWS} logits",
            best(lambda: cluster_bootstrap(logit, village, draws=DRAWS)),
            statsmodels_bootstrap(X, y, village),
            None if r_bootstrap is None else r_bootstrap * DRAWS / PART,
        ),
        (
            "wild bootstrap with interval, 9999",
            best(
                lambda: wild_bootstrap(linear, village, contrast, bootstrap_weights(VILLAGES))
            ),
            None,
            None,
        ),
        (
            "score bootstrap with interval, 9999",
            best(lambda: score_bootstrap(logit, village, contrast, weights)),
            None,
            None,
        ),
        ("jackknife, logit", best(lambda: jackknife_covariance(logit, village)), None, None),
        (
            "imputation, 20 x 10",
            best(lambda: impute_chained(data, tuple(kinds)), times=3),
            None,
            seconds_of_r(R_MICE, data, "x0,x1,x2,x3,x4,x5"),
        ),
    ]


def cell(seconds: float | None, ours: float) -> str:
    return " " * 18 if seconds is None else f"{seconds:9.3f} ({seconds / ours:5.1f})"


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    print(f"{'seconds (times ours)':36} {'ours':>7}  {'statsmodels':>17}  {'R':>17}")
    with threadpool_limits(limits=1):
        for name, ours, statsmodels, r in measure():
            print(f"{name:36} {ours:7.3f}  {cell(statsmodels, ours)}  {cell(r, ours)}")


if __name__ == "__main__":
    main()
