"""How factors are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from campaign_effect.errors import UsageError
from campaign_effect.stats.items.factors import Method
from campaign_effect.stats.items.rotation import Rotation

Basis = Literal["pearson", "polychoric"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How factors are found.

    Attributes
    ----------
    extraction : {"minres", "ml", "paf"}
    rotation : str
        As in `campaign_effect.stats.items.rotation.rotate`.
    basis : {"pearson", "polychoric"}
        Correlations.
    seed : int
        Of parallel analysis and of the rotation's starts.
    """

    extraction: Method
    rotation: Rotation
    basis: Basis
    seed: int

    def __post_init__(self) -> None:
        _refuse_unknown("extraction", self.extraction, get_args(Method))
        _refuse_unknown("rotation", self.rotation, get_args(Rotation))
        _refuse_unknown("correlations", self.basis, get_args(Basis))


def _refuse_unknown(option: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise UsageError(
            f"There is no {option} {word!r}.", hint=f"choose one of {list(words)}."
        )
