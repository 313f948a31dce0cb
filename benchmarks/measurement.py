#!/usr/bin/env python
"""Time polychorics and bootstraps of reliability beside R, in one run.

Ratios say more than seconds: both sides meet the same machine at the same time. Without R
(with lavaan and psych) only our own times are given.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import campaign_effect as ce
from campaign_effect.stats.design.bootstrap import resample_counts
from campaign_effect.stats.items.resampled_alpha import resampled_alphas
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.tables import count_tables, encode

HERE = Path(__file__).parent
BFI = HERE.parent / "tests" / "reference" / "data" / "bfi.csv"
REPS = 1000
ROWS_AT_ONCE = 50
MEGABYTE = 1024**2


COMPARED = (
    ("polychorics, lavaan::lavCor", "lavCor", "polychorics"),
    ("polychorics, psych::polychoric", "polychoric", "polychorics"),
    ("public call, lavaan::lavCor", "lavCor", "ce.estimate_polychorics"),
    ("public call, psych::polychoric", "polychoric", "ce.estimate_polychorics"),
    ("bootstrap alphas, a lean loop", "bootstrap", "bootstrap alphas"),
    ("public call with BCa, a lean loop", "bootstrap", "ce.estimate_reliability with BCa"),
)
"""What, R's time and ours."""


def least_time(run: Callable[[], object], runs: int) -> float:
    """Give the seconds of the fastest run."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def compute_polychorics(X: Floats) -> object:
    """Count all tables and estimate thresholds, correlations and standard errors."""
    return estimate_polychorics(count_tables(encode(X).codes))


def bootstrap_alphas(X: Floats) -> Floats:
    """Compute alpha of a thousand resamples of respondents."""
    seeds = range(REPS // ROWS_AT_ONCE)
    # One thread of BLAS, as in `Bootstrap`: the products are small.
    draws = (resample_counts(len(X), ROWS_AT_ONCE, seed=seed) for seed in seeds)
    with threadpool_limits(limits=1, user_api="blas"):
        return np.concatenate([resampled_alphas(X, counts) for counts in draws])


def small(runs: int) -> dict[str, float]:
    """Time the Big Five's 2,436 complete answers to 25 items."""
    frame = pd.read_csv(BFI).iloc[:, :25].dropna().astype(float)
    survey = ce.read_survey(frame)
    X = frame.to_numpy()
    scale = X[:, :5].copy()
    scale[:, 0] = 7 - scale[:, 0]
    turned = ce.read_survey(pd.DataFrame(scale, columns=list("abcde")))
    bootstrap = ce.Bootstrap(reps=REPS, seed=7)
    return {
        "polychorics": least_time(lambda: compute_polychorics(X), runs),
        "ce.estimate_polychorics": least_time(lambda: ce.estimate_polychorics(survey), runs),
        "bootstrap alphas": least_time(lambda: bootstrap_alphas(scale), runs),
        "ce.estimate_reliability with BCa": least_time(
            lambda: ce.estimate_reliability(turned, bootstrap=bootstrap), runs
        ),
    }


def simulated(n: int) -> pd.DataFrame:
    """Simulate answers from 1 to 6 to 25 items of five factors."""
    rng = np.random.default_rng(1)
    columns = {}
    for factor in "ACENO":
        latent = rng.normal(size=n)
        for i in range(1, 6):
            answer = latent + rng.normal(size=n)
            columns[f"{factor}{i}"] = np.digitize(answer, [-2, -1, 0, 1, 2]) + 1.0
    return pd.DataFrame(columns)


def large(n: int) -> dict[str, float]:
    """Time n rows of 25 items, and the memory beyond the data, in a process of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_large, (n,))


def _large(n: int) -> dict[str, float]:
    frame = simulated(n)
    survey = ce.read_survey(frame)
    ce.estimate_polychorics(ce.read_survey(frame.head(1000)))  # imports and caches
    X, start = survey.scores(tuple(frame)), time.process_time()
    compute = least_time(lambda: compute_polychorics(X), 2)
    cpu = (time.process_time() - start) / 2
    public = least_time(lambda: ce.estimate_polychorics(survey), 2)
    tracemalloc.start()
    ce.estimate_polychorics(survey)
    megabytes = tracemalloc.get_traced_memory()[1] / MEGABYTE
    return {"compute": compute, "cpu": cpu, "public": public, "megabytes": megabytes}


def times_of_r() -> dict[str, float] | None:
    """Time lavaan, psych and a lean loop; None without R or its packages."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    script = [rscript, str(HERE / "measurement.R"), str(BFI)]
    found = subprocess.run(script, capture_output=True, text=True, check=False)
    return dict(json.loads(found.stdout)) if found.returncode == 0 else None


def ratio(theirs: dict[str, float] | None, name: str, ours: float) -> str:
    """Say how many times as fast as R we are."""
    return "R is absent" if theirs is None else f"{theirs[name] / ours:6.1f} x faster than R"


def main() -> None:
    """Print every time and ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="of each small task")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large survey")
    options = parser.parse_args()
    first, theirs, last = small(options.runs), times_of_r(), small(options.runs)
    ours = {name: min(first[name], last[name]) for name in first}
    for name, seconds in ours.items():
        print(f"{name:<34} {1000 * seconds:8.1f} ms")
    print("beside R, in the same run:")
    for task, name, mine in COMPARED:
        print(f"  {task:<34} {ratio(theirs, name, ours[mine])}")
    found = large(options.rows)
    print(f"{options.rows:,} x 25, all tables and polychorics:")
    print(f"  {found['compute']:.2f} s ({found['cpu']:.2f} s of processor), ", end="")
    print(f"public call {found['public']:.2f} s, {found['megabytes']:.0f} MB above the data")


if __name__ == "__main__":
    main()
