"""Effects of an exposure that is measured with error, corrected by regression calibration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from scipy import stats

from campaign_effect.analyses.effects.choices import Model
from campaign_effect.analyses.effects.counterfactuals import check_variable
from campaign_effect.analyses.effects.covariances import Vcov
from campaign_effect.analyses.effects.fit import fit_effect, schema_formulas
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.margins import average_effects
from campaign_effect.analyses.effects.measurement_error_rows import (
    CalibratedEffect,
    ExposureReliability,
    MeasurementErrorResult,
)
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import EffectResult
from campaign_effect.analyses.resampling import Bootstrap, replicate
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.results import Notice, Sample
from campaign_effect.stats.design.pooling import pool_estimates
from campaign_effect.stats.items.one_factor import mcdonald_omega
from campaign_effect.stats.models.measurement_error import Attenuation, attenuation
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.survey import Survey, takes_survey

LEAST_ITEMS: Final = 3
"""Omega of fewer items is not determined."""

ONE_FIT: Final = Bootstrap(reps=500)
"""Resamples that tell the standard error of the attenuation."""


@takes_survey
def correct_measurement_error(  # noqa: PLR0913 - the choices of fit_effect, and of what
    survey: Survey,
    of: str,
    formula: str | None = None,
    *,
    reliability: float | None = None,
    model: Model | None = None,
    vcov: Vcov | None = None,
    weights: str | bool = True,
    level: float = 0.95,
    missing: Imputation | None = None,
    bootstrap: Bootstrap = ONE_FIT,
) -> MeasurementErrorResult:
    """Correct the effect of an exposure for error in its measurement.

    Parameters
    ----------
    survey : Survey
    of : str
        A construct of the schema (its score), or any number whose reliability is given. It
        must be a term of its own in the formula.
    formula : str, optional
        By default one model for each outcome of the schema, on its exposures and controls.
    reliability : float, optional
        Share of the true exposure in the variance of the measured one, in (0, 1], known from
        elsewhere (a retest); by default McDonald's omega of the construct's items among the
        respondents used who answered all of them.
    model, vcov, weights, level, missing
        As for `fit_effect`; not for a model of categories. A construct is imputed by its
        items, and its omega is that of the imputed answers.
    bootstrap : Bootstrap, optional
        Resamples, of whole clusters where the covariance names one, that tell the error of
        the attenuation; 500 by default, of all imputations together.

    Returns
    -------
    MeasurementErrorResult
        Part ``effects``: coefficient and average effect as measured and corrected, per unit of
        the exposure; part ``reliability``: what the correction rests on.

    Raises
    ------
    UsageError
        If the exposure is no term of its own, or no construct and without a reliability.
    StatisticsError
        If the items have no omega, or the other terms explain as much of the exposure as is
        reliable.

    Notes
    -----
    The error is taken to be classical: independent of the true exposure, of the other terms
    and, given these, of the outcome; the other terms are taken as measured without error.
    Both estimates are divided by the attenuation, (rho - R²) / (1 - R²) [1]_; the variance is
    se² / lambda² + b² var(lambda) / lambda⁴ [2]_, with the covariance and degrees of freedom
    asked for. Over imputations each one is corrected by its own reliability and attenuation,
    and the corrected estimates are pooled by Rubin's rules, as are these. Respondents who
    recall more of a candidate they favour make errors that are not classical, and no
    reliability corrects these. A structural model (`fit_sem`) takes the same error out inside
    one model; the reliability of a factor score of Bartlett's is the square of its
    correlation with the factor.

    References
    ----------
    .. [1] Carroll, R. J., Ruppert, D., Stefanski, L. A., & Crainiceanu, C. M. (2006).
       Measurement error in nonlinear models: A modern perspective (2nd ed.). Chapman &
       Hall/CRC. https://doi.org/10.1201/9781420010138
    .. [2] Rosner, B., Willett, W. C., & Spiegelman, D. (1989). Correction of logistic
       regression relative risk estimates and confidence intervals for systematic
       within-person measurement error. Statistics in Medicine, 8, 1051-1069.
       https://doi.org/10.1002/sim.4780080905

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [1, 3, 2, 5, 4, 6], "x": range(6)})
    >>> survey = ce.read_survey(frame)
    >>> found = ce.correct_measurement_error(
    ...     survey, "x", "y ~ x", reliability=0.8, model=ce.Ols()
    ... )
    >>> found.tidy()["coefficient"].round(4).tolist()
    [0.8857, 1.1071]
    """
    formulas = schema_formulas(survey.schema) if formula is None else [formula]
    effects: list[CalibratedEffect] = []
    facts: list[ExposureReliability] = []
    samples: list[tuple[str, Sample]] = []
    notices: list[Notice] = []
    asked: dict[str, Any] = {"model": model, "vcov": vcov, "weights": weights, "level": level}
    for text in formulas:
        effect = fit_effect(survey, text, **asked, missing=missing)
        pooled = effect.pooled[0]
        exposures = list(_exposures(survey, pooled, of, reliability))
        shares = _shared(bootstrap, len(exposures))
        found = [one.calibrate(share) for one, share in zip(exposures, shares, strict=True)]
        effects += _effects(effect, of, found)
        facts.append(_pooled_reliability(found))
        samples.append((pooled.first.formula.outcome, pooled.first.sample))
        notices += effect.notices
    return MeasurementErrorResult(
        effects=tuple(effects),
        reliability=tuple(facts),
        level=level,
        samples=(("effects", samples[0][1]), ("reliability", samples[0][1]), *samples),
        notices=tuple(dict.fromkeys(notices)),
        glossary=survey.glossary,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Exposure:
    """A measured exposure, the other terms, and the items that tell its reliability."""

    outcome: str
    term: str
    measured: Floats
    others: Floats
    weights: Floats
    units: Integers
    known: float | None
    items: Floats | None

    def calibrate(self, bootstrap: Bootstrap) -> ExposureReliability:
        """Find the attenuation, and its error from resamples."""
        reliability, found = self._attenuation(self.weights)

        def factors(counts: Integers) -> Floats:
            return np.array([self._factor(times[self.units]) for times in counts])

        n_units = int(self.units.max()) + 1
        resampled = replicate(factors, n_units, bootstrap)
        made = resampled[np.isfinite(resampled)]
        if len(made) < 2:
            raise StatisticsError(
                "No resample gives the attenuation of the exposure.",
                received=f"{self.term!r}, {n_units} units",
            )
        return ExposureReliability(
            outcome=self.outcome,
            term=self.term,
            source="source.omega" if self.known is None else "source.given",
            reliability=reliability,
            r2=found.r2,
            attenuation=found.factor,
            std_error=float(made.std(ddof=1)),
            n_reps=len(resampled),
            n_failed=len(resampled) - len(made),
        )

    def _attenuation(self, weights: Floats) -> tuple[float, Attenuation]:
        reliability = self.known if self.items is None else _omega(self.items, weights)
        if reliability is None:
            raise TypeError("An exposure has items or a known reliability.")
        return reliability, attenuation(reliability, self.measured, self.others, weights)

    def _factor(self, times: Floats) -> float:
        try:
            return self._attenuation(self.weights * times)[1].factor
        except StatisticsError:
            return np.nan


def _omega(items: Floats, weights: Floats) -> float:
    """Compute omega of those who answered all items, each by a weight."""
    is_used = np.isfinite(items).all(axis=1) & (weights > 0)
    X, w = items[is_used], weights[is_used]
    if len(X) <= X.shape[1]:
        raise StatisticsError(
            "Too few answered all items of the exposure.", received=f"{len(X)} respondents"
        )
    return mcdonald_omega(np.cov(X, rowvar=False, aweights=w), n=float(len(X))).omega


def _shared(bootstrap: Bootstrap, m: int) -> list[Bootstrap]:
    """Share the resamples among imputations: only the mean of their variances is used."""
    reps = max(-(-bootstrap.reps // m), 2)
    return [replace(bootstrap, reps=reps, seed=bootstrap.seed + i) for i in range(m)]


def _exposures(
    survey: Survey, pooled: PooledModel, of: str, reliability: float | None
) -> Iterator[_Exposure]:
    """Take the exposure out of each fit of a model, with what tells its reliability."""
    if reliability is not None:
        for one in pooled.fits:
            yield _exposure(one, of, reliability, None)
        return
    names = _items(survey, of)
    imputed = pooled.imputed
    if imputed is None:
        items = survey.answers[names].astype("float64")
        yield _exposure(pooled.only, of, None, items.loc[pooled.only.answers.index].to_numpy())
        return
    places = [imputed.incomplete.names.index(name) for name in names]
    full = imputed.incomplete.full(imputed.draws)
    for one, answers in zip(pooled.fits, full, strict=True):
        yield _exposure(one, of, None, answers[:, places])


def _exposure(
    one: FittedModel, of: str, reliability: float | None, items: Floats | None
) -> _Exposure:
    check_variable(one, of)
    place = one.design.own_column(of)
    if place is None or one.model.has_categories:
        raise UsageError(
            f"{of!r} is not one term of its own in {one.formula.text!r}.",
            received=f"the model {type(one.model).__name__}",
            hint="let it enter as a number, in a model without categories.",
        )
    X = one.design.X
    weights = one.answers[one.weights].to_numpy(dtype=float) if one.weights else np.ones(len(X))
    return _Exposure(
        outcome=one.formula.outcome,
        term=of,
        measured=X[:, place],
        others=np.column_stack([np.ones(len(X)), np.delete(X, place, axis=1)]),
        weights=weights,
        units=np.arange(len(X)) if one.codes is None else one.codes,
        known=reliability,
        items=items,
    )


def _items(survey: Survey, of: str) -> list[str]:
    """Name the items of a construct, whose omega is the reliability of its score."""
    constructs = {construct.name: construct for construct in survey.schema.constructs}
    if of not in constructs:
        raise UsageError(
            f"{of!r} is no construct of the schema, so its reliability is not known.",
            hint="give reliability=…, such as that of a retest.",
        )
    names = [item.name for item in constructs[of].items]
    if len(names) < LEAST_ITEMS:
        raise UsageError(
            f"The construct {of!r} has {len(names)} items, too few for omega.",
            hint="give reliability=….",
        )
    return names


def _effects(
    effect: EffectResult, of: str, found: Sequence[ExposureReliability]
) -> Iterator[CalibratedEffect]:
    """Give the effect as measured, then divided by the attenuation."""
    coefficient = next(row for row in effect.coefficients if row.term == of)
    average = average_effects(effect, of=of).effects[0]
    measured = CalibratedEffect(
        outcome=average.outcome,
        model=average.model,
        term=average.term,
        correction="correction.none",
        coefficient=coefficient.estimate,
        coefficient_error=coefficient.std_error,
        estimate=average.estimate,
        std_error=average.std_error,
        df=average.df,
        p_value=average.p_value,
        conf_low=average.conf_low,
        conf_high=average.conf_high,
    )
    (b, b_error, _), (estimate, error, df) = _corrected(effect, of, found)
    is_tested = average.conf_low is not None
    reach = float(stats.t.isf((1 - effect.level) / 2, df) * error)
    yield measured
    yield replace(
        measured,
        correction="correction.calibrated",
        coefficient=b,
        coefficient_error=b_error,
        estimate=estimate,
        std_error=error,
        df=df if is_tested and np.isfinite(df) else None,
        p_value=float(2 * stats.t.sf(abs(estimate) / error, df)) if is_tested else None,
        conf_low=estimate - reach if is_tested else None,
        conf_high=estimate + reach if is_tested else None,
    )


def _corrected(
    effect: EffectResult, of: str, found: Sequence[ExposureReliability]
) -> list[tuple[float, float, float]]:
    """Correct the coefficient and the average effect; over imputations each, then pool."""
    divided, dfs = [], []
    for fit, basis in zip(effect.pooled[0].fits, found, strict=True):
        one = PooledModel(fits=(fit,))
        shown = fit.parameters
        tests = one.infer(lambda f: (f.parameters.values, f.parameters.contrasts), effect.level)
        b = tests[shown.terms.index(of)]
        average = average_effects(replace(effect, pooled=(one,)), of=of).effects[0]
        divided.append([_divided(row.estimate, row.std_error, basis) for row in (b, average)])
        dfs.append([np.inf if row.df is None else row.df for row in (b, average)])
    estimates, errors = np.array(divided).transpose(2, 0, 1)
    if len(estimates) == 1:
        columns = (estimates[0], errors[0], np.array(dfs[0]))
    else:
        pooled = pool_estimates(estimates, errors**2, np.mean(dfs, axis=0))
        columns = (pooled.estimate, pooled.std_error, pooled.df)
    return [(float(b), float(error), float(df)) for b, error, df in zip(*columns, strict=True)]


def _pooled_reliability(found: Sequence[ExposureReliability]) -> ExposureReliability:
    """Average what the correction rests on, its error by Rubin's rules."""
    first, m = found[0], len(found)
    factors = np.array([one.attenuation for one in found])
    variance = float(np.mean([one.std_error**2 for one in found]))
    if m > 1:
        variance += (1 + 1 / m) * float(factors.var(ddof=1))
    return replace(
        first,
        reliability=float(np.mean([one.reliability for one in found])),
        r2=float(np.mean([one.r2 for one in found])),
        attenuation=float(factors.mean()),
        std_error=float(np.sqrt(variance)),
        n_reps=sum(one.n_reps for one in found),
        n_failed=sum(one.n_failed for one in found),
    )


def _divided(b: float, error: float, found: ExposureReliability) -> tuple[float, float]:
    """Divide an estimate by the attenuation, with the errors of both."""
    factor = found.attenuation
    variance = (error / factor) ** 2 + (b * found.std_error / factor**2) ** 2
    return b / factor, float(np.sqrt(variance))
