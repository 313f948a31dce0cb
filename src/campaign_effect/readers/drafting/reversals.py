"""Items that may be reverse-keyed: by their correlations and by their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_effect.readers.drafting.blocks import row_texts
from campaign_effect.readers.drafting.columns import Look, Sure
from campaign_effect.readers.drafting.words import NEGATION, plain_words
from campaign_effect.readers.frame import as_text
from campaign_effect.schema.labels import label_codes, normalise
from campaign_effect.schema.model import Code, Scale

_FEWEST_ROWS = 20
_MOST_ROWS = 20_000
_CLEAR = -0.1  # closer to zero, the sign of a correlation tells nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Keying:
    """Whether an item is reversed, why, and how sure; ``doubt`` where signs contradict."""

    is_reversed: bool
    why: str = ""
    sure: Sure = "unsure"
    doubt: str = ""


def key_items(cells: pd.DataFrame, looks: Sequence[Look], scale: Scale) -> tuple[Keying, ...]:
    """Judge every item of a block by its correlation with the rest and by its words."""
    negated = [NEGATION.search(plain_words(text)) is not None for text in row_texts(looks)]
    r = _rest_correlations(cells, looks, scale, np.array(negated))
    return tuple(_keying(one, word) for one, word in zip(r.tolist(), negated, strict=True))


def _keying(r: float, is_negated: bool) -> Keying:
    if np.isnan(r):
        if not is_negated:
            return Keying(is_reversed=False)
        why = "its words deny, and there are too few answers for a correlation"
        return Keying(is_reversed=True, why=why)
    if r < 0 and not is_negated and r > _CLEAR:
        doubt = f"its item-rest correlation is {r:.2f}: is it reversed?"
        return Keying(is_reversed=False, doubt=doubt)
    if r < 0:
        words = " and its words deny" if is_negated else ""
        why = f"item-rest correlation {r:.2f}{words}"
        sure: Sure = "likely" if r < _CLEAR and is_negated else "unsure"
        return Keying(is_reversed=True, why=why, sure=sure)
    doubt = f"its words deny, but its item-rest correlation is {r:.2f}: is it reversed?"
    return Keying(is_reversed=False, doubt=doubt if is_negated else "")


def _rest_correlations(
    cells: pd.DataFrame, looks: Sequence[Look], scale: Scale, negated: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Correlate each item with the mean of the others, these turned to one direction.

    Directions are the signs of the first principal component; the direction of the construct
    is that of most items, of those without denying words where halves oppose each other.
    """
    none = np.full(len(looks), np.nan)
    X = _codes(cells.iloc[:: max(1, len(cells) // _MOST_ROWS)], looks, scale)
    complete = X.dropna()
    if len(complete) < _FEWEST_ROWS or (complete.std() == 0).any() or len(looks) < 2:
        return none
    R = np.corrcoef(complete.to_numpy(), rowvar=False)
    direction = np.sign(np.linalg.eigh(R)[1][:, -1])
    balance = direction.sum() or direction[~negated].sum() or 1.0
    turned = complete.to_numpy() * direction * np.sign(balance)
    rest = turned.sum(axis=1, keepdims=True) - turned
    pairs = zip(complete.to_numpy().T, rest.T, strict=True)
    return np.array([_correlation(item, others) for item, others in pairs])


def _correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    return float(np.corrcoef(x, y)[0, 1]) if x.std() and y.std() else np.nan


def _codes(cells: pd.DataFrame, looks: Sequence[Look], scale: Scale) -> pd.DataFrame:
    """Put the cells on the scale; answers aside and missing ones are nan."""
    codes = label_codes(scale)
    aside = {point.code for point in scale.aside}
    columns = {look.name: _coded(cells[look.name], look, codes, aside) for look in looks}
    return pd.DataFrame(columns)


def _coded(
    column: pd.Series, look: Look, codes: Mapping[str, Code], aside: set[Code]
) -> NDArray[np.float64]:
    labels = dict(look.column.labels)
    places, distinct = pd.factorize(column)
    texts = as_text(pd.Series(distinct))
    found = [codes.get(normalise(labels.get(text.strip(), text))) for text in texts]
    values = [np.nan if code is None or code in aside else float(code) for code in found]
    return np.array([*values, np.nan])[places]
