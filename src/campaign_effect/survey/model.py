"""The answers of one survey, on their scales. Immutable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import pandas as pd

from campaign_effect.errors import takes
from campaign_effect.readers.table import Source
from campaign_effect.results import NO_GLOSSARY, Glossary, Notice
from campaign_effect.schema.model import Schema


class Absence(IntEnum):
    """Why a cell holds no substantive answer."""

    ANSWERED = 0
    BLANK = 1  # nothing was ticked, or a code declared as missing
    IMPOSSIBLE = 2  # a number outside the scale
    NOT_COMPARED = 3  # an answer the outcome leaves out
    ASIDE = 4  # the first of the scale's answers aside; 5 is the second, and so on


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Respondents left out, and why."""

    reason: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """Answers on the scales the schema declares; reverse-keyed items already turned.

    Attributes
    ----------
    schema : Schema
        Empty of constructs and variables for a data frame without a schema.
    answers : DataFrame
        A row a respondent. Items and ordered variables are numbers (NaN where there is no
        substantive answer), categories are ordered as in the schema, outcomes are 0 and 1. The
        index is the row of the file.
    absences : DataFrame of int8
        The same shape: ``Absence`` of every cell.
    source : Source
        The file.
    identity : Series of int, optional
        A salted hash of who answered, 0 where unknown; equal for the same person.
    device : Series of int, optional
        A salted hash of the device, 0 where unknown; equal for the same one.
    times : DataFrame, optional
        When each answer began and ended (``started``, ``submitted``).
    steps : tuple of Step
        Every exclusion so far.
    notices : tuple of Notice
        What was noticed on reading.
    glossary : Glossary
        Labels of every name, in each language the schema gives.
    counted : tuple of (exposure, answer)
        The exposures that were counted together, each met above its answer here.
    """

    schema: Schema
    answers: pd.DataFrame
    absences: pd.DataFrame
    source: Source
    identity: pd.Series[int] | None = None
    device: pd.Series[int] | None = None
    times: pd.DataFrame | None = None
    steps: tuple[Step, ...] = ()
    notices: tuple[Notice, ...] = ()
    glossary: Glossary = NO_GLOSSARY
    counted: tuple[tuple[str, float], ...] = ()

    @property
    def n(self) -> int:
        """Respondents not excluded."""
        return len(self.answers)

    @property
    def n_read(self) -> int:
        """Respondents in the file."""
        return self.n + sum(step.n for step in self.steps)

    @property
    def blocks(self) -> dict[str, tuple[str, ...]]:
        """The items of every construct; without a schema, all numeric columns are one block."""
        if self.schema.constructs or self.schema.variables:
            constructs = self.schema.constructs
            return {c.name: tuple(item.name for item in c.items) for c in constructs}
        numeric = self.answers.select_dtypes("number").columns
        return {"items": tuple(map(str, numeric))} if len(numeric) else {}

    def scores(self, items: tuple[str, ...]) -> np.ndarray:
        """Answers to some items, shape (n, k); missing answers are NaN."""
        return self.answers[list(items)].to_numpy(dtype=float)

    def without(self, rows: pd.Index, *, reason: str) -> Survey:
        """Leave out some respondents, and keep the reason on record.

        Parameters
        ----------
        rows : Index
            Labels of ``answers.index``; those that are already out are ignored.
        reason : str
            A word id or any short text.
        """
        kept = ~self.answers.index.isin(rows)
        return replace(
            self,
            answers=self.answers[kept],
            absences=self.absences[kept],
            identity=None if self.identity is None else self.identity[kept],
            device=None if self.device is None else self.device[kept],
            times=None if self.times is None else self.times[kept],
            steps=(*self.steps, Step(reason=reason, n=int((~kept).sum()))),
        )


takes_survey = takes(Survey, "read it first: survey = ce.read_survey(file, schema=...).")
"""Refuses what is not a survey, as a data frame that was not read."""
