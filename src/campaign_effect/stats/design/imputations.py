"""What an imputation needs to be told, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from campaign_effect.stats.moments.arrays import Floats, Integers


class VariableKind(StrEnum):
    """How a variable is imputed, and how it predicts the others."""

    NUMBER = "number"  # by predictive mean matching; predicts as it is
    ORDERED = "ordered"  # by an ordered logit; predicts as a number
    CATEGORY = "category"  # by a multinomial logit; predicts by its levels


class VillageTerms(StrEnum):
    """How an imputation model knows that people of one village are alike."""

    FIXED = "fixed"  # a term for every village
    MEANS = "means"  # the village means of all variables
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSettings:
    """How long and how often to impute.

    Attributes
    ----------
    imputations : int
        m, each from a chain of its own.
    iterations : int
        Rounds over the incomplete variables.
    seed : int
        Of all chains; the first chains do not depend on how many there are.
    donors : int
        Among how many nearest answers one is drawn, where means are matched.
    villages : VillageTerms
        How the models know of villages, where these are given.
    """

    imputations: int = 20
    iterations: int = 10
    seed: int = 0
    donors: int = 5
    villages: VillageTerms = VillageTerms.FIXED


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputations:
    """Draws of what is missing, and how the chains went.

    Attributes
    ----------
    data : ndarray, shape (n, k)
        The answers, nan where missing.
    rows, columns : ndarray of int, shape (q,)
        Where the missing answers are.
    draws : ndarray, shape (m, q)
        Their values in each imputation.
    variables : ndarray of int, shape (v,)
        The incomplete variables, in the order they are imputed.
    means, spreads : ndarray, shape (m, iterations, v)
        Mean and standard deviation of a variable's imputed values, by chain and round.
    """

    data: Floats = field(compare=False, repr=False)
    rows: Integers = field(compare=False, repr=False)
    columns: Integers = field(compare=False, repr=False)
    draws: Floats = field(compare=False, repr=False)
    variables: Integers = field(compare=False)
    means: Floats = field(compare=False, repr=False)
    spreads: Floats = field(compare=False, repr=False)

    @property
    def n_imputations(self) -> int:
        """How many there are, m."""
        return len(self.draws)

    def completed(self, i: int) -> Floats:
        """Fill in imputation i, shape (n, k)."""
        full = self.data.copy()
        full[self.rows, self.columns] = self.draws[i]
        return full

    @property
    def r_hat(self) -> Floats:
        """Potential scale reduction of the means over the later half of the rounds, (v,)."""
        return potential_scale_reduction(self.means[:, self.means.shape[1] // 2 :])


def potential_scale_reduction(chains: Floats) -> Floats:
    """Compare how much chains differ with how much each of them moves.

    Parameters
    ----------
    chains : ndarray, shape (m, N, v)
        N rounds of m chains, for v quantities.

    Returns
    -------
    ndarray, shape (v,)
        R-hat: near 1 where chains mix, above about 1.1 where they need more rounds; nan with
        fewer than 2 chains or rounds, or where nothing moves.

    Notes
    -----
    sqrt(((N - 1) / N W + B / N) / W), W the mean variance within chains and B / N the
    variance of their means [1]_.

    References
    ----------
    .. [1] Gelman, A., & Rubin, D. B. (1992). Inference from iterative simulation using
       multiple sequences. Statistical Science, 7, 457-472.
       https://doi.org/10.1214/ss/1177011136

    Examples
    --------
    >>> chains = np.array([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]])[:, :, None]
    >>> potential_scale_reduction(chains).round(3)
    array([1.08])
    """
    m, N, v = chains.shape
    if min(m, N) < 2:
        return np.full(v, np.nan)
    within = chains.var(axis=1, ddof=1).mean(axis=0)
    between = chains.mean(axis=1).var(axis=0, ddof=1)
    moves = within > 0
    ratio = ((N - 1) / N * within + between) / np.where(moves, within, 1.0)
    return np.where(moves, np.sqrt(ratio), np.nan)
