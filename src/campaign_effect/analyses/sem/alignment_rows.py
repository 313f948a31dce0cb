"""What an alignment of groups says, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from campaign_effect.results import Bounded, Count, Flag, Name, Number, PValue, Result, Row
from campaign_effect.results import Literal as Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedMean(Row):
    """A factor's mean and SD in a group after alignment.

    Attributes
    ----------
    n
        Respondents of the group.
    estimate, std_error, statistic, p_value, conf_low, conf_high
        The mean, in units of the groups' average (geometric mean) SD of the factor; 0 in the
        reference group of FIXED alignment, which has no test.
    sd, sd_error
        Of the factor; their product over the groups is 1.
    """

    factor: Name
    group: Name
    n: Count
    estimate: Number
    std_error: Number | None
    statistic: Number | None
    p_value: PValue | None
    conf_low: Number | None
    conf_high: Number | None
    sd: Number
    sd_error: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedParameter(Row):
    """A loading, intercept or threshold over the groups.

    Attributes
    ----------
    lhs, op, rhs
        As in a model: ``trust =~ t1``, ``t1 ~1``, ``t1 | t2``.
    estimate
        The average of the groups that share it, weighted by their respondents.
    r2
        Share of its variance between the groups' own models that the factor's means and SDs
        explain; near 1 under invariance where the groups differ on the factor.
    n_invariant
        Groups that share it.
    n_groups
        All groups.
    """

    factor: Name
    lhs: Name
    op: Text
    rhs: Name
    estimate: Number
    r2: Bounded
    n_invariant: Count
    n_groups: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedValue(Row):
    """A loading, intercept or threshold in one group after alignment.

    Attributes
    ----------
    p_value
        Of its difference from the average of the groups that share it.
    is_invariant
        Whether this group is one of them.
    """

    factor: Name
    lhs: Name
    op: Text
    rhs: Name
    group: Name
    estimate: Number
    std_error: Number | None
    p_value: PValue
    is_invariant: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentResult(Result):
    """Factor means of groups that answer alike in most respects.

    Attributes
    ----------
    reference : str or None
        The group whose means are 0; None where all means were free.
    """

    name: ClassVar[str] = "alignment"
    means: tuple[AlignedMean, ...]
    parameters: tuple[AlignedParameter, ...]
    values: tuple[AlignedValue, ...]
    by: str
    groups: tuple[str, ...]
    reference: str | None
    estimator: str
    level: float


Alignment = Literal["fixed", "free"]
