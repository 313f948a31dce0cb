#!/usr/bin/env python
"""Effect models beside statsmodels and R: seconds of processor time, and peak memory.

A logit of 15 terms with standard errors by cluster (CR1) and the average marginal effect of
every term, at 2,000 and 1,000,000 answers; an ordered logit of five categories at 100,000.
Everyone is timed in a process of their own, on one thread, on answers simulated alike, the
best of several runs. ``public`` is `fit_effect` and `average_effects` of a survey, with checks
of separation, notices and rows; the others are arrays in and arrays out.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from campaign_effect.stats.moments.arrays import Floats, Integers

TERMS, CLUSTERS = 15, 40
ANSWERED, MOST_RUNS = 500_000, 200  # the best of so many runs as answer so many together
R_LOGIT = """
suppressMessages(library(sandwich)); set.seed(1); n <- %d; p <- 15
X <- cbind(1, matrix(rnorm(n * (p - 1)), n)); g <- sample(40, n, TRUE)
y <- as.numeric(runif(n) < plogis(X %%*%% rep(c(.2, -.1, .05), 5)))
d <- data.frame(y, X[, -1]); best <- Inf
for (i in 1:%d) { t <- system.time({
  fit <- glm(y ~ ., binomial, d); V <- vcovCL(fit, g, type = "HC1")
  b <- coef(fit); eta <- fit$linear.predictors; q <- plogis(eta); s <- q * (1 - q)
  J <- diag(mean(s), p) + outer(b, colMeans(s * (1 - 2 * q) * model.matrix(fit)))
  ame <- mean(s) * b; se <- sqrt(diag(J %%*%% V %%*%% t(J)))
}); best <- min(best, t[[1]] + t[[2]]) }
cat(best)
"""
R_ORDERED = """
suppressMessages(library(MASS)); set.seed(1); n <- %d
x <- matrix(rnorm(n * 5), n); d <- data.frame(x)
d$y <- cut(x %%*%% c(.5, -.3, .2, .1, 0) + rlogis(n), c(-Inf, -2, -.5, .5, 2, Inf))
best <- Inf
for (i in 1:%d) { t <- system.time(polr(y ~ ., d, Hess = TRUE))
  best <- min(best, t[[1]] + t[[2]]) }
cat(best)
"""


def logit_answers(n: int) -> tuple[Floats, Floats, Integers]:
    """A design with its ones, outcomes of 0 and 1, and clusters."""
    rng = np.random.default_rng(1)
    X = np.column_stack([np.ones(n), rng.normal(size=(n, TERMS - 1))])
    eta = X @ np.tile([0.2, -0.1, 0.05], TERMS // 3)
    y = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(np.float64)
    return X, y, rng.integers(0, CLUSTERS, n)


def ordered_answers(n: int) -> tuple[Floats, Integers]:
    """A design without ones and categories from 0 to 4."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, 5))
    latent = X @ [0.5, -0.3, 0.2, 0.1, 0.0] + rng.logistic(size=n)
    return X, np.searchsorted([-2.0, -0.5, 0.5, 2.0], latent)


def logit_of_ours(n: int) -> Callable[[], object]:
    from campaign_effect.stats.covariances.covariance import Cr, cr_covariance, standard_errors
    from campaign_effect.stats.models.logit import fit_logit
    from campaign_effect.stats.models.margins import average_column_slopes

    X, y, clusters = logit_answers(n)

    def run() -> object:
        fit = fit_logit(X, y)
        gradients = np.array([m.gradient for m in average_column_slopes(fit)])
        return standard_errors(cr_covariance(fit, clusters, Cr.CR1), gradients)

    return run


def logit_in_public(n: int) -> Callable[[], object]:
    import campaign_effect as ce

    X, y, clusters = logit_answers(n)
    names = [f"x{j}" for j in range(1, TERMS)]
    answers = pd.DataFrame(X[:, 1:], columns=names).assign(
        y=y.astype(int), village=np.array([f"v{g}" for g in range(CLUSTERS)])[clusters]
    )
    survey = ce.read_survey(answers)
    formula = "y ~ " + " + ".join(names)
    return lambda: ce.average_effects(
        ce.fit_effect(survey, formula, vcov=ce.CR1(cluster="village"))
    )


def logit_of_statsmodels(n: int) -> Callable[[], object]:
    import statsmodels.api as sm  # type: ignore[import-untyped]  # has no types

    X, y, clusters = logit_answers(n)

    def run() -> object:
        model = sm.Logit(y, X)
        fit = model.fit(disp=False, cov_type="cluster", cov_kwds={"groups": clusters})
        return fit.get_margeff().margeff_se

    return run


def ordered_of_ours(n: int) -> Callable[[], object]:
    from campaign_effect.stats.covariances.category_covariance import (
        classic_category_covariance,
    )
    from campaign_effect.stats.models.links import LOGIT
    from campaign_effect.stats.models.ordered import fit_ordered

    X, y = ordered_answers(n)
    return lambda: classic_category_covariance(fit_ordered(X, y, link=LOGIT))


def ordered_of_statsmodels(n: int) -> Callable[[], object]:
    from statsmodels.miscmodels.ordinal_model import (  # type: ignore[import-untyped]
        OrderedModel,
    )

    X, y = ordered_answers(n)
    model = OrderedModel(y, X, distr="logit")
    return lambda: model.fit(method="bfgs", disp=False).bse


def timed(make: Callable[[int], Callable[[], object]], n: int) -> tuple[float, float]:
    """Seconds of processor time of the best run, and the peak memory in GB."""
    run = make(n)  # opens every library, which could not be told of its threads before
    with threadpool_limits(limits=1):
        seconds = []
        for _ in range(repeats(n)):
            start = time.process_time()
            run()
            seconds.append(time.process_time() - start)
    return min(seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def repeats(n: int) -> int:
    return min(max(2, ANSWERED // n), MOST_RUNS)


def alone(make: Callable[[int], Callable[[], object]], n: int) -> tuple[float, float]:
    """Time in a process that did nothing before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(timed, make, n).result()


def seconds_of_r(code: str, n: int) -> float | None:
    """Seconds that R needs; None where R or a package is not there."""
    if shutil.which("Rscript") is None:
        return None
    command = ["Rscript", "-e", code % (n, min(repeats(n), 20))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


def shown(name: str, seconds: float, ours: float, memory: float | None) -> str:
    peak = "" if memory is None else f"{memory:9.2f}"
    return f"  {name:12} {seconds:10.4f} {seconds / ours:8.1f} {peak}"


def compare(
    title: str, n: int, makers: dict[str, Callable[[int], Callable[[], object]]], r: str
) -> None:
    print(f"{title}, {n:,} answers\n  {'':12} {'seconds':>10} {'ratio':>8} {'peak GB':>9}")
    found = {name: alone(make, n) for name, make in makers.items()}
    ours = found["ours"][0]
    for name, (seconds, memory) in found.items():
        print(shown(name, seconds, ours, memory), flush=True)
    of_r = seconds_of_r(r, n)
    if of_r is not None:
        print(shown("R", of_r, ours, None), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, action="append", help="of the logits")
    options = parser.parse_args()
    logits = {
        "ours": logit_of_ours,
        "public": logit_in_public,
        "statsmodels": logit_of_statsmodels,
    }
    for n in options.answers or (2_000, 1_000_000):
        compare("logit, clusters, average effects", n, logits, R_LOGIT)
    ordered = {"ours": ordered_of_ours, "statsmodels": ordered_of_statsmodels}
    compare("ordered logit", 100_000, ordered, R_ORDERED)


if __name__ == "__main__":
    main()
