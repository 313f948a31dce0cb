"""Whether an effect is shown to be negligible, which a large *p* does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from scipy import stats

from campaign_effect.analyses.effects.margins import AverageEffect, MarginsResult
from campaign_effect.analyses.effects.rows import ChangedRow
from campaign_effect.errors import UsageError, takes
from campaign_effect.results import Points, PValue, Result, Word
from campaign_effect.stats.models.equivalence import two_one_sided_p

LEAST_LEVEL: Final = 0.5
"""Of the effects' intervals; a test at level alpha looks at one of 1 - 2 alpha."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence(ChangedRow):
    """One average effect against the smallest that matters.

    ``conf_low`` and ``conf_high`` cover 1 - 2 alpha; ``p_value`` is of the two one-sided
    tests. ``verdict`` is None where the effect has no test.
    """

    estimate: Points
    conf_low: Points | None
    conf_high: Points | None
    p_value: PValue | None
    verdict: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalenceResult(Result):
    """Average effects against the smallest that matters, ``within``."""

    name: ClassVar[str] = "equivalence"
    equivalence: tuple[Equivalence, ...]
    within: float
    level: float


@takes(MarginsResult, "ask for it first: margins = ce.average_effects(effect).")
def assess_equivalence(effects: MarginsResult, *, within: float) -> EquivalenceResult:
    """Say of average effects whether they are shown to be negligible.

    Parameters
    ----------
    effects : MarginsResult
        From `average_effects`; a ``level`` of 0.95 makes tests at alpha = 0.05.
    within : float
        The smallest effect that matters, above 0, chosen before looking: as a share for a
        binary outcome (0.05: five percentage points), else in units of the outcome.

    Returns
    -------
    EquivalenceResult
        Part ``equivalence``: the interval that covers 1 - 2 alpha, *p* of the two one-sided
        tests [1]_ with the degrees of freedom of the effect, and the verdict: negligible (the
        interval lies within the bounds), beyond (it lies outside), or undecided.

    Raises
    ------
    UsageError
        If ``within`` is not above 0, or the level is not above 0.5.

    References
    ----------
    .. [1] Lakens, D. (2017). Equivalence tests: A practical primer for t tests, correlations,
       and meta-analyses. Social Psychological and Personality Science, 8, 355-362.
       https://doi.org/10.1177/1948550617697177

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [0, 1, 1, 0] * 25, "x": [0, 0, 1, 1] * 25})
    >>> effect = ce.fit_effect(ce.read_survey(frame), "y ~ x")
    >>> small = ce.assess_equivalence(ce.average_effects(effect), within=0.2)
    >>> small.tidy()["verdict"].tolist()
    ['verdict.negligible']
    """
    if not 0 < within < np.inf:
        raise UsageError(
            f"An effect cannot be negligible within {within:g}.",
            hint="name the smallest effect that matters, such as 0.05.",
        )
    if not effects.level > LEAST_LEVEL:
        raise UsageError(
            f"Effects with {effects.level:g} intervals have no such test.",
            hint="average them with level=0.95.",
        )
    level = 2 * effects.level - 1
    parts = EquivalenceResult.row_types()
    return EquivalenceResult(
        equivalence=tuple(_row(row, within, level) for row in effects.effects),
        within=within,
        level=level,
        samples=(*((part, effects.sample) for part in parts), *effects.samples[1:]),
        notices=effects.notices,
        glossary=effects.glossary,
    )


def _row(row: AverageEffect, within: float, level: float) -> Equivalence:
    is_tested = row.conf_low is not None
    df = np.inf if row.df is None else row.df
    reach = float(stats.t.isf((1 - level) / 2, df) * row.std_error)
    low, high = row.estimate - reach, row.estimate + reach
    return Equivalence(
        **{column: getattr(row, column) for column in ChangedRow.kinds()},
        estimate=row.estimate,
        conf_low=low if is_tested else None,
        conf_high=high if is_tested else None,
        p_value=two_one_sided_p(row.estimate, row.std_error, row.df, within)
        if is_tested
        else None,
        verdict=_verdict(low, high, within) if is_tested else None,
    )


def _verdict(low: float, high: float, within: float) -> str:
    if -within < low and high < within:
        return "verdict.negligible"
    return "verdict.beyond" if low > within or high < -within else "verdict.undecided"
