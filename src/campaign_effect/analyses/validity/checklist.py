"""What users of SmartPLS tick off, in one list: the worst value of every criterion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from campaign_effect.analyses.validity.rows import (
    Check,
    Collinearity,
    ConvergentValidity,
    CrossLoading,
    FornellLarcker,
    HeterotraitMonotrait,
    OuterLoading,
)

LEAST_LOADING: Final = 0.708
LEAST_AVE: Final = 0.50
LEAST_RELIABILITY: Final = 0.70
MOST_RELIABILITY: Final = 0.95
MOST_HTMT: Final = 0.90
MOST_HTMT_HIGH: Final = 1.0
MOST_VIF: Final = 5.0
"""Hair, J. F., Hult, G. T. M., Ringle, C. M., & Sarstedt, M. (2022). A primer on partial least
squares structural equation modeling (3rd ed.). Sage; HTMT's bounds: Henseler et al. (2015)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One value of a criterion, and where it is."""

    value: float
    item: str | None = None
    constructs: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A rule that every case must meet."""

    name: str
    cutoff: float
    is_least: bool

    def is_met(self, case: Case) -> bool:
        """Say whether a case meets the rule."""
        return case.value >= self.cutoff if self.is_least else case.value <= self.cutoff


def loading_checks(
    convergent: Sequence[ConvergentValidity], loadings: Sequence[OuterLoading]
) -> Iterator[Check]:
    """Check loadings, reliability and AVE."""
    cases = [
        Case(value=row.estimate, item=row.item, constructs=(row.construct, None))
        for row in loadings
    ]
    yield from _check(Criterion(name="loading", cutoff=LEAST_LOADING, is_least=True), cases)
    rules: tuple[tuple[str, float, bool, Callable[[ConvergentValidity], float]], ...] = (
        ("alpha", LEAST_RELIABILITY, True, lambda row: row.alpha),
        ("cr", LEAST_RELIABILITY, True, lambda row: row.composite_reliability),
        ("cr_high", MOST_RELIABILITY, False, lambda row: row.composite_reliability),
        ("ave", LEAST_AVE, True, lambda row: row.ave),
    )
    for name, cutoff, is_least, value in rules:
        found = [Case(value=value(row), constructs=(row.construct, None)) for row in convergent]
        yield from _check(Criterion(name=name, cutoff=cutoff, is_least=is_least), found)


def difference_checks(
    fornell_larcker: Sequence[FornellLarcker],
    htmt: Sequence[HeterotraitMonotrait],
    cross_loadings: Sequence[CrossLoading],
    collinearity: Sequence[Collinearity],
) -> Iterator[Check]:
    """Check Fornell and Larcker's rule, cross-loadings, HTMT and VIF."""
    larcker = Criterion(name="fornell_larcker", cutoff=0.0, is_least=True)
    yield from _check(larcker, list(_larcker_cases(fornell_larcker)))
    crossed = Criterion(name="cross_loading", cutoff=0.0, is_least=True)
    yield from _check(crossed, list(_cross_cases(cross_loadings)))
    ratios = [(row, (row.construct_1, row.construct_2)) for row in htmt]
    found = [Case(value=r.htmt, constructs=pair) for r, pair in ratios if r.htmt is not None]
    yield from _check(Criterion(name="htmt", cutoff=MOST_HTMT, is_least=False), found)
    bounds = [
        Case(value=r.htmt_high, constructs=pair)
        for r, pair in ratios
        if r.htmt_high is not None
    ]
    yield from _check(
        Criterion(name="htmt_high", cutoff=MOST_HTMT_HIGH, is_least=False), bounds
    )
    factors = [Case(value=row.vif, constructs=(row.construct, None)) for row in collinearity]
    yield from _check(Criterion(name="vif", cutoff=MOST_VIF, is_least=False), factors)


def _check(criterion: Criterion, cases: Sequence[Case]) -> Iterator[Check]:
    """Find the worst case; no line where there is none."""
    if not cases:
        return
    sign = 1 if criterion.is_least else -1
    worst = min(cases, key=lambda case: sign * case.value)
    n_met = sum(criterion.is_met(case) for case in cases)
    yield Check(
        criterion=f"check.{criterion.name}",
        estimate=worst.value,
        cutoff=criterion.cutoff,
        item=worst.item,
        construct_1=worst.constructs[0],
        construct_2=worst.constructs[1],
        n_met=n_met,
        k=len(cases),
        is_met=n_met == len(cases),
    )


def _larcker_cases(rows: Sequence[FornellLarcker]) -> Iterator[Case]:
    """By how much the root of AVE exceeds a construct's largest correlation."""
    roots = {
        row.construct_1: row.estimate for row in rows if row.construct_1 == row.construct_2
    }
    for row in rows:
        if row.construct_1 != row.construct_2:
            margin = roots[row.construct_1] - abs(row.estimate)
            yield Case(value=margin, constructs=(row.construct_1, row.construct_2))


def _cross_cases(rows: Sequence[CrossLoading]) -> Iterator[Case]:
    """By how much an item correlates more with its own construct than with another."""
    own = {row.item: row.estimate for row in rows if row.is_own}
    for row in rows:
        mine = own[row.item]
        if not row.is_own and mine is not None and row.estimate is not None:
            margin = mine - abs(row.estimate)
            yield Case(value=margin, item=row.item, constructs=(row.construct, None))
