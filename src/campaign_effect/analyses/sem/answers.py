"""The answers that a model is fitted to: whose, in which groups, as numbers or categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from campaign_effect.analyses.blocks import row_weights
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.samples import listwise_sample
from campaign_effect.analyses.sem.settings import FactorSettings
from campaign_effect.errors import MissingColumnsError, TooFewRowsError, UsageError
from campaign_effect.results import Sample
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers
from campaign_effect.survey import Absence, Survey
from campaign_effect.survey.weights import NO_WEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswers:
    """Answers to a model's observed variables, group by group.

    Attributes
    ----------
    names : tuple of str
        The variables, p.
    groups : tuple of str
        Levels, ``variable=level``; (None,) where there is one group.
    rows : tuple of ndarray, shape (n_g, p)
        Each group's answers; NaN where missing.
    respondents : tuple of Index
        Whose they are: labels of the survey's ``answers``.
    clusters : tuple of ndarray of int, shape (n_g,), optional
        Villages, numbered from 0 through all groups.
    weights : tuple of ndarray, shape (n_g,), optional
        Positive sampling weights; who has a weight of 0 is left out.
    sample : Sample
        Who was counted, and why others were not.
    """

    names: tuple[str, ...]
    groups: tuple[str | None, ...]
    rows: tuple[Floats, ...] = field(repr=False)
    respondents: tuple[pd.Index, ...] = field(repr=False)
    clusters: tuple[Integers, ...] | None = field(repr=False)
    weights: tuple[Floats, ...] | None = field(repr=False)
    sample: Sample

    @property
    def n(self) -> int:
        """Respondents used."""
        return sum(len(rows) for rows in self.rows)

    def of_group(self, place: int) -> ModelAnswers:
        """Take one group's answers."""
        only = slice(place, place + 1)
        return replace(
            self,
            groups=self.groups[only],
            rows=self.rows[only],
            respondents=self.respondents[only],
            clusters=None if self.clusters is None else self.clusters[only],
            weights=None if self.weights is None else self.weights[only],
        )

    @property
    def n_effective(self) -> float:
        """Respondents that would say as much unweighted (Kish)."""
        if self.weights is None:
            return float(self.n)
        w = np.concatenate(self.weights)
        return float(w.sum() ** 2 / (w**2).sum())

    @property
    def n_clusters(self) -> int:
        """Villages; 0 where none are named."""
        if self.clusters is None:
            return 0
        return int(max(codes.max() for codes in self.clusters)) + 1


def take_answers(
    survey: Survey, names: Sequence[str], settings: FactorSettings
) -> ModelAnswers:
    """Take the answers to some variables.

    Raises
    ------
    MissingColumnsError
        If there is no such group or cluster.
    UsageError
        If the answers to a variable are no numbers.
    TooFewRowsError
        If fewer than two groups, or in a group fewer than two respondents, are left.
    """
    names = tuple(names)
    _check_columns(survey, names, settings)
    named = settings.weights if isinstance(settings.weights, str) else None
    weights = row_weights(survey, named)
    is_used, sample = _used(survey, names, settings, weights)
    groups = _groups(survey, is_used, settings.group)
    answers = survey.answers
    rows = tuple(_rows(survey, names, members) for _, members in groups)
    if small := [level for (level, _), own in zip(groups, rows, strict=True) if len(own) < 2]:
        where = "" if small == [None] else f" in {small}"
        raise TooFewRowsError(
            f"Fewer than 2 respondents answered everything the model needs{where}.",
            received=f"{sample.n_total} respondents in all",
            hint="use missing='pairwise' or 'fiml', or leave items out.",
        )
    return ModelAnswers(
        names=names,
        groups=tuple(level for level, _ in groups),
        rows=rows,
        respondents=tuple(answers.index[members] for _, members in groups),
        clusters=_clusters(survey, settings.cluster, groups),
        weights=None if weights is None else tuple(weights[own] for _, own in groups),
        sample=sample,
    )


def _check_columns(survey: Survey, names: Sequence[str], settings: FactorSettings) -> None:
    columns = (settings.group, settings.cluster, settings.weights)
    asked = [name for name in columns if isinstance(name, str)]
    if missing := [name for name in (*names, *asked) if name not in survey.answers]:
        raise MissingColumnsError.of(missing, survey.answers)
    types = survey.answers.dtypes
    words = [name for name in names if not pd.api.types.is_numeric_dtype(types[name])]
    if words:
        raise UsageError(
            f"Variables whose answers are no numbers ({len(words)}): {words}.",
            hint="give them an ordered scale in the schema, or code them as 0 and 1.",
        )


def _used(
    survey: Survey, names: Sequence[str], settings: FactorSettings, weights: Floats | None
) -> tuple[Booleans, Sample]:
    """Find who is used: with a weight, and every answer, or a group and any answer.

    Non-substantive answers are not imputed unless that is asked for.
    """
    group = [settings.group] if settings.group else []
    wanted = list(dict.fromkeys([*group, *names]))
    asked = wanted if settings.missing == "listwise" else group
    answers = survey.answers[asked]
    if isinstance(settings.missing, Imputation) and not settings.missing.asides:
        asked = wanted
        aside = survey.absences[wanted] >= Absence.ASIDE
        answers = aside.astype(float).mask(aside)
        answers[group] = survey.answers[group]
    complete, sample = listwise_sample(answers, survey.absences[asked])
    is_used, dropped = complete, list(sample.dropped)
    if settings.missing != "listwise":
        answered = survey.answers[list(names)].notna().any(axis=1).to_numpy()
        dropped += _lost("no_answer", is_used & ~answered)
        is_used = is_used & answered
    if weights is not None:
        dropped += _lost(NO_WEIGHT, is_used & (weights == 0))
        is_used = is_used & (weights > 0)
    n_used = int(is_used.sum())
    return is_used, Sample(n_total=survey.n, n_used=n_used, dropped=tuple(dropped))


def _lost(reason: str, who: Booleans) -> list[tuple[str, int]]:
    return [(reason, int(who.sum()))] if who.any() else []


def _groups(
    survey: Survey, is_used: Booleans, by: str | None
) -> list[tuple[str | None, Booleans]]:
    """Give the members of each group that has any, in the order of its levels."""
    if by is None:
        return [(None, is_used)]
    column = survey.answers[by]
    is_category = isinstance(column.dtype, pd.CategoricalDtype)
    levels = column.cat.categories if is_category else sorted(column[is_used].unique())
    found = [
        (f"{by}={level}", is_used & (column == level).to_numpy(dtype=bool, na_value=False))
        for level in levels
    ]
    found = [(level, members) for level, members in found if members.any()]
    if len(found) < 2:
        raise TooFewRowsError(
            f"{by!r} makes fewer than 2 groups.",
            received=[level for level, _ in found],
            cause="one_group",
            by=by,
        )
    return [*found]


def _rows(survey: Survey, names: tuple[str, ...], members: Booleans) -> Floats:
    scores = survey.scores(names)
    return scores if members.all() else scores[members]


def _clusters(
    survey: Survey, cluster: str | None, groups: Sequence[tuple[str | None, Booleans]]
) -> tuple[Integers, ...] | None:
    """Give a number to each village of all groups; one that is not known stands alone."""
    if cluster is None:
        return None
    members = np.concatenate([np.flatnonzero(own) for _, own in groups])
    codes, villages = pd.factorize(survey.answers[cluster].iloc[members])
    codes = codes.astype(np.int64)
    alone = codes < 0
    codes[alone] = len(villages) + np.arange(alone.sum())
    return tuple(np.split(codes, np.cumsum([own.sum() for _, own in groups])[:-1]))
