"""The models that a report fits without being asked: the schema's constructs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from campaign_effect.analyses.resampling import OnProgress
from campaign_effect.analyses.sem.confirm import confirm_factors
from campaign_effect.analyses.sem.invariance import compare_invariance
from campaign_effect.analyses.sem.models import measurement_model
from campaign_effect.analyses.sem.rows import ConfirmatoryResult, InvarianceResult
from campaign_effect.analyses.sem.settings import MOST_CATEGORIES, VILLAGE_BOOTSTRAP
from campaign_effect.errors import TooFewItemsError, UsageError
from campaign_effect.results import Notice
from campaign_effect.survey import Survey

LEAST_FACTORS = 2
LEAST_ITEMS = 3


def confirm_reported_factors(
    survey: Survey, *, seed: int = 1, on_progress: OnProgress | None = None
) -> ConfirmatoryResult:
    """Confirm that the schema's constructs are measured as it says.

    Parameters
    ----------
    survey : Survey
        Constructs with fewer than three items are left out, with a notice. Answers of at most
        seven categories are taken as ordered (WLSMV), others as numbers (MLR); villages are
        resampled where the schema names them, and its weights are used.
    seed : int, default 1
        Of the resampling.
    on_progress : callable, optional
        Told how many resamples are done, and of how many.

    Returns
    -------
    ConfirmatoryResult

    Raises
    ------
    TooFewItemsError
        If fewer than two constructs have three items.
    """
    blocks, notices = _blocks(survey)
    result = confirm_factors(
        survey,
        measurement_model(blocks).text,
        estimator=_estimator(survey, blocks),
        std_lv=True,
        cluster=survey.schema.roles.cluster,
        village_bootstrap=replace(VILLAGE_BOOTSTRAP, seed=seed, on_progress=on_progress),
    )
    return replace(result, notices=(*notices, *result.notices))


def compare_reported_invariance(survey: Survey) -> InvarianceResult:
    """Compare what the constructs measure in the schema's groups.

    Parameters
    ----------
    survey : Survey
        Its schema must name a group; its weights are used.

    Returns
    -------
    InvarianceResult

    Raises
    ------
    UsageError
        If the schema names no group.
    TooFewItemsError
        If fewer than two constructs have three items.
    """
    by = survey.schema.roles.group
    if by is None:
        raise UsageError("The schema names no group.", hint="add 'group' under 'roles'.")
    blocks, _ = _blocks(survey)
    return compare_invariance(
        survey,
        measurement_model(blocks).text,
        group=by,
        estimator=_estimator(survey, blocks),
    )


def _blocks(survey: Survey) -> tuple[dict[str, tuple[str, ...]], tuple[Notice, ...]]:
    """Take the constructs with items enough, and say which have too few."""
    constructs = {construct.name for construct in survey.schema.constructs}
    found = {name: items for name, items in survey.blocks.items() if name in constructs}
    enough = {name: items for name, items in found.items() if len(items) >= LEAST_ITEMS}
    if len(enough) < LEAST_FACTORS:
        raise TooFewItemsError(
            "A factor model needs two constructs of at least three items.",
            received=f"{len(enough)} of {len(found)} constructs",
            hint="name the constructs in the schema, or call confirm_factors with a model.",
            cause="few_constructs",
            n=len(enough),
        )
    short = tuple(name for name in found if name not in enough)
    notices = (Notice.of("short_constructs", constructs=short, k=LEAST_ITEMS),) if short else ()
    return enough, notices


def _estimator(survey: Survey, blocks: dict[str, tuple[str, ...]]) -> str:
    for items in blocks.values():
        for column in survey.scores(items).T:
            if len(np.unique(column[~np.isnan(column)])) > MOST_CATEGORIES:
                return "MLR"
    return "WLSMV"
