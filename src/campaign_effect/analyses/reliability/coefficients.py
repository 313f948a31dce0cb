"""Every coefficient of a construct's score, and why some are missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np

from campaign_effect.analyses.reliability.answers import ScaleAnswers
from campaign_effect.analyses.reliability.rows import ReliabilityBounds, ScaleReliability
from campaign_effect.errors import CollinearityError, StatisticsError
from campaign_effect.results import Notice
from campaign_effect.stats.items.alpha import Alpha, coefficient_alpha
from campaign_effect.stats.items.categorical import categorical_omega
from campaign_effect.stats.items.critical import standard_error_of_measurement
from campaign_effect.stats.items.guttman import guttman_lambdas
from campaign_effect.stats.items.hierarchical import hierarchical_omega
from campaign_effect.stats.items.one_factor import (
    Omega,
    fit_one_factor,
    fit_one_factor_weighted,
    mcdonald_omega,
)
from campaign_effect.stats.items.scores import scale_scores
from campaign_effect.stats.items.split_half import split_halves
from campaign_effect.stats.items.validity import composite_reliability
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.pairwise import pairwise_moments
from campaign_effect.stats.moments.polychorics import Polychorics, estimate_polychorics
from campaign_effect.stats.moments.resampling import correlations_of
from campaign_effect.stats.moments.tables import count_tables

LEAST_FOR_OMEGA: Final = 3
LEAST_FOR_HIERARCHY: Final = 6
GROUP_FACTORS: Final = 3

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Attempts:
    """Coefficients that were tried, and the kinds of error that some met."""

    failed: dict[str, list[str]] = field(default_factory=dict)

    def make(self, coefficient: str, compute: Callable[[], Value]) -> Value | None:
        """Compute a coefficient; note the kind of error where there is none."""
        try:
            return compute()
        except StatisticsError as error:
            kind = next(k for k in type(error).__mro__ if k.__module__.endswith(".errors"))
            self.failed.setdefault(kind.__name__, []).append(f"coefficient.{coefficient}")
        except np.linalg.LinAlgError:
            self.failed.setdefault(CollinearityError.__name__, []).append(
                f"coefficient.{coefficient}"
            )
        return None

    def notices(self, answers: ScaleAnswers) -> list[Notice]:
        """Say which coefficients are missing, and why."""
        return [
            Notice.of(
                f"no_coefficient.{kind}",
                construct=answers.where,
                coefficients=tuple(coefficients),
            )
            for kind, coefficients in self.failed.items()
        ]


def scale_row(
    answers: ScaleAnswers, alpha: Alpha, rule: str, level: float, attempts: Attempts
) -> ScaleReliability:
    """Compute the coefficients of one construct."""
    scores = _scores(answers, rule)
    moments = pairwise_moments(scores[:, None], weights=answers.weights)
    sd = float(np.sqrt(moments.covariances[0, 0]))
    omega = _omega(answers, level, attempts)
    categorical, ordinal = _of_categories(answers, attempts)
    low, high = (_ends(answers, rule, end) for end in answers.scale_range)
    return ScaleReliability(
        construct=answers.construct,
        group=answers.group,
        k=alpha.k,
        n=len(answers.X),
        alpha=alpha.alpha,
        conf_low=alpha.conf_low,
        conf_high=alpha.conf_high,
        alpha_standardised=alpha.alpha_standardised,
        average_r=alpha.average_r,
        omega_total=omega.omega if omega else None,
        omega_low=omega.conf_low if omega else None,
        omega_high=omega.conf_high if omega else None,
        omega_categorical=categorical,
        omega_h=_omega_h(answers, attempts),
        alpha_ordinal=ordinal,
        composite_reliability=_composite(answers, attempts) if omega else None,
        mean=float(moments.means[0]),
        sd=sd,
        std_error_measurement=(
            standard_error_of_measurement(sd, alpha.alpha) if alpha.alpha >= 0 else None
        ),
        floor=answers.share_of(np.isclose(scores, low)),
        ceiling=answers.share_of(np.isclose(scores, high)),
    )


def bounds_row(answers: ScaleAnswers, attempts: Attempts) -> ReliabilityBounds | None:
    """Compute Guttman's bounds and the split halves of one construct."""

    def compute() -> ReliabilityBounds:
        lambdas = guttman_lambdas(answers.covariances)
        halves = split_halves(answers.covariances)
        stepped_up = halves.odd_even_spearman_brown
        return ReliabilityBounds(
            construct=answers.construct,
            group=answers.group,
            k=len(answers.items),
            lambda_1=lambdas.lambda_1,
            lambda_2=lambdas.lambda_2,
            lambda_3=lambdas.lambda_3,
            lambda_4=lambdas.lambda_4,
            lambda_5=lambdas.lambda_5,
            lambda_6=lambdas.lambda_6,
            split_half_worst=halves.worst,
            split_half_average=halves.average,
            split_half_best=halves.best,
            split_half_odd_even=halves.odd_even,
            spearman_brown=None if np.isnan(stepped_up) else stepped_up,
        )

    return attempts.make("bounds", compute)


def improper_item(answers: ScaleAnswers) -> str | None:
    """Name the item that the one-factor model explains altogether (a Heywood case)."""
    try:
        fit = fit_one_factor(answers.covariances, n=answers.n_effective)
    except (StatisticsError, np.linalg.LinAlgError):
        return None
    if not fit.is_bounded:
        return None
    left = fit.residual_variances / np.diagonal(answers.covariances)
    return answers.items[int(left.argmin())]


def _scores(answers: ScaleAnswers, rule: str) -> Floats:
    """Score every row used, from the items it answered."""
    k = len(answers.items)
    return scale_scores(answers.X, rule="sum" if rule == "sum" else "mean", min_answered=1 / k)


def _ends(answers: ScaleAnswers, rule: str, end: float) -> float:
    return end * len(answers.items) if rule == "sum" else end


def _omega(answers: ScaleAnswers, level: float, attempts: Attempts) -> Omega | None:
    if len(answers.items) < LEAST_FOR_OMEGA:
        return None
    n = answers.n_effective
    return attempts.make(
        "omega_total", lambda: mcdonald_omega(answers.covariances, n=n, level=level)
    )


def _composite(answers: ScaleAnswers, attempts: Attempts) -> float | None:
    def compute() -> float:
        fit = fit_one_factor(answers.covariances, n=answers.n_effective)
        common = fit.loadings**2
        loadings = fit.loadings / np.sqrt(common + fit.residual_variances)
        return composite_reliability(loadings, 1 - loadings**2)

    return attempts.make("composite_reliability", compute)


def _omega_h(answers: ScaleAnswers, attempts: Attempts) -> float | None:
    """Compute omega hierarchical, among all only: its rotation may take seconds."""
    if len(answers.items) < LEAST_FOR_HIERARCHY or answers.group is not None:
        return None
    R = correlations_of(answers.covariances)
    return attempts.make("omega_h", lambda: hierarchical_omega(R, GROUP_FACTORS).omega_h)


def _of_categories(
    answers: ScaleAnswers, attempts: Attempts
) -> tuple[float | None, float | None]:
    """Compute categorical omega and ordinal alpha from one set of polychorics."""
    coded = answers.coded
    if coded is None:
        return None, None
    tables = count_tables(coded.codes, weights=answers.weights)
    found = attempts.make("alpha_ordinal", lambda: estimate_polychorics(tables))
    if found is None:
        return None, None
    alpha = float(coefficient_alpha(found.correlations))
    if len(answers.items) < LEAST_FOR_OMEGA:
        return None, alpha
    return attempts.make("omega_categorical", lambda: _categorical_omega(found)), alpha


def _categorical_omega(found: Polychorics) -> float:
    if found.is_perfect.any():
        raise CollinearityError("Two items have a perfect polychoric correlation.")
    loadings = fit_one_factor_weighted(found.correlations, found.std_errors)
    return categorical_omega(loadings, found.thresholds)
