"""Whether each scale measures one thing consistently."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from campaign_effect.analyses.blocks import Items, chosen_blocks, row_weights
from campaign_effect.analyses.inference import check_level
from campaign_effect.analyses.reliability.answers import (
    Missing,
    ScaleAnswers,
    Selection,
    groups_of,
    sample_of,
    scale_answers,
)
from campaign_effect.analyses.reliability.coefficients import Attempts, bounds_row, scale_row
from campaign_effect.analyses.reliability.intervals import interval_rows
from campaign_effect.analyses.reliability.items import item_rows, remarks
from campaign_effect.analyses.reliability.rows import (
    BootstrapReliability,
    ItemReliability,
    ReliabilityBounds,
    ReliabilityResult,
    ScaleReliability,
)
from campaign_effect.analyses.resampling import Bootstrap, OnProgress, cluster_codes
from campaign_effect.analyses.samples import any_answer_sample, any_complete_sample
from campaign_effect.errors import (
    NoVariationError,
    StatisticsError,
    TooFewItemsError,
)
from campaign_effect.results import Notice, Sample
from campaign_effect.stats.items.alpha import alpha_from_covariance
from campaign_effect.survey import Survey, takes_survey

Found = tuple[
    ScaleReliability,
    tuple[ItemReliability, ...],
    ReliabilityBounds | None,
    tuple[BootstrapReliability, ...],
]


@takes_survey
def estimate_reliability(  # noqa: PLR0913 - each is a choice of its own, named by its users
    survey: Survey,
    *,
    items: Items = None,
    level: float = 0.95,
    by: str | None = None,
    weights: str | None = None,
    missing: Missing = "listwise",
    bootstrap: Bootstrap | None = None,
) -> ReliabilityResult:
    """Estimate the reliability of every construct's score.

    Parameters
    ----------
    survey : Survey
    items : sequence or mapping of sequences of str, optional
        Columns to be taken as one construct instead of the schema's, or constructs by name
        (subscales and their total).
    level : float, default 0.95
        Coverage of the intervals, in (0, 1).
    by : str, optional
        A variable: the constructs are estimated among all, then in each of its groups.
    weights : str, optional
        A column of weights. Intervals take the rows of equal weight that say as much,
        (sum w)^2 / sum w^2.
    missing : {"listwise", "pairwise"}, default "listwise"
        Use the rows that answered all items of a construct, or for every two items those that
        answered both.
    bootstrap : Bootstrap, optional
        For bias-corrected and accelerated intervals of alpha, by resampling respondents, or
        villages where the schema names a cluster.

    Returns
    -------
    ReliabilityResult
        Part ``scales``, a row a construct: alpha with Feldt's interval, standardised alpha,
        mean inter-item *r*, McDonald's omega of a one-factor model with its interval, Green
        and Yang's categorical omega (for items of at most seven categories: the headline
        there), omega hierarchical (from six items, three group factors), ordinal alpha (a
        theoretical bound, not the reliability of the observed score [1]_), composite
        reliability of standardised loadings, the score's mean, *SD* and standard error of
        measurement, and who is at its floor and ceiling.
        ``items``: item-total, corrected item-total, alpha and omega if dropped. ``bounds``:
        Guttman's lambdas of the covariances and split halves. ``intervals``: bootstrap
        intervals. A coefficient that cannot be had is None, and a notice says why; a construct
        that cannot be estimated is a notice.

    Raises
    ------
    MissingColumnsError
        If a column that was named is not in the survey.
    UsageError
        If an item is no number or named twice, a weight is missing or negative, or the level
        is not between 0 and 1.
    TooFewItemsError
        If the survey has no construct and no numeric column.

    References
    ----------
    .. [1] Chalmers, R. P. (2018). On misconceptions and the limited usefulness of ordinal
       alpha. Educational and Psychological Measurement, 78, 1056-1071.
       https://doi.org/10.1177/0013164417727036

    See Also
    --------
    campaign_effect.stats.items.alpha.cronbach_alpha : formulas and sources.

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> survey = read_survey(pd.DataFrame({"a": [1, 2, 3, None], "b": [2, 3, 5, 1]}))
    >>> estimate_reliability(survey).tidy()[["k", "n"]].values.tolist()
    [[2, 3]]
    """
    check_level(level)
    blocks = chosen_blocks(survey, items)
    everyone = np.ones(survey.n, dtype=np.bool_)
    selection = Selection(
        missing=missing,
        weights=row_weights(survey, weights),
        clusters=cluster_codes(survey, everyone) if bootstrap else None,
    )
    found: list[Found] = []
    notices: list[Notice] = []
    for block in blocks.items():
        for group in groups_of(survey, by):
            try:
                answers = scale_answers(survey, block, group, selection)
                one, said = _construct(survey, answers, level, bootstrap)
            except StatisticsError as error:
                used = _rows_used(survey, block[1], missing, group[1])
                notices.append(_why_not(block, group[0], error, used))
            else:
                found.append(one)
                notices += said
    return ReliabilityResult(
        scales=tuple(scale for scale, *_ in found),
        items=tuple(item for _, rows, *_ in found for item in rows),
        bounds=tuple(bounds for _, _, bounds, _ in found if bounds),
        intervals=tuple(row for *_, rows in found for row in rows),
        level=level,
        samples=_samples(survey, blocks, found, missing),
        notices=tuple(notices),
        glossary=survey.glossary,
    )


def estimate_reported_reliability(
    survey: Survey, *, seed: int = 1, on_progress: OnProgress | None = None
) -> ReliabilityResult:
    """Estimate the reliability of every scale, among all and by group, weighted where so.

    As `estimate_reliability` with the schema's group and weight, and bootstrap intervals.
    """
    roles = survey.schema.roles
    bootstrap = Bootstrap(seed=seed, on_progress=on_progress)
    return estimate_reliability(
        survey, by=roles.group, weights=roles.weight, bootstrap=bootstrap
    )


def _construct(
    survey: Survey, answers: ScaleAnswers, level: float, bootstrap: Bootstrap | None
) -> tuple[Found, list[Notice]]:
    attempts = Attempts()
    alpha = alpha_from_covariance(answers.covariances, n=answers.n_effective, level=level)
    scale = scale_row(answers, alpha, _rule(survey, answers.construct), level, attempts)
    items = item_rows(answers, alpha, attempts)
    bounds = bounds_row(answers, attempts)
    intervals = interval_rows(answers, bootstrap, level, attempts) if bootstrap else ()
    notices = [*remarks(answers, scale, items), *attempts.notices(answers)]
    return (scale, items, bounds, intervals), notices


def _rule(survey: Survey, construct: str) -> str:
    """Say how a construct is scored: as the schema says, else by the mean."""
    rules = {one.name: one.score for one in survey.schema.constructs}
    return rules.get(construct, "mean")


def _samples(
    survey: Survey,
    blocks: dict[str, tuple[str, ...]],
    found: list[Found],
    missing: Missing,
) -> tuple[tuple[str, Sample], ...]:
    """Count whom each part and each construct rests on."""
    done = list(dict.fromkeys(scale.construct for scale, *_ in found))
    items = [blocks[name] for name in done]
    if missing == "pairwise":
        used = any_answer_sample(survey, [name for block in items for name in block])
    else:
        used = any_complete_sample(survey, items)
    parts = [(part, used) for part in ReliabilityResult.row_types()]
    return (*parts, *((name, sample_of(survey, blocks[name], missing)) for name in done))


def _rows_used(
    survey: Survey, items: Sequence[str], missing: Missing, is_in_group: np.ndarray
) -> int:
    answered = survey.answers.loc[is_in_group, list(items)].notna()
    is_used = answered.any(axis=1) if missing == "pairwise" else answered.all(axis=1)
    return int(is_used.sum())


def _why_not(
    block: tuple[str, tuple[str, ...]], group: str | None, error: StatisticsError, n: int
) -> Notice:
    """Say why a construct has no alpha."""
    construct, names = block
    where = construct if group is None else (construct, group)
    match error:
        case NoVariationError() if getattr(error, "items", ()):
            constant = tuple(names[i] for i in getattr(error, "items", ()))
            return Notice.of("constant_items", construct=where, items=constant)
        case NoVariationError():
            return Notice.of("cancelling_items", construct=where, items=names)
        case TooFewItemsError():
            return Notice.of("too_few_items", construct=where, k=len(names))
        case _:
            return Notice.of("too_few_complete", construct=where, n=n)
