"""Effects that differ: second differences of an interaction, and between groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.counterfactuals import (
    Answer,
    Change,
    Step,
    answers_at,
    changes_of,
    check_variable,
    margins_of,
    stacked,
)
from campaign_effect.analyses.effects.pooled import PooledModel, Quantities
from campaign_effect.analyses.effects.pooled_tests import joint_test_of_quantities
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import ChangedRow, EffectResult, takes_effect
from campaign_effect.analyses.inference import Inference
from campaign_effect.errors import UsageError
from campaign_effect.results import Df, Name, Number, Points, PValue, Result
from campaign_effect.stats.covariances.hotelling import JointTest
from campaign_effect.stats.moments.arrays import Floats

MOST_VALUES: Final = 5
"""A number with more different answers is taken at its quartiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalEffect(ChangedRow):
    """The average effect of ``term`` where ``by`` has one answer (a level or a value)."""

    by: Name
    by_level: Name | None
    by_value: Number | None
    estimate: Points
    std_error: Points
    statistic: Number | None
    df: Df | None
    p_value: PValue | None
    conf_low: Points | None
    conf_high: Points | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectDifference(ConditionalEffect):
    """That effect less the one at the first answer (``than_level`` or ``than_value``)."""

    than_level: Name | None
    than_value: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectEquality(ChangedRow):
    """Whether the effects at all answers of ``by`` are equal, by one joint test."""

    by: Name
    statistic: Number
    df: Df
    df_2: Df | None
    p_value: PValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationResult(Result):
    """Effects of one variable by the answers of another."""

    name: ClassVar[str] = "moderation"
    effects: tuple[ConditionalEffect, ...]
    differences: tuple[EffectDifference, ...]
    equality: tuple[EffectEquality, ...]
    level: float
    own_members: bool


@takes_effect
def compare_effects(
    effect: EffectResult,
    of: str,
    by: str,
    *,
    values: Sequence[Answer] | None = None,
    change: Step | None = None,
    own_members: bool = False,
) -> ModerationResult:
    """Compare the average effect of one variable between the answers of another.

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect`, as a rule with an interaction of the two in its formula.
    of : str
        The variable whose effect it is.
    by : str
        The variable that the effect may differ by.
    values : sequence, optional
        At least two answers of ``by``; by default every level of a factor, every answer of a
        number with at most five, else its first and third quartile.
    change : Step, optional
        How far ``of`` moves; see `average_effects`.
    own_members : bool, default False
        Average over those who gave the answer, so that groups differ by who is in them too;
        by default over everyone, given each answer in turn.

    Returns
    -------
    ModerationResult
        Part ``effects``: at each answer; part ``differences``: each less the first (the second
        difference of an interaction); part ``equality``: a joint test where there are three
        answers or more (approximate Hotelling T² under CR2; over imputations D1).

    Raises
    ------
    UsageError
        If a variable is not in the formula, both are the same, there are fewer than two
        answers, or nobody gave one of them.

    Notes
    -----
    In a nonlinear model the coefficient of a product is no difference of effects on the
    probability, and neither its sign nor its test is theirs; the second difference is [1]_.

    References
    ----------
    .. [1] Mize, T. D. (2019). Best practices for estimating, interpreting, and presenting
       nonlinear interaction effects. Sociological Science, 6, 81-117.
       https://doi.org/10.15195/v6.a4

    Examples
    --------
    >>> import campaign_effect as ce
    >>> x, z = np.tile([0, 1, 2, 3], 4), np.repeat([0, 1], 8)
    >>> frame = pd.DataFrame({"y": x + 2 * x * z, "x": x, "z": z})
    >>> frame["y"] += np.tile([0.1, -0.1, -0.1, 0.1], 4)
    >>> effect = ce.fit_effect(ce.read_survey(frame), "y ~ x * z", model=ce.Ols())
    >>> found = ce.compare_effects(effect, "x", by="z")
    >>> [round(row.estimate, 6) for row in (*found.effects, *found.differences)]
    [1.0, 3.0, 2.0]
    """
    found = [
        _compared(_question(one, of, by, values, own_members), change, effect.level)
        for one in effect.pooled
    ]
    parts = ModerationResult.row_types()
    return ModerationResult(
        effects=tuple(row for rows, _, _ in found for row in rows),
        differences=tuple(row for _, rows, _ in found for row in rows),
        equality=tuple(row for _, _, rows in found for row in rows),
        level=effect.level,
        own_members=own_members,
        samples=(*((part, effect.sample) for part in parts), *effect.samples[2:]),
        notices=effect.notices,
        glossary=effect.glossary,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Question:
    """The effect of one variable at several answers of another, in one model."""

    pooled: PooledModel
    of: str
    by: str
    answers: list[Answer]
    own_members: bool

    def effects(self, one: FittedModel, change: Change, k: int) -> tuple[Floats, Floats]:
        """Average one change on the k-th category, at every answer."""
        surveys = (self._survey(one, answer) for answer in self.answers)
        return stacked(margins_of(one, self.of, change, survey)[k] for survey in surveys)

    def differences(self, one: FittedModel, change: Change, k: int) -> tuple[Floats, Floats]:
        """Subtract the effect at the first answer from the others."""
        estimates, gradients = self.effects(one, change, k)
        return estimates[1:] - estimates[0], gradients[1:] - gradients[0]

    def _survey(self, one: FittedModel, answer: Answer) -> pd.DataFrame:
        if not self.own_members:
            return answers_at(one, {self.by: answer})
        members = one.answers[(one.answers[self.by] == answer).to_numpy()]
        if members.empty:
            raise UsageError(
                f"Nobody answered {answer!r} to {self.by!r}.",
                hint="choose answers that were given, or average over everyone.",
            )
        return members


def _question(
    pooled: PooledModel, of: str, by: str, values: Sequence[Answer] | None, own_members: bool
) -> _Question:
    one = pooled.first
    for name in (of, by):
        check_variable(one, name)
    answers = _values(one.answers[by]) if values is None else list(dict.fromkeys(values))
    if of == by or len(answers) < 2:
        raise UsageError(
            "Effects are compared between at least two answers of another variable.",
            received=f"of={of!r}, by={by!r}, {len(answers)} answers",
        )
    return _Question(pooled=pooled, of=of, by=by, answers=answers, own_members=own_members)


def _compared(
    asked: _Question, step: Step | None, level: float
) -> tuple[list[ConditionalEffect], list[EffectDifference], list[EffectEquality]]:
    rows: list[ConditionalEffect] = []
    differences: list[EffectDifference] = []
    equality: list[EffectEquality] = []
    pooled, one = asked.pooled, asked.pooled.first
    than = _named(one.answers[asked.by], asked.answers[0], "than_level", "than_value")
    for change in changes_of(pooled, asked.of, step):
        for k, category in enumerate(one.categories or (None,)):
            effects = partial(asked.effects, change=change, k=k)
            less = partial(asked.differences, change=change, k=k)
            rows += [
                ConditionalEffect(**facts)
                for facts in _facts(asked, change, category, pooled.infer(effects, level))
            ]
            differences += [
                EffectDifference(**facts, **than)
                for facts in _facts(asked, change, category, pooled.infer(less, level))
            ]
            test = _equality(pooled, less)
            if test is not None:
                equality.append(_equality_row(asked, change, category, test))
    return rows, differences, equality


def _values(column: pd.Series) -> list[Answer]:
    """Choose the answers to compare at."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    found = np.unique(column.to_numpy(dtype=float))
    if len(found) > MOST_VALUES:
        found = np.unique(np.quantile(column, [0.25, 0.75]))
    return [float(value) for value in found]


def _facts(
    asked: _Question, change: Change, category: str | None, tests: Sequence[Inference]
) -> Iterator[dict[str, Any]]:
    """Give the columns of a row an answer; of differences the first answer has none."""
    column = asked.pooled.first.answers[asked.by]
    for answer, test in zip(asked.answers[-len(tests) :], tests, strict=True):
        yield {
            **_changed(asked, change, category),
            **_named(column, answer, "by_level", "by_value"),
            **test.columns,
        }


def _changed(asked: _Question, change: Change, category: str | None) -> dict[str, Any]:
    """Say what changes, of which model and category."""
    return {**change.columns(asked.pooled.first, asked.of, category), "by": asked.by}


def _named(column: pd.Series, answer: Answer, level: str, value: str) -> dict[str, Any]:
    """Give an answer as the level of a factor or the value of a number."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return {level: f"{column.name}={answer}", value: None}
    return {level: None, value: float(answer)}


def _equality(pooled: PooledModel, less: Quantities) -> JointTest | None:
    """Test all differences together, where there are several that the data can tell apart."""
    if len(less(pooled.first)[0]) < 2:
        return None
    test = joint_test_of_quantities(pooled, less)
    return test if test is not None and np.isfinite(test.p_value) else None


def _equality_row(
    asked: _Question, change: Change, category: str | None, test: JointTest
) -> EffectEquality:
    return EffectEquality(
        **_changed(asked, change, category),
        statistic=test.statistic,
        df=float(test.df_num),
        df_2=float(test.df_denom) if np.isfinite(test.df_denom) else None,
        p_value=test.p_value,
    )
