"""Sentences about the answers and what they measure."""

from __future__ import annotations

from campaign_effect.analyses.factors import FactorResult
from campaign_effect.analyses.quality import QualityResult
from campaign_effect.analyses.reliability import ReliabilityResult, ScaleReliability
from campaign_effect.analyses.sem.alignment_rows import AlignedMean, AlignmentResult
from campaign_effect.analyses.sem.cutoff_rows import CutoffResult
from campaign_effect.analyses.sem.rows import ConfirmatoryResult, InvarianceResult
from campaign_effect.analyses.thesis import ThesisResult
from campaign_effect.analyses.validity import ValidityResult
from campaign_effect.apa.blocks import Note, Text
from campaign_effect.apa.sentences.generic import sentences
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.apa.tables.models import p_text

LARGE_FALL = 0.01
"""Of the CFI: Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit indexes for
testing measurement invariance. https://doi.org/10.1207/S15328007SEM0902_5"""

UNRELATED = 1e-9
"""A correlation below it is one that the model does not have."""


@sentences.register
def _(result: QualityResult) -> tuple[Note, ...]:
    left = result.exclusions[-1].n_left if result.exclusions else result.sample.n_total
    raised = tuple(
        Text.of("alt.flag", reason=row.reason, n=row.n) for row in result.flag_counts if row.n
    )
    flagged = (
        Text.of(
            "say.flagged", n=len(result.flagged), checked=result.sample.n_total, flags=raised
        )
        if raised
        else Text.of("say.not_flagged", checked=result.sample.n_total)
    )
    return ((Text.of("say.quality", n=result.n_read, left=left), flagged),)


@sentences.register
def _(result: ReliabilityResult) -> tuple[Note, ...]:
    scales = tuple(_scale(row) for row in result.scales if row.group is None)
    return ((Text.of("say.reliability", level=result.level, scales=scales),),) if scales else ()


def _scale(row: ScaleReliability) -> Text:
    """Say omega (categorical where there is one) and alpha of a scale."""
    facts = {"alpha": row.alpha, "low": row.conf_low, "high": row.conf_high}
    omega = row.omega_total if row.omega_categorical is None else row.omega_categorical
    if omega is None:
        return Text.of("say.alpha", construct=row.construct, **facts)
    return Text.of("say.alpha_omega", construct=row.construct, omega=omega, **facts)


@sentences.register
def _(result: ThesisResult) -> tuple[Note, ...]:
    valid = sum(row.is_valid for row in result.validity)
    corrected = sum(row.is_valid_corrected for row in result.validity)
    facts = {"valid": valid, "corrected": corrected, "k": len(result.validity)}
    return ((Text.of("say.thesis", **facts),),) if result.validity else ()


@sentences.register
def _(result: FactorResult) -> tuple[Note, ...]:
    adequacy = result.adequacy[0]
    counts = {row.criterion: row.n_factors for row in result.suggestions}
    said = Text.of(
        "say.factors",
        kmo=adequacy.kmo,
        chi2=adequacy.statistic,
        df=adequacy.df,
        p=p_text(adequacy.p_value),
        suggested=counts["criterion.parallel_components"],
        map=counts["criterion.map"],
        m=len(result.factors),
        share=result.factors[-1].cumulative,
    )
    return ((said,),)


@sentences.register
def _(result: ValidityResult) -> tuple[Note, ...]:
    met = sum(row.is_met for row in result.checklist)
    checks = Text.of("say.validity", k=len(result.checklist), met=met)
    harman = Text.of("say.harman", share=result.common_method[0].share)
    return ((checks, harman),)


@sentences.register
def _(result: ConfirmatoryResult) -> tuple[Note, ...]:
    return (*_factor_model(result), *_measurement(result))


def _factor_model(result: ConfirmatoryResult) -> tuple[Note, ...]:
    """Say the model and its fit, by the estimator's own test, and what cut-offs are worth."""
    row = result.fit[0]
    table = result.fitted.solution.table
    facts = {"factors": len(table.latent), "items": len(table.observed), "n": row.n}
    said = [Text.of(f"say.{result.name}", **facts, estimator=row.estimator)]
    ending = "_scaled" if row.chi2_scaled is not None else ""
    if row.chi2 is not None:
        names = ("cfi", "tli", "rmsea", "rmsea_low", "rmsea_high")
        indices = {name: getattr(row, f"{name}{ending}") for name in names}
        said.append(
            Text.of(
                f"say.factor_fit{ending}",
                chi2=getattr(row, f"chi2{ending}"),
                df=getattr(row, f"df{ending}") or row.df,
                p=p_text(getattr(row, f"p_value{ending}")),
                srmr=row.srmr,
                **indices,
            )
        )
        said.append(Text(id="say.cutoffs"))
    return (tuple(said),)


def _measurement(result: ConfirmatoryResult) -> tuple[Note, ...]:
    """Say how strong the loadings are, and whether the factors are told apart."""
    loadings = [(r.std_all, r.item) for r in result.loadings if r.std_all is not None]
    if not loadings:
        return ()
    weakest = min(loadings, key=lambda loading: abs(loading[0]))
    (low, _), (high, _) = min(loadings), max(loadings)
    said = [Text.of("say.loadings", low=low, high=high, item=weakest[1])]
    related = [row for row in result.correlations if abs(row.estimate) > UNRELATED]
    if related:
        closest = max(related, key=lambda row: abs(row.estimate))
        pair = (closest.factor_1, closest.factor_2)
        said.append(Text.of("say.closest_factors", factors=pair, r=closest.estimate))
    if related and result.reliability:
        said.append(_told_apart(result))
    return (tuple(said),)


def _told_apart(result: ConfirmatoryResult) -> Text:
    """Compare the variance each factor extracts with what it shares (Fornell and Larcker)."""
    extracted = {(row.group, row.factor): row.ave for row in result.reliability}
    mixed = []
    for row in result.correlations:
        pair = (row.factor_1, row.factor_2)
        least = min(extracted.get((row.group, factor), 1.0) for factor in pair)
        if row.estimate**2 >= least:
            mixed.append(Text.of("word.pair", one=pair[0], other=pair[1]))
    if mixed:
        return Text.of("say.not_told_apart", pairs=tuple(dict.fromkeys(mixed)))
    return Text(id="say.told_apart")


@sentences.register
def _(result: InvarianceResult) -> tuple[Note, ...]:
    levels = tuple(
        Text.of(
            "say.invariance_level",
            step=row.step,
            chi2=row.chi2_difference,
            df=row.df_difference,
            p=p_text(row.p_difference),
        )
        for row in result.levels
        if row.chi2_difference is not None
    )
    said = [Text.of("say.invariance", by=result.by, groups=result.groups, levels=levels)]
    said += [Text.of("say.invariance_holds", step=_last_that_holds(result))]
    return (tuple(said),)


def _last_that_holds(result: InvarianceResult) -> str:
    """Name the last level before the CFI first falls by more than a hundredth."""
    held = result.levels[0].step
    for row in result.levels[1:]:
        if row.cfi_change is not None and row.cfi_change < -LARGE_FALL:
            break
        held = row.step
    return held


@sentences.register
def _(result: AlignmentResult) -> tuple[Note, ...]:
    kind = "free" if result.reference is None else "fixed"
    said = [
        Text.of(
            f"say.alignment.{kind}",
            by=result.by,
            k=len(result.groups),
            reference=result.reference or "",
        )
    ]
    by_factor = grouped(result.means, "factor").items()
    said += [_aligned(result, factor, rows) for factor, rows in by_factor]
    return (tuple(said),)


def _aligned(result: AlignmentResult, factor: str, rows: list[AlignedMean]) -> Text:
    """Say which groups stand highest and lowest, and how much of the items differs."""
    own = [row.is_invariant for row in result.values if row.factor == factor]
    highest = max(rows, key=lambda row: row.estimate)
    lowest = min(rows, key=lambda row: row.estimate)
    return Text.of(
        "say.alignment.factor",
        factor=factor,
        high=highest.group,
        high_mean=highest.estimate,
        low=lowest.group,
        low_mean=lowest.estimate,
        share=1 - sum(own) / len(own),
    )


@sentences.register
def _(result: CutoffResult) -> tuple[Note, ...]:
    """Say which limits the model's own indices meet, and what that means."""
    row = result.observed[0]
    names = ("srmr", "rmsea", "cfi")
    limited = [n for n in names if any(getattr(one, n) is not None for one in result.cutoffs)]
    levels = {name: getattr(row, f"{name}_level") for name in limited}
    indices = []
    for name in names:
        level = levels.get(name)
        form = "unlimited" if name not in limited else "unmet" if level is None else "met"
        label = Text(id=f"column.{name}")
        value = getattr(row, name)
        indices.append(Text.of(f"say.simulated.{form}", index=label, value=value, level=level))
    if not limited:
        verdict = "none"
    elif all(level == 1 for level in levels.values()):
        verdict = "within"
    elif all(level is None for level in levels.values()):
        verdict = "beyond"
    else:
        verdict = "between"
    made = Text.of("say.simulated.made", n=result.n, indices=tuple(indices))
    return ((made, Text(id=f"say.simulated.{verdict}")),)
