"""Whether groups of respondents differ: villagers and voters, generations, platforms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats

from campaign_effect.analyses.columns import known_columns, with_scores
from campaign_effect.analyses.samples import listwise_sample, not_weighted
from campaign_effect.errors import (
    NoVariationError,
    StatisticsError,
    SurveyError,
    TooFewRowsError,
)
from campaign_effect.results import (
    Count,
    Df,
    Name,
    Notice,
    Number,
    PValue,
    Result,
    Row,
    Sample,
    Word,
)
from campaign_effect.stats.models.noncentral import cramers_v, eta_squared, hedges_g
from campaign_effect.survey import Survey, takes_survey

SMALL_EXPECTED = 5
"""Expected counts below it make chi-square's approximation poor (Cochran 1954,
https://doi.org/10.2307/3001616): a 2 x 2 table is then tested exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMean(Row):
    """A number in one group."""

    variable: Name
    group: Name
    n: Count
    mean: Number
    sd: Number | None
    median: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTest(Row):
    """One test of whether the groups differ, with the size of the difference."""

    variable: Name
    test: Word
    statistic: Number | None
    df: Df | None
    df_2: Df | None = None
    p_value: PValue
    effect: Word
    estimate: Number
    conf_low: Number | None
    conf_high: Number | None
    n: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPair(Row):
    """Two of several groups compared (Games-Howell)."""

    variable: Name
    group_1: Name
    group_2: Name
    estimate: Number
    std_error: Number
    statistic: Number
    df: Df
    p_value: PValue


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsResult(Result):
    """Comparisons of groups, a variable at a time."""

    name: ClassVar[str] = "groups"
    means: tuple[GroupMean, ...]
    tests: tuple[GroupTest, ...]
    pairs: tuple[GroupPair, ...]


@takes_survey
def compare_groups(
    survey: Survey, of: str | Sequence[str] | None = None, *, by: str | None = None
) -> GroupsResult:
    """Compare groups of respondents on numbers and categories.

    Parameters
    ----------
    survey : Survey
    of : str or sequence of str, optional
        Constructs, items or variables; by default every construct and exposure.
    by : str, optional
        The variable whose levels are the groups; by default the schema's group.

    Returns
    -------
    GroupsResult
        Parts ``means``, ``tests`` and ``pairs``. A number is compared by Welch's and Student's
        *t* and Mann-Whitney's *U* (two groups), or by Welch's and the classical analysis of
        variance and Kruskal-Wallis' *H*, with Games-Howell's pairs [1]_; a category by
        chi-square, exactly where a 2 x 2 table has small expected counts. Hedges' *g*, eta
        squared and Cramér's *V* have noncentral intervals; rank-biserial *r* and epsilon
        squared have none.

    Raises
    ------
    MissingColumnsError
        If a name is not in the survey.
    SurveyError
        If no group is named.
    TooFewRowsError, NoVariationError
        If nothing can be compared; where something can, the rest is a notice.

    Notes
    -----
    These tests take respondents as independent. Where the schema names a cluster, a notice
    says so: `fit_effect` with the group as a regressor holds then.

    References
    ----------
    .. [1] Games, P. A., & Howell, J. F. (1976). Pairwise multiple comparison procedures with
       unequal n's and/or variances. Journal of Educational Statistics, 1, 113-125.
       https://doi.org/10.3102/10769986001002113

    Examples
    --------
    >>> from campaign_effect.survey import read_survey
    >>> frame = pd.DataFrame({"x": [1, 2, 3, 4, 5, 6.5], "g": list("aaabbb")})
    >>> groups = compare_groups(read_survey(frame), "x", by="g")
    >>> groups.tidy("tests")["p_value"].round(3).tolist()
    [0.029, 0.027, 0.1]
    """
    by = survey.schema.roles.group if by is None else by
    if by is None:
        raise SurveyError(
            "No group is named.", hint="pass by=…, or name a group in the schema."
        )
    rows: list[Row] = []
    samples: list[tuple[str, Sample]] = []
    failures: list[tuple[str, StatisticsError]] = []
    for name in _compared(survey, of, by):
        try:
            found, sample = _compare(survey, name, by)
        except StatisticsError as error:
            failures.append((name, error))
        else:
            rows += found
            samples.append((name, sample))
    if not rows and failures:
        raise failures[0][1]
    return GroupsResult(
        means=tuple(row for row in rows if isinstance(row, GroupMean)),
        tests=tuple(row for row in rows if isinstance(row, GroupTest)),
        pairs=tuple(row for row in rows if isinstance(row, GroupPair)),
        samples=(*((part, samples[0][1]) for part in GroupsResult.row_types()), *samples),
        notices=(
            *not_weighted(survey, "groups"),
            *_ignored_clusters(survey),
            *(_not_compared(*one) for one in failures),
        ),
        glossary=survey.glossary,
    )


def _compared(survey: Survey, of: str | Sequence[str] | None, by: str) -> list[str]:
    if of is None:
        exposures = [exposure.variable for exposure in survey.schema.roles.exposures]
        of = [*(c.name for c in survey.schema.constructs), *exposures] or known_columns(survey)
    names = [of] if isinstance(of, str) else list(of)
    return [name for name in names if name != by]


def _compare(survey: Survey, name: str, by: str) -> tuple[list[Row], Sample]:
    """Compare the groups on one variable, among those with both answers."""
    answers, absences = with_scores(survey, [name, by])
    complete, sample = listwise_sample(answers, absences)
    used = answers[complete]
    if pd.api.types.is_numeric_dtype(used[name]):
        return list(_compare_numbers(used[name], used[by], name, by)), sample
    return [_compare_shares(used[name], used[by], name)], sample


def _compare_numbers(values: pd.Series, groups: pd.Series, name: str, by: str) -> Iterator[Row]:
    found = {
        level: within.to_numpy(dtype=float)
        for level, within in values.groupby(groups, observed=True)
    }
    for level, within in found.items():
        yield GroupMean(
            variable=name,
            group=f"{by}={level}",
            n=len(within),
            mean=float(within.mean()),
            sd=float(within.std(ddof=1)) if len(within) > 1 else None,
            median=float(np.median(within)),
        )
    _refuse_poor_groups(found, name, by)
    samples = list(found.values())
    yield from _two_groups(samples, name) if len(samples) == 2 else _many_groups(samples, name)
    if len(samples) > 2:
        yield from _pairs(found, name, by)


def _refuse_poor_groups(found: dict[object, np.ndarray], name: str, by: str) -> None:
    """Refuse groups in which a variance cannot be estimated or is zero."""
    counts = ", ".join(f"{level}: {len(within)}" for level, within in found.items())
    if len(found) < 2 or min(map(len, found.values())) < 2:
        raise TooFewRowsError(
            f"A group of {by!r} has fewer than two answers to {name!r}, or is the only one.",
            received=counts,
            hint="join small groups, or compare another variable.",
            cause="small_groups",
            by=by,
        )
    flat = [str(level) for level, within in found.items() if np.ptp(within) == 0]
    if flat:
        raise NoVariationError(
            f"{name!r} does not vary in a group of {by!r}.",
            received=", ".join(flat),
            hint="compare another variable, or other groups.",
            cause="flat_groups",
            groups=tuple(f"{by}={level}" for level in flat),
        )


def _two_groups(samples: list[np.ndarray], name: str) -> Iterator[GroupTest]:
    one, other = samples
    n = len(one) + len(other)
    welch, student = (stats.ttest_ind(one, other, equal_var=equal) for equal in (False, True))
    g = hedges_g(float(student.statistic), len(one), len(other))
    for word, found in (("test.welch_t", welch), ("test.student_t", student)):
        yield GroupTest(
            variable=name,
            test=word,
            statistic=float(found.statistic),
            df=float(found.df),
            p_value=float(found.pvalue),
            n=n,
            **_size("effect.hedges_g", g),
        )
    ranks = stats.mannwhitneyu(one, other, method="auto" if n < 20 else "asymptotic")
    biserial = 2 * float(ranks.statistic) / (len(one) * len(other)) - 1
    yield GroupTest(
        variable=name,
        test="test.mann_whitney",
        statistic=float(ranks.statistic),
        df=None,
        p_value=float(ranks.pvalue),
        n=n,
        **_size("effect.rank_biserial", (biserial,)),
    )


def _many_groups(samples: list[np.ndarray], name: str) -> Iterator[GroupTest]:
    n = sum(map(len, samples))
    between, within = float(len(samples) - 1), float(n - len(samples))
    welch, classic = (stats.f_oneway(*samples, equal_var=equal) for equal in (False, True))
    eta = eta_squared(float(classic.statistic), between, within)
    tests = (("test.welch_anova", welch, _welch_df(samples)), ("test.anova", classic, within))
    for word, found, df_2 in tests:
        yield GroupTest(
            variable=name,
            test=word,
            statistic=float(found.statistic),
            df=between,
            df_2=df_2,
            p_value=float(found.pvalue),
            n=n,
            **_size("effect.eta_squared", eta),
        )
    ranks = stats.kruskal(*samples)
    yield GroupTest(
        variable=name,
        test="test.kruskal",
        statistic=float(ranks.statistic),
        df=between,
        p_value=float(ranks.pvalue),
        n=n,
        **_size("effect.epsilon_squared", (float(ranks.statistic) / (n - 1),)),
    )


def _welch_df(samples: list[np.ndarray]) -> float:
    """Give the denominator's degrees of freedom of Welch's analysis of variance."""
    n = np.array([len(sample) for sample in samples], dtype=float)
    weights = n / np.array([sample.var(ddof=1) for sample in samples])
    shares = weights / weights.sum()
    k = len(samples)
    return float((k**2 - 1) / (3 * np.sum((1 - shares) ** 2 / (n - 1))))


def _pairs(found: dict[object, np.ndarray], name: str, by: str) -> Iterator[GroupPair]:
    """Compare every two of several groups, their variances unequal."""
    import pingouin  # type: ignore[import-untyped]  # it ships no types

    levels = list(found)
    frame = pd.DataFrame(
        {
            "value": np.concatenate([found[level] for level in levels]),
            "group": np.repeat(np.arange(len(levels)), [len(found[level]) for level in levels]),
        }
    )
    rows = pingouin.pairwise_gameshowell(frame, dv="value", between="group")
    for (first, second), row in zip(
        combinations(range(len(levels)), 2), rows.to_dict("records"), strict=True
    ):
        yield GroupPair(
            variable=name,
            group_1=f"{by}={levels[first]}",
            group_2=f"{by}={levels[second]}",
            estimate=float(row["diff"]),
            std_error=float(row["se"]),
            statistic=float(row["T"]),
            df=float(row["df"]),
            p_value=float(row["pval"]),
        )


def _compare_shares(values: pd.Series, groups: pd.Series, name: str) -> GroupTest:
    """Compare the shares of a category's levels."""
    table = pd.crosstab(values, groups).to_numpy()
    if min(table.shape) < 2:
        raise NoVariationError(
            f"{name!r} or its groups have one level only among the complete answers.",
            received=f"{table.shape[0]} levels in {table.shape[1]} groups",
            hint="compare another variable.",
        )
    chi = stats.chi2_contingency(table, correction=False)
    n = int(table.sum())
    v = cramers_v(float(chi.statistic), n, *table.shape)
    is_small = table.shape == (2, 2) and chi.expected_freq.min() < SMALL_EXPECTED
    p_value = stats.fisher_exact(table).pvalue if is_small else chi.pvalue
    return GroupTest(
        variable=name,
        test="test.fisher" if is_small else "test.chi_square",
        statistic=None if is_small else float(chi.statistic),
        df=None if is_small else float(chi.dof),
        p_value=float(p_value),
        n=n,
        **_size("effect.cramers_v", v),
    )


def _size(effect: str, size: Sequence[float]) -> dict[str, Any]:
    """Name the size of a difference, with its bounds where they are known."""
    estimate, low, high = (*size, None, None)[:3]
    return {"effect": effect, "estimate": estimate, "conf_low": low, "conf_high": high}


def _not_compared(name: str, error: StatisticsError) -> Notice:
    return Notice.of("not_compared", variable=name, cause=error.cause, **error.facts)


def _ignored_clusters(survey: Survey) -> tuple[Notice, ...]:
    cluster = survey.schema.roles.cluster
    return () if cluster is None else (Notice.of("groups_ignore_clusters", cluster=cluster),)
