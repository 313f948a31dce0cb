"""Estimates with their errors, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from scipy.special import ndtr, ndtri

from campaign_effect.analyses.sem.fitting import FittedFactors
from campaign_effect.analyses.sem.rows import Loading, ModelParameter
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.expressions import Expression
from campaign_effect.stats.sem.standardise import defined_parameters, standardise

NO_ERROR: Final = 1e-12
"""A standard error below it is that of a constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An estimate and what is known of its error; no test where none is honest."""

    estimate: float
    std_error: float | None
    statistic: float | None
    p_value: float | None
    conf_low: float | None
    conf_high: float | None


def make_estimate(
    value: float,
    std_error: float,
    level: float,
    replicates: Floats | None = None,
    *,
    is_tested: bool = True,
) -> Estimate:
    """Test an estimate by *z*, and give its interval.

    Parameters
    ----------
    value, std_error : float
        A standard error of 0 or NaN is none.
    level : float
        Coverage.
    replicates : ndarray, shape (reps,), optional
        Of the bootstrap: the error is their standard deviation, the interval their middle.
    is_tested : bool, default True
        Whether *z* has a normal distribution to speak of.
    """
    low = high = None
    if replicates is not None:
        finite = replicates[np.isfinite(replicates)]
        std_error = float(finite.std(ddof=1)) if len(finite) > 1 else float("nan")
        if std_error > 0:
            tails = [(1 - level) / 2, (1 + level) / 2]
            low, high = (float(bound) for bound in np.quantile(finite, tails))
    if not (np.isfinite(std_error) and std_error > NO_ERROR):
        return Estimate(
            estimate=value,
            std_error=None,
            statistic=None,
            p_value=None,
            conf_low=None,
            conf_high=None,
        )
    statistic = value / std_error
    if low is None or high is None:
        reach = float(ndtri((1 + level) / 2)) * std_error
        low, high = value - reach, value + reach
    return Estimate(
        estimate=value,
        std_error=std_error,
        statistic=statistic if is_tested else None,
        p_value=2 * float(ndtr(-abs(statistic))) if is_tested else None,
        conf_low=low,
        conf_high=high,
    )


def parameter_rows(fitted: FittedFactors) -> tuple[ModelParameter, ...]:
    """Give every parameter of the model, then the defined ones."""
    return (*_table_rows(fitted), *_defined_rows(fitted))


def loading_rows(parameters: tuple[ModelParameter, ...]) -> tuple[Loading, ...]:
    """Take the loadings among the parameters."""
    return tuple(
        Loading(
            group=row.group,
            factor=row.lhs,
            item=row.rhs,
            estimate=row.estimate,
            std_error=row.std_error,
            statistic=row.statistic,
            p_value=row.p_value,
            conf_low=row.conf_low,
            conf_high=row.conf_high,
            std_lv=row.std_lv,
            std_all=row.std_all,
            std_all_error=row.std_all_error,
            std_all_low=row.std_all_low,
            std_all_high=row.std_all_high,
        )
        for row in parameters
        if row.op == "=~"
    )


def _table_rows(fitted: FittedFactors) -> Iterator[ModelParameter]:
    solution = fitted.solution
    plain = solution.estimates, solution.std_errors
    latent = standardise(solution, scope="latent")
    everything = standardise(solution)
    std = everything.values, everything.std_errors
    for i, row in enumerate(solution.table.parameters):
        yield ModelParameter(
            group=fitted.groups[row.group],
            lhs=row.left,
            op=row.operator,
            rhs=row.right,
            label=row.label,
            is_free=row.slot >= 0,
            **_fields(_made(fitted, "estimates", i, plain), _made(fitted, "std_all", i, std)),
            std_lv=finite(latent.values[i]),
        )


def _defined_rows(fitted: FittedFactors) -> Iterator[ModelParameter]:
    solution = fitted.solution
    plain, latent, everything = (
        defined_parameters(solution, scope=scope) for scope in (None, "latent", "all")
    )
    own = plain.values, plain.std_errors
    std = everything.values, everything.std_errors
    for i, (name, expression) in enumerate(solution.table.definitions):
        yield ModelParameter(
            group=None,
            lhs=name,
            op=":=",
            rhs=_written(expression),
            label=name,
            is_free=False,
            **_fields(_made(fitted, "defined", i, own), _made(fitted, "defined_std", i, std)),
            std_lv=finite(latent.values[i]),
        )


def _made(
    fitted: FittedFactors, part: str, place: int, found: tuple[Floats, Floats]
) -> Estimate:
    """Make an estimate; villages that were resampled are too few for a test."""
    reps = fitted.replicates
    of_villages = reps is not None and reps.n_clusters > 0
    error = found[1][place] if fitted.is_converged else float("nan")
    return make_estimate(
        float(found[0][place]),
        float(error),
        fitted.settings.level,
        None if reps is None else getattr(reps, part)[:, place],
        is_tested=not of_villages,
    )


def _fields(own: Estimate, std: Estimate) -> dict[str, Any]:
    return {
        **asdict(own),
        "std_all": finite(std.estimate),
        "std_all_error": std.std_error,
        "std_all_low": std.conf_low,
        "std_all_high": std.conf_high,
    }


def finite(value: float) -> float | None:
    """Give a number, or None for one that does not exist."""
    return float(value) if np.isfinite(value) else None


def _written(expression: Expression) -> str:
    """Write an expression as a model does."""
    parts = [_written(operand) for operand in expression.operands]
    match expression.operator:
        case "label":
            return expression.name
        case "number":
            return f"{expression.number:g}"
        case "negate":
            return f"-{parts[0]}"
        case "+" | "-" | "*" | "/" | "^" as sign:
            loose = [e.operator in ("+", "-") and sign in "*/^" for e in expression.operands]
            pairs = zip(parts, loose, strict=True)
            return sign.join(f"({part})" if one else part for part, one in pairs)
        case function:
            return f"{function}({parts[0]})"
