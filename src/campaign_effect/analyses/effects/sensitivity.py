"""Whether a conclusion survives answers that are not missing at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Final

import numpy as np

from campaign_effect.analyses.effects.fit import fit_effect
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.margins import AverageEffect, average_effects
from campaign_effect.analyses.effects.pooled import Imputed, PooledModel, fit_imputations
from campaign_effect.analyses.effects.rows import EffectResult, takes_effect
from campaign_effect.analyses.resampling import OnProgress
from campaign_effect.errors import StatisticsError, UsageError, nearest_word
from campaign_effect.results import Flag, Literal, Name, Number, Result, Row, Word
from campaign_effect.stats.design.imputations import VariableKind
from campaign_effect.survey import Survey

LOG_ODDS: Final = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Shifts of answers in categories; 1 multiplies the odds of a higher answer by 2.7."""

DEVIATIONS: Final = (-0.5, -0.25, 0.0, 0.25, 0.5)
"""Shifts of numbers, in standard deviations of the answers given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftedEffect(AverageEffect):
    """An average effect with the missing answers of one variable shifted.

    ``mean_imputed`` is the mean of the imputed answers, None for words and scores.
    """

    variable: Name
    delta: Number
    mean_imputed: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion(Row):
    """Whether an effect's sign and clarity stay the same over all shifts of one variable.

    ``tipping`` is the shift nearest to 0 at which they do not.
    """

    outcome: Name
    model: Word
    variable: Name
    term: Name
    contrast: Literal
    level: Name | None
    base: Name | None
    low: Number | None
    high: Number | None
    category: Literal | None
    stands: Flag
    tipping: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityResult(Result):
    """Average effects over a range of shifts. ``deltas`` holds the shifts of each variable."""

    name: ClassVar[str] = "sensitivity"
    effects: tuple[ShiftedEffect, ...]
    conclusions: tuple[Conclusion, ...]
    level: float
    deltas: tuple[tuple[str, tuple[float, ...]], ...]


@takes_effect
def check_missing(
    effect: EffectResult,
    shift: str | Sequence[str],
    *,
    of: str | Sequence[str] | None = None,
    deltas: Sequence[float] | None = None,
    on_progress: OnProgress | None = None,
) -> SensitivityResult:
    """Follow average effects while missing answers lie further and further off.

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect` with ``missing=Imputation(…)``.
    shift : str or sequence of str
        Variables whose missing answers are shifted, one at a time; of a construct all items.
    of : str or sequence of str, optional
        Variables whose average effects are followed; by default all of the formula.
    deltas : sequence of float, optional
        How far missing answers lie from what given answers predict: added to numbers in their
        unit, to others as log odds of a higher answer (of any category but the first). 0,
        missing at random, is always among them. By default -1 to 1 in log odds, and half a
        standard deviation of numbers to either side.
    on_progress : callable, optional
        Told how many imputations are done, and of how many.

    Returns
    -------
    SensitivityResult
        Part ``effects``: a row an effect and shift; part ``conclusions``: whether its sign,
        and whether its interval holds zero, stay the same (``stands``), else the shift
        nearest to zero at which they do not (``tipping``).

    Raises
    ------
    UsageError
        If nothing was imputed, or a variable is not among the imputed ones.

    Notes
    -----
    Whether answers are missing at random no data can tell; this says how far the answers
    nobody gave would have to differ before the conclusion changes (delta adjustment [1]_).
    All shifts use the same random numbers.

    References
    ----------
    .. [1] Leacy, F. P., Floyd, S., Yates, T. A., & White, I. R. (2017). Analyses of
       sensitivity to the missing-at-random assumption using multiple imputation with delta
       adjustment. American Journal of Epidemiology, 185, 304-315.
       https://doi.org/10.1093/aje/kww107

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"x": range(12), "y": [1, 3, 2, 5, 4, 7, 6, None, 8, 9, 12, 10]})
    >>> missing = ce.Imputation(m=2, rounds=1)
    >>> effect = ce.fit_effect(ce.read_survey(frame), "y ~ x", model=ce.Ols(), missing=missing)
    >>> ce.check_missing(effect, "y", deltas=[-5, 5]).tidy()["delta"].tolist()
    [-5.0, 0.0, 5.0]
    """
    names = [shift] if isinstance(shift, str) else list(dict.fromkeys(shift))
    chosen = None if deltas is None else tuple(sorted({0.0, *map(float, deltas)}))
    asked = [
        _Asked(one=one, imputed=imputed, name=name, deltas=chosen or _defaults(imputed, name))
        for one, imputed in _imputed(effect)
        for name in names
        if _columns(imputed, name)
    ]
    _refuse_unknown(effect, names, {one.name for one in asked})
    tell = _Telling(on_progress=on_progress, total=sum(one.n_draws for one in asked))
    rows = tuple(row for one in asked for row in _shifted(effect, one, of, tell))
    return SensitivityResult(
        effects=rows,
        conclusions=tuple(_conclusions(rows)),
        level=effect.level,
        deltas=tuple({one.name: one.deltas for one in asked}.items()),
        samples=(
            ("effects", effect.sample),
            ("conclusions", effect.sample),
            *((one.first.formula.outcome, one.first.sample) for one in effect.pooled),
        ),
        notices=effect.notices,
        glossary=effect.glossary,
    )


def check_survey_missing(
    survey: Survey, *, missing: Imputation | None = None
) -> SensitivityResult:
    """Shift the missing answers to the exposure that lacks most, and follow the effects.

    Raises
    ------
    StatisticsError
        If no answer to an exposure of the schema is missing.
    """
    choice = missing or Imputation()
    exposures = [exposure.variable for exposure in survey.schema.roles.exposures]
    effect = fit_effect(survey, missing=choice)
    lacking = {name: _n_imputed(effect, name) for name in exposures}
    most = max(exposures, key=lambda name: lacking[name])
    if not lacking[most]:
        raise StatisticsError(
            "No answer to an exposure is missing.", received=exposures, cause="none_missing"
        )
    return check_missing(effect, most, of=exposures, on_progress=choice.on_progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One model, and the shifts of one of its variables."""

    one: PooledModel
    imputed: Imputed
    name: str
    deltas: tuple[float, ...]

    @property
    def n_draws(self) -> int:
        """Imputations that are to be drawn: the model has those without a shift."""
        return self.imputed.choice.m * (len(self.deltas) - 1)


@dataclass(slots=True, kw_only=True)
class _Telling:
    """Counts the imputations of all refits for the progress."""

    on_progress: OnProgress | None
    total: int
    before: int = 0

    def __call__(self, done: int, m: int) -> None:
        if self.on_progress is not None:
            self.on_progress(self.before + done, self.total)
        self.before += m if done == m else 0


def _imputed(effect: EffectResult) -> list[tuple[PooledModel, Imputed]]:
    found = [
        (one, one.imputed)
        for one in effect.pooled
        if one.imputed is not None and one.imputed.draws is not None
    ]
    if not found:
        raise UsageError(
            "No answer of these models was imputed.",
            hint="fit them with missing=Imputation(…).",
        )
    return found


def _columns(imputed: Imputed, name: str) -> list[int]:
    """Find the imputed columns of a variable, or of the items of a construct."""
    if imputed.draws is None:
        return []
    items = {
        c.name: [i.name for i in c.items] for c in imputed.incomplete.survey.schema.constructs
    }
    named = items.get(name, [name])
    names = imputed.incomplete.names
    return [int(j) for j in sorted(imputed.draws.variables) if names[j] in named]


def _n_imputed(effect: EffectResult, name: str) -> int:
    """Count the imputed answers to a variable, or to all items of a construct."""
    return sum(
        int(np.isin(imputed.draws.columns, _columns(imputed, name)).sum())
        for imputed in (one.imputed for one in effect.pooled)
        if imputed is not None and imputed.draws is not None
    )


def _refuse_unknown(effect: EffectResult, names: Sequence[str], found: set[str]) -> None:
    for name in names:
        if name in found:
            continue
        known = dict.fromkeys(
            imputed.incomplete.names[j]
            for _, imputed in _imputed(effect)
            for j in sorted(imputed.draws.variables if imputed.draws else ())
        )
        near = nearest_word(name, known)
        raise UsageError(
            f"No missing answer of {name!r} was imputed.",
            hint=f"did you mean {near!r}?" if near else f"choose from {list(known)}.",
        )


def _defaults(imputed: Imputed, name: str) -> tuple[float, ...]:
    column = _columns(imputed, name)
    if not column or imputed.incomplete.kinds[column[0]] is not VariableKind.NUMBER:
        return LOG_ODDS
    spread = float(np.nanstd(imputed.incomplete.data[:, column[0]], ddof=1))
    return tuple(delta * spread for delta in DEVIATIONS)


def _shifted(
    effect: EffectResult, asked: _Asked, of: str | Sequence[str] | None, tell: _Telling
) -> Iterator[ShiftedEffect]:
    """Refit one model at every shift of one variable."""
    fit, incomplete = asked.one.first, asked.imputed.incomplete
    choice = replace(asked.imputed.choice, on_progress=tell)
    names = [incomplete.names[j] for j in _columns(asked.imputed, asked.name)]
    for delta in asked.deltas:
        shifted = asked.one
        if delta != 0:
            shifts = dict.fromkeys(names, delta)
            shifted = fit_imputations(
                incomplete, fit.formula, fit.model, fit.vcov, choice, shifts
            )
        mean = _mean_imputed(shifted, asked.name)
        for row in average_effects(replace(effect, pooled=(shifted,)), of=of).effects:
            shown = {f.name: getattr(row, f.name) for f in fields(row)}
            yield ShiftedEffect(**shown, variable=asked.name, delta=delta, mean_imputed=mean)


def _mean_imputed(shifted: PooledModel, name: str) -> float | None:
    imputed = shifted.imputed
    if imputed is None or imputed.draws is None or name not in imputed.incomplete.names:
        return None
    if imputed.incomplete.answers[name].dtype == "category":
        return None
    place = imputed.incomplete.names.index(name)
    return float(imputed.draws.draws[:, imputed.draws.columns == place].mean())


def _conclusions(rows: Sequence[ShiftedEffect]) -> Iterator[Conclusion]:
    """Compare what is concluded at every shift with what is at none."""
    shared = [f.name for f in fields(Conclusion) if f.name not in {"stands", "tipping"}]
    groups: dict[tuple[object, ...], list[ShiftedEffect]] = {}
    for row in rows:
        groups.setdefault(tuple(getattr(row, name) for name in shared), []).append(row)
    for found in groups.values():
        at_none = next(row for row in found if row.delta == 0)
        changed = [row.delta for row in found if _said(row) != _said(at_none)]
        yield Conclusion(
            **{name: getattr(at_none, name) for name in shared},
            stands=not changed,
            tipping=min(changed, key=abs) if changed else None,
        )


def said_of_zero(low: float | None, high: float | None) -> int | None:
    """Give what an interval says: above zero, below, or neither; None without one."""
    if low is None or high is None:
        return None
    return int(low > 0) - int(high < 0)


def _said(row: ShiftedEffect) -> int | None:
    return said_of_zero(row.conf_low, row.conf_high)
