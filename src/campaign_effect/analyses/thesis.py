"""The tables that Indonesian examiners ask for: validity, reliability, attainment.

*Uji validitas*, *uji reliabilitas* and *Tingkat Capaian Responden* (TCR), each with its rule
of decision as it should be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from scipy import special

from campaign_effect.analyses.blocks import Items, chosen_blocks
from campaign_effect.analyses.reliability import estimate_reliability
from campaign_effect.analyses.reliability.answers import scale_range
from campaign_effect.analyses.reliability.rows import (
    ItemReliability,
    ReliabilityResult,
    ScaleReliability,
)
from campaign_effect.analyses.samples import not_weighted
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Flag,
    Literal,
    Name,
    Number,
    Proportion,
    PValue,
    Result,
    Row,
)
from campaign_effect.stats.items.critical import critical_correlation
from campaign_effect.survey import Survey, takes_survey

LOW_RELIABILITY: Final = 0.70
"""A convention: Nunnally, J. C., & Bernstein, I. H. (1994), Psychometric theory."""

Bands = Sequence[tuple[float, str]]

TCR_BANDS: Final[Bands] = (
    (0.90, "band.very_good"),
    (0.80, "band.good"),
    (0.65, "band.sufficient"),
    (0.55, "band.poor"),
    (0.0, "band.very_poor"),
)
"""From which share of the highest score each band begins, the highest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemValidity(Row):
    """An item's correlations (*r hitung*) against the critical one (*r tabel*).

    Attributes
    ----------
    item_total_r, item_rest_r
        With the sum of all items, as examiners ask for it, and of the others, as one should.
    critical_r
        Two-sided, at df = n - 2.
    p_value
        Of ``item_total_r``, two-sided (SPSS's *Sig.*).
    is_valid, is_valid_corrected
        Whether the correlation exceeds the critical one.
    """

    construct: Name
    item: Name
    n: Count
    df: Df
    item_total_r: Bounded | None
    item_rest_r: Bounded | None
    critical_r: Bounded
    p_value: PValue | None
    is_valid: Flag
    is_valid_corrected: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityDecision(Row):
    """A construct's alpha against a cut-off."""

    construct: Name
    k: Count
    n: Count
    alpha: Bounded
    cutoff: Bounded
    is_reliable: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment(Row):
    """*Tingkat Capaian Responden*: the mean as a share of the highest possible answer.

    Attributes
    ----------
    item
        None for the construct as a whole.
    high
        The highest possible answer.
    band
        An id of the wordings, or the name that was given.
    """

    construct: Name
    item: Name | None
    n: Count
    mean: Number
    high: Number
    attainment: Proportion
    band: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ThesisResult(Result):
    """Tests of validity and reliability, and the level of attainment."""

    name: ClassVar[str] = "thesis"
    validity: tuple[ItemValidity, ...]
    reliability: tuple[ReliabilityDecision, ...]
    attainment: tuple[Attainment, ...]
    level: float
    bands: tuple[tuple[float, str], ...]


@takes_survey
def assess_items(
    survey: Survey,
    items: Items = None,
    *,
    level: float = 0.95,
    cutoff: float = LOW_RELIABILITY,
    bands: Bands = TCR_BANDS,
) -> ThesisResult:
    """Test items and scales as Indonesian theses do, and rate how much respondents attained.

    Parameters
    ----------
    survey : Survey
    items : sequence or mapping of sequences of str, optional
        As in `estimate_reliability`.
    level : float, default 0.95
        1 - the two-sided level of significance of *r tabel*, in (0, 1).
    cutoff : float, default 0.70
        The least alpha of a scale that is called reliable; some faculties ask for .60.
    bands : sequence of (float, str)
        The least share of the highest score of each band, falling to 0, with its name.

    Returns
    -------
    ThesisResult
        Parts ``validity`` (*uji validitas*), ``reliability`` (*uji reliabilitas*) and
        ``attainment`` (TCR of every item and construct), from each construct's complete
        answers.

    Raises
    ------
    MissingColumnsError, TooFewItemsError
        As in `estimate_reliability`.
    UsageError
        If the bands do not fall to 0, or the level is not between 0 and 1.

    Notes
    -----
    r tabel = t / sqrt(n - 2 + t^2), with t the two-sided critical value on n - 2 df. TCR =
    mean / highest possible answer. An item is valid in this sense where its *r* is positive
    and exceeds r tabel: with many respondents almost any item does.

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> frame = pd.DataFrame({"a": [1, 2, 3, 5, 4], "b": [2, 3, 3, 5, 4]})
    >>> assess_items(read_survey(frame)).tidy()[["item", "is_valid"]].values.tolist()
    [['a', True], ['b', True]]
    """
    _check_bands(bands)
    found = estimate_reliability(survey, items=items, level=level)
    blocks = chosen_blocks(survey, items)
    samples = dict(found.samples)
    counted = samples["scales"]
    return ThesisResult(
        validity=tuple(_validity(found, level)),
        reliability=tuple(_decision(scale, cutoff) for scale in found.scales),
        attainment=tuple(_attainment(survey, found, blocks, bands)),
        level=level,
        bands=tuple(bands),
        samples=tuple((part, counted) for part in ThesisResult.row_types()),
        notices=(
            *not_weighted(survey, "thesis"),
            *(n for n in found.notices if n.code in ABOUT_CONSTRUCTS),
        ),
        glossary=survey.glossary,
    )


ABOUT_CONSTRUCTS: Final = frozenset(
    {"constant_items", "cancelling_items", "too_few_items", "too_few_complete"}
)
"""Why a construct is in no table."""


def _validity(found: ReliabilityResult, level: float) -> Iterator[ItemValidity]:
    for row in found.items:
        try:
            critical = critical_correlation(row.n, level=level)
        except StatisticsError:
            continue
        yield ItemValidity(
            construct=row.construct,
            item=row.item,
            n=row.n,
            df=row.n - 2,
            item_total_r=row.item_total_r,
            item_rest_r=row.item_rest_r,
            critical_r=critical,
            p_value=_p_value(row),
            is_valid=(row.item_total_r or 0.0) > critical,
            is_valid_corrected=(row.item_rest_r or 0.0) > critical,
        )


def _p_value(row: ItemReliability) -> float | None:
    """Test that the item does not correlate with the total."""
    r, df = row.item_total_r, row.n - 2
    if r is None:
        return None
    return float(special.betainc(df / 2, 0.5, max(1 - r**2, 0.0)))  # of t on df, two-sided


def _decision(scale: ScaleReliability, cutoff: float) -> ReliabilityDecision:
    return ReliabilityDecision(
        construct=scale.construct,
        k=scale.k,
        n=scale.n,
        alpha=scale.alpha,
        cutoff=cutoff,
        is_reliable=scale.alpha >= cutoff,
    )


def _attainment(
    survey: Survey,
    found: ReliabilityResult,
    blocks: dict[str, tuple[str, ...]],
    bands: Bands,
) -> Iterator[Attainment]:
    """Rate every item, then the construct as a whole."""
    for scale in found.scales:
        high = scale_range(survey, blocks[scale.construct])[1]
        rows = [row for row in found.items if row.construct == scale.construct]
        means = [(row.item, row.mean) for row in rows]
        whole = float(np.mean([row.mean for row in rows]))
        for item, mean in (*means, (None, whole)):
            yield Attainment(
                construct=scale.construct,
                item=item,
                n=scale.n,
                mean=mean,
                high=high,
                attainment=mean / high,
                band=_band(mean / high, bands),
            )


def _band(share: float, bands: Bands) -> str:
    """Name the band of a share; half a rounding error does not cost a band."""
    return next((name for least, name in bands if share >= least - 1e-9), bands[-1][1])


def _check_bands(bands: Bands) -> None:
    leasts = [least for least, _ in bands]
    if not leasts or leasts != sorted(set(leasts), reverse=True) or leasts[-1] != 0:
        raise UsageError(
            "The bands of attainment must fall to 0, the highest first.",
            received=f"{leasts}",
            hint="for example ((0.8, 'high'), (0.5, 'middle'), (0.0, 'low')).",
        )
