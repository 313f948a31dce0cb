"""The parts that variables play in a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from campaign_effect.errors import FormulaError, nearest_word
from campaign_effect.stats.sem.syntax import Model
from campaign_effect.stats.sem.tokens import mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """The variables of a model by the part they play.

    Attributes
    ----------
    latent : tuple of str
        Factors: everything left of ``=~``.
    observed : tuple of str
        Everything else, in order of appearance, indicators first.
    predictors : tuple of str
        Exogenous observed predictors: right of ``~`` and nothing's indicator or outcome.
    exogenous_latent : tuple of str
        Factors that are neither outcomes nor indicators.
    final : tuple of str
        Outcomes that predict and measure nothing, factors first.
    singles : tuple of str
        Observed variables that are the only indicator of their factor and of no other.
    first : tuple of (str, str)
        Each factor with its first indicator.
    """

    latent: tuple[str, ...]
    observed: tuple[str, ...]
    predictors: tuple[str, ...]
    exogenous_latent: tuple[str, ...]
    final: tuple[str, ...]
    singles: tuple[str, ...]
    first: tuple[tuple[str, str], ...]


def find_variables(model: Model) -> Variables:
    """Return the variables of a model by the part they play.

    Parameters
    ----------
    model : Model
        A parsed model.

    Returns
    -------
    Variables

    Examples
    --------
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> find_variables(parse_model("f =~ a + b; y ~ f + x")).predictors
    ('x',)
    """
    loadings = [(r.left, r.right) for r in model.relations if r.operator == "=~"]
    latent = _unique(factor for factor, _ in loadings)
    measured = [right for _, right in loadings]
    outcomes = _unique(r.left for r in model.relations if r.operator == "~")
    causes = _unique(r.right for r in model.relations if r.operator == "~")
    observed = _observed(model, [*measured, *outcomes, *causes], latent)
    taken = {*measured, *outcomes}
    factors = [factor for factor, _ in loadings]
    return Variables(
        latent=latent,
        observed=observed,
        predictors=tuple(x for x in causes if x in observed and x not in taken),
        exogenous_latent=tuple(f for f in latent if f not in taken),
        final=tuple(
            sorted(
                (y for y in outcomes if y not in causes and y not in measured),
                key=lambda y: y not in latent,
            )
        ),
        singles=tuple(
            item
            for factor, item in loadings
            if factors.count(factor) == 1 and measured.count(item) == 1 and item in observed
        ),
        first=tuple(dict(reversed(loadings)).items()),
    )


def _observed(model: Model, named: list[str], latent: tuple[str, ...]) -> tuple[str, ...]:
    for relation in model.relations:
        named.append(relation.left)
        if relation.operator == "~~":
            named.append(relation.right)
    return tuple(name for name in _unique(named) if name not in latent)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def check_columns(model: Model, variables: Variables, columns: list[str]) -> None:
    """Say which variable of a model is not among the columns, and where the model names it."""
    for name in variables.observed:
        if name not in columns:
            near = nearest_word(name, columns)
            place = next(r.place for r in model.relations if name in (r.left, r.right))
            hint = f"did you mean {near!r}?" if near else f"there are {columns}."
            raise mistake(model.text, place, f"no variable is named {name!r}", hint)
    both = [name for name in variables.latent if name in columns]
    if both:
        raise FormulaError(
            f"Factors with the names of observed variables: {both}.",
            hint="give the factors other names.",
        )
