"""Factor means of many groups without exact invariance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.sem.aligned_factor import AlignedFactor, align_factor
from campaign_effect.analyses.sem.alignment_rows import (
    AlignedMean,
    AlignedParameter,
    AlignedValue,
    Alignment,
    AlignmentResult,
)
from campaign_effect.analyses.sem.fitting import Prepared, as_survey, prepare
from campaign_effect.analyses.sem.parameters import make_estimate
from campaign_effect.analyses.sem.remarks import about_weights
from campaign_effect.analyses.sem.samples import make_sample
from campaign_effect.analyses.sem.settings import FactorSettings, Missing
from campaign_effect.errors import StatisticsError, UsageError, nearest_word
from campaign_effect.results import Notice
from campaign_effect.stats.sem.alignment_errors import explained_by_factor
from campaign_effect.stats.sem.diagnosis import improper_values
from campaign_effect.stats.sem.fit import fit
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.syntax import Relation
from campaign_effect.survey import Survey

FEW_IN_GROUP: Final = 100
"""Of a group; with fewer its loadings and intercepts are too unsteady to be aligned well."""

MOST_NONINVARIANT: Final = 0.25
"""Of the parameters: Muthén and Asparouhov (2014), https://doi.org/10.3389/fpsyg.2014.00978"""


def align_groups(  # noqa: PLR0913  # as compare_invariance, and which mean is fixed
    survey: Survey | pd.DataFrame,
    model: str | None = None,
    *,
    group: str,
    estimator: str = "MLR",
    missing: Missing = "listwise",
    alignment: Alignment = "fixed",
    reference: str | None = None,
    weights: str | bool = True,
    level: float = 0.95,
) -> AlignmentResult:
    """Compare factor means of many groups where exact invariance does not hold.

    Every group gets a model of its own. Means and SDs of the factors are then chosen so that a
    few loadings and intercepts differ much between groups and most hardly at all.

    Parameters
    ----------
    survey, model, estimator, missing
        See ``confirm_factors``. Each item must measure one factor. With ordered answers
        (WLSMV) thresholds stand for intercepts and residual variances are 1; every group must
        then have used every category.
    group : str
        Column of the groups, such as villages.
    alignment : {"fixed", "free"}, default "fixed"
        Whether the reference group's mean is 0, or all means are estimated. FREE needs more
        than two groups and clear non-invariance, else its means are hardly determined.
    reference : str, optional
        The level of ``group`` whose mean is 0; by default that with most respondents, against
        which the others are tested best.
    weights : str or bool, default True
        Column of sampling weights, scaled within each group to its respondents; by default the
        schema's, if it names one.
    level : float, default 0.95
        Coverage of intervals.

    Returns
    -------
    AlignmentResult
        Parts ``means`` of the factors, ``parameters`` (average, R2, how many groups share it)
        and ``values`` (each group's loadings and intercepts, and whether it shares them).
        Groups of fewer than 100, and more than 25% of parameters that differ, are notices.

    Raises
    ------
    FormulaError, UsageError, MissingColumnsError
        See ``confirm_factors``; also for a model of anything but factors of own items.
    StatisticsError
        If a group's own model has no solution; the message names the groups.

    Notes
    -----
    The loss is that of [1]_, see ``align_measures``. Numbers are first divided by their pooled
    SD within groups, so that units of the items do not matter. Errors by the delta method.

    References
    ----------
    .. [1] Asparouhov, T., & Muthén, B. (2014). Multiple-group factor analysis alignment.
       Structural Equation Modeling, 21, 495-508. https://doi.org/10.1080/10705511.2014.919210
    .. [2] Muthén, B., & Asparouhov, T. (2018). Recent methods for the study of measurement
       invariance with many groups. Sociological Methods & Research, 47, 637-664.
       https://doi.org/10.1177/0049124117701488

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> village = np.repeat(["A", "B", "C"], 200)
    >>> trust = rng.normal(size=600) + np.where(village == "B", 0.5, 0.0)
    >>> answers = trust[:, None] + rng.normal(size=(600, 4))
    >>> frame = pd.DataFrame(answers, columns=list("abcd")).assign(village=village)
    >>> result = align_groups(frame, "trust =~ a + b + c + d", group="village")
    >>> result.tidy()["estimate"].round(1).tolist()
    [0.0, 0.5, 0.1]
    """
    if isinstance(missing, Imputation):
        raise UsageError(
            "Alignment takes no imputed answers.",
            hint="use missing='pairwise' for ordered answers, 'fiml' for numbers.",
        )
    source = as_survey(survey)
    settings = FactorSettings(
        estimator=estimator,
        std_lv=True,
        group=group,
        missing=missing,
        parameterization="theta",
        mean_structure=True,
        weights=weights,
        level=level,
    )
    prepared = prepare(source, model, settings)
    _check_model(prepared)
    groups = tuple(str(name) for name in prepared.answers.groups)
    anchor = _anchor(prepared, alignment, reference)
    own = _own_models(prepared)
    factors = [align_factor(own, prepared, name, anchor) for name in own[0].table.latent]
    return AlignmentResult(
        means=tuple(row for one in factors for row in _means(one, groups, level)),
        parameters=tuple(row for one in factors for row in _parameters(one)),
        values=tuple(row for one in factors for row in _values(one, groups)),
        by=group,
        groups=groups,
        reference=None if anchor is None else groups[anchor],
        estimator=prepared.settings.estimator,
        level=level,
        samples=tuple((part, prepared.answers.sample) for part in AlignmentResult.row_types()),
        notices=(
            *about_weights(prepared.answers, source.schema.roles.weight),
            *_about_groups(own, groups),
            *_about_parameters(factors),
        ),
        glossary=source.glossary,
    )


def _check_model(prepared: Prepared) -> None:
    """Alignment knows factors that are measured by items of their own, and nothing else."""
    relations = prepared.model.relations
    loaded = [relation.right for relation in relations if relation.operator == "=~"]
    factors = set(prepared.variables.latent)
    shared = sorted({item for item in loaded if loaded.count(item) > 1})
    written = [f"{r.left} {r.operator} {r.right}".strip() for r in relations if _is_odd(r)]
    odd = shared or [item for item in loaded if item in factors] or written
    if odd or prepared.model.definitions or prepared.model.constraints:
        raise UsageError(
            "Alignment takes factors that are measured by items of their own, with nothing "
            "fixed, labelled or regressed.",
            received=odd or "definitions or constraints",
            hint='write "trust =~ t1 + t2 + t3" for each factor.',
        )


def _is_odd(relation: Relation) -> bool:
    modifier = relation.modifier
    is_bound = bool(modifier.fixed or modifier.labels or modifier.equal)
    return is_bound or relation.operator not in ("=~", "~~")


def _anchor(prepared: Prepared, alignment: Alignment, reference: str | None) -> int | None:
    """Find the group whose mean is fixed."""
    groups = [str(name) for name in prepared.answers.groups]
    if alignment not in ("fixed", "free"):
        raise UsageError(f"alignment cannot be {alignment!r}.", hint="use 'fixed' or 'free'.")
    if alignment == "free":
        if reference is not None or len(groups) < 3:
            raise UsageError(
                "FREE alignment needs three groups and takes no reference.",
                received=f"{len(groups)} groups, reference {reference!r}",
                hint="use alignment='fixed'.",
            )
        return None
    if reference is None:
        return int(np.argmax([len(rows) for rows in prepared.answers.rows]))
    by = prepared.settings.group
    levels = [name.removeprefix(f"{by}=") for name in groups]
    if str(reference) not in levels:
        near = nearest_word(str(reference), levels)
        raise UsageError(
            f"No group of {by!r} is named {reference!r}.",
            received=levels,
            hint=f"did you mean {near!r}?" if near else "name one of them.",
        )
    return levels.index(str(reference))


def _own_models(prepared: Prepared) -> list[Solution]:
    """Fit the model to each group alone."""
    specification = replace(prepared.table.specification, n_groups=1)
    table = build_table(prepared.model, prepared.answers.names, specification)
    found: list[Solution] = []
    failed: dict[str, str] = {}
    answers = prepared.answers
    for place, name in enumerate(answers.groups):
        coding = replace(prepared.coding, codes=prepared.coding.codes[place : place + 1])
        try:
            own = answers.of_group(place)
            sample = make_sample(own, coding, prepared.settings, is_clustered=False)
            solution = fit(table, sample, prepared.settings.estimator)
        except StatisticsError as error:
            failed[str(name)] = error.problem
            continue
        found.append(solution)
        if not solution.optimum.is_converged or np.isnan(solution.vcov).any():
            failed[str(name)] = "no solution"
    if failed:
        raise StatisticsError(
            f"The model cannot be fitted to {len(failed)} of {len(answers.groups)} groups "
            "alone, as alignment asks.",
            received="; ".join(f"{name}: {why}" for name, why in failed.items()),
            hint="leave these groups out, or join them with others.",
        )
    return found


def _means(one: AlignedFactor, groups: Sequence[str], level: float) -> Iterator[AlignedMean]:
    for place, name in enumerate(groups):
        mean = float(one.solved.means[place])
        found = make_estimate(mean, float(one.means[place]), level)
        sd = float(one.solved.sds[place])
        yield AlignedMean(
            factor=one.factor,
            group=name,
            n=int(one.measures.sizes[place]),
            **asdict(found),
            sd=sd,
            sd_error=sd * float(one.logs[place]),
        )


def _parameters(one: AlignedFactor) -> Iterator[AlignedParameter]:
    r2 = explained_by_factor(one.measures, one.solved)
    for place, row in enumerate(one.rows):
        found = one.invariant_set(place)
        yield AlignedParameter(
            factor=one.factor,
            lhs=row.left,
            op=row.operator,
            rhs=row.right,
            estimate=float(found.average * one.signs[place] * one.scales[place]),
            r2=float(r2[place]),
            n_invariant=int(found.is_invariant.sum()),
            n_groups=len(found.is_invariant),
        )


def _values(one: AlignedFactor, groups: Sequence[str]) -> Iterator[AlignedValue]:
    for place, row in enumerate(one.rows):
        found = one.invariant_set(place)
        errors = np.sqrt(np.maximum(np.diag(one.spreads[place]), 0.0)) * one.scales[place]
        for group, name in enumerate(groups):
            yield AlignedValue(
                factor=one.factor,
                lhs=row.left,
                op=row.operator,
                rhs=row.right,
                group=name,
                estimate=float(one.shown[group, place]),
                std_error=float(errors[group]),
                p_value=float(found.p_values[group]),
                is_invariant=bool(found.is_invariant[group]),
            )


def _about_groups(own: Sequence[Solution], groups: Sequence[str]) -> Iterator[Notice]:
    """Say which groups are small, and whose own model is improper."""
    small = tuple(
        name for name, one in zip(groups, own, strict=True) if one.sample.n < FEW_IN_GROUP
    )
    if small:
        yield Notice.of(
            "small_groups", groups=small, k=len(small), total=len(own), cutoff=FEW_IN_GROUP
        )
    improper = tuple(
        name for name, one in zip(groups, own, strict=True) if improper_values(one)
    )
    if improper:
        yield Notice.of("improper_groups", groups=improper)


def _about_parameters(factors: Sequence[AlignedFactor]) -> Iterator[Notice]:
    """Say where too much differs for the means to be relied on."""
    for one in factors:
        found = [row.n_invariant / row.n_groups for row in _parameters(one)]
        share = 1 - float(np.mean(found))
        if share > MOST_NONINVARIANT:
            yield Notice.of(
                "much_noninvariance", factor=one.factor, share=share, cutoff=MOST_NONINVARIANT
            )
