"""The measurement model: every item on its construct, the constructs correlated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from campaign_effect.analyses.validity.answers import ConstructAnswers
from campaign_effect.analyses.validity.rows import (
    ConvergentValidity,
    FornellLarcker,
    OuterLoading,
)
from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.items.alpha import coefficient_alpha
from campaign_effect.stats.items.validity import (
    average_variance_extracted,
    composite_reliability,
    total_variance_extracted,
)
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.fit import fit
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.sample import sample_of_rows
from campaign_effect.stats.sem.standardise import standardise
from campaign_effect.stats.sem.syntax import parse_model
from campaign_effect.stats.sem.table import Specification


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A confirmatory model of correlated constructs by maximum likelihood.

    Attributes
    ----------
    loadings, std_errors : tuple of ndarray
        Of each construct's items, standardised.
    phi : ndarray, shape (m, m)
        Correlations of the constructs.
    """

    loadings: tuple[Floats, ...] = field(compare=False)
    std_errors: tuple[Floats, ...] = field(compare=False)
    phi: Floats = field(compare=False)


def fit_measurement(answers: ConstructAnswers) -> Measurement:
    """Fit the measurement model of all constructs.

    Raises
    ------
    StatisticsError
        If these answers have no such model.
    ConvergenceError
        If the gradient cannot be brought to 0.
    """
    names = [f"x{i}" for i in range(len(answers.items))]  # items may hold any character
    model = "\n".join(
        f"f{j} =~ " + " + ".join(names[i] for i in items)
        for j, items in enumerate(answers.places)
    )
    table = build_table(parse_model(model), names, Specification(std_lv=True))
    solution = fit(table, sample_of_rows([answers.X]), "ML")
    if not solution.optimum.is_converged:
        raise ConvergenceError("The measurement model of these constructs did not converge.")
    found = standardise(solution)
    where = {p.name: i for i, p in enumerate(solution.table.parameters)}
    of_items = [
        np.array([where[f"f{j}=~{names[i]}"] for i in items])
        for j, items in enumerate(answers.places)
    ]
    return Measurement(
        loadings=tuple(found.values[places] for places in of_items),
        std_errors=tuple(found.std_errors[places] for places in of_items),
        phi=_correlations(found.values, where, len(answers.places)),
    )


def convergent_rows(
    answers: ConstructAnswers, measurement: Measurement
) -> Iterator[ConvergentValidity]:
    """Give CR and AVE of every construct."""
    S = np.cov(answers.X, rowvar=False)
    for j, (construct, items) in enumerate(
        zip(answers.constructs, answers.places, strict=True)
    ):
        loadings, here = measurement.loadings[j], list(items)
        deviations = np.sqrt(np.diagonal(S)[here])
        yield ConvergentValidity(
            construct=construct,
            k=len(items),
            n=len(answers.X),
            smallest_loading=float(loadings[np.abs(loadings).argmin()]),
            alpha=float(coefficient_alpha(S[np.ix_(here, here)])),
            composite_reliability=composite_reliability(loadings, 1 - loadings**2),
            ave=average_variance_extracted(loadings),
            variance_extracted=total_variance_extracted(
                loadings * deviations, (1 - loadings**2) * deviations**2
            ),
        )


def loading_rows(
    answers: ConstructAnswers, measurement: Measurement, level: float
) -> Iterator[OuterLoading]:
    """Give every standardised loading with its delta-method interval."""
    z = special.ndtri((1 + level) / 2)
    for j, items in enumerate(answers.places):
        pairs = zip(measurement.loadings[j], measurement.std_errors[j], strict=True)
        for i, (estimate, std_error) in zip(items, pairs, strict=True):
            yield OuterLoading(
                construct=answers.constructs[j],
                item=answers.items[i],
                estimate=float(estimate),
                std_error=float(std_error),
                conf_low=float(estimate - z * std_error),
                conf_high=float(estimate + z * std_error),
            )


def fornell_larcker_rows(
    answers: ConstructAnswers, measurement: Measurement
) -> Iterator[FornellLarcker]:
    """Give the constructs' correlations, and the root of AVE on the diagonal."""
    for i, first in enumerate(answers.constructs):
        root = np.sqrt(average_variance_extracted(measurement.loadings[i]))
        for j, second in enumerate(answers.constructs):
            estimate = root if i == j else measurement.phi[i, j]
            yield FornellLarcker(
                construct_1=first, construct_2=second, estimate=float(estimate)
            )


def improper_items(answers: ConstructAnswers, measurement: Measurement) -> tuple[str, ...]:
    """Name the items with a standardised loading of 1 or more."""
    return tuple(
        answers.items[i]
        for items, loadings in zip(answers.places, measurement.loadings, strict=True)
        for i, loading in zip(items, loadings, strict=True)
        if abs(loading) >= 1
    )


def _correlations(values: Floats, where: dict[str, int], m: int) -> Floats:
    phi = np.eye(m)
    for i in range(m):
        for j in range(i + 1, m):
            place = where.get(f"f{i}~~f{j}", where.get(f"f{j}~~f{i}"))
            if place is not None:
                phi[i, j] = phi[j, i] = values[place]
    return phi
