"""From a model's text to its parameter table: the rules of ``cfa()`` and ``sem()``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, combinations_with_replacement
from typing import Any, Final, TypeVar

from campaign_effect.errors import FormulaError
from campaign_effect.stats.sem.syntax import Model, Relation
from campaign_effect.stats.sem.table import (
    Parameter,
    ParameterTable,
    Specification,
    constrain,
    with_slots,
)
from campaign_effect.stats.sem.tokens import mistake
from campaign_effect.stats.sem.variables import Variables, check_columns, find_variables

EQUALITIES: Final = (
    "loadings",
    "intercepts",
    "means",
    "thresholds",
    "regressions",
    "residuals",
    "residual_covariances",
    "lv_variances",
    "lv_covariances",
)
Key = tuple[str, str, str]
Value = TypeVar("Value")


def build_table(
    model: Model, columns: Iterable[str], specification: Specification
) -> ParameterTable:
    """Complete a model as lavaan's ``cfa()`` and ``sem()`` do.

    Parameters
    ----------
    model : Model
        A parsed model.
    columns : iterable of str
        Names of the observed variables at hand.
    specification : Specification
        Groups, scaling, ordinal variables, equalities.

    Returns
    -------
    ParameterTable

    Raises
    ------
    FormulaError
        If the model names a variable that is not at hand, gives a group vector of the wrong
        length, or has contradicting constraints.

    Notes
    -----
    Added unless the text speaks of them: residual and factor variances, covariances of
    exogenous factors and of final outcomes, thresholds and scales of ordinal variables,
    intercepts. The first loading of a factor is fixed at 1, or its variance with ``std_lv``;
    the residual of a factor's only indicator at 0.

    References
    ----------
    .. [1] Rosseel, Y. (2012). lavaan: An R package for structural equation modeling. Journal of
       Statistical Software, 48(2), 1-36. https://doi.org/10.18637/jss.v048.i02

    Examples
    --------
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> table = build_table(parse_model("f =~ x + y + z"), "xyz", Specification())
    >>> [row.name for row in table.free_rows]
    ['f=~y', 'f=~z', 'x~~x', 'y~~y', 'z~~z', 'f~~f']
    """
    variables = find_variables(model)
    check_columns(model, variables, list(columns))
    _check_equal(specification.equal)
    if specification.ordered:
        present = tuple((y, k) for y, k in specification.ordered if y in variables.observed)
        specification = replace(specification, mean_structure=True, ordered=present)
    rules = _Rules(model=model, variables=variables, specification=specification)
    rows = [row for g in range(specification.n_groups) for row in rules.rows(g)]
    numbered = with_slots(_label_named_equal(rows, model))
    spread, offset = constrain(numbered, model.constraints)
    return ParameterTable(
        parameters=numbered,
        observed=variables.observed,
        latent=variables.latent,
        exogenous=variables.predictors if specification.fixed_x else (),
        definitions=model.definitions,
        specification=specification,
        spread=spread,
        offset=offset,
    )


def _check_equal(equal: Iterable[str]) -> None:
    unknown = [kind for kind in equal if kind not in EQUALITIES]
    if unknown:
        raise FormulaError(f"Unknown equalities {unknown}.", hint=f"choose from {EQUALITIES}.")


def _label_named_equal(rows: list[Parameter], model: Model) -> list[Parameter]:
    """Give a parameter and the one it was said to ``equal()`` a common label."""
    for relation in model.relations:
        target = relation.modifier.equal
        if not target:
            continue
        if target not in {row.name for row in rows}:
            raise mistake(model.text, relation.place, f"there is no parameter {target!r}")
        own = f"{relation.left}{relation.operator}{relation.right}"
        label = next((row.label for row in rows if row.name == target and row.label), target)
        rows = [replace(r, label=label) if r.name in (own, target) else r for r in rows]
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What the rules need to know."""

    model: Model
    variables: Variables
    specification: Specification

    def rows(self, group: int) -> Iterator[Parameter]:
        """Return a group's rows: what the text says, then what the rules add."""
        written = {(r.left, r.operator, r.right): r for r in self.model.relations}
        for key, relation in written.items():
            yield self.labelled(self.written(key, relation, group))
        for key in self.automatic():
            if key not in written and (key[2], key[1], key[0]) not in written:
                words = self.default(key, group) | self.default_unless_written(key, group)
                yield self.labelled(_row(key, group, words))

    def written(self, key: Key, relation: Relation, group: int) -> Parameter:
        """Return the row that the text asks for."""
        modifier = relation.modifier
        n_groups = self.specification.n_groups
        for values in (modifier.fixed, modifier.start, modifier.labels):
            if len(values) not in (0, 1, n_groups):
                problem = f"{len(values)} values for {n_groups} groups"
                hint = "give one value, or one for each group."
                raise mistake(self.model.text, relation.place, problem, hint)
        words = self.default(key, group)
        if modifier.fixed:
            words = {"value": _of(modifier.fixed, group, math.nan)}
        words["start"] = _of(modifier.start, group, math.nan)
        words["label"] = _of(modifier.labels, group, "")
        return _row(key, group, words | {"is_user": True})

    def automatic(self) -> Iterator[Key]:
        """Return the parameters that a model has although its text does not name them."""
        v = self.variables
        for name, categories in self.specification.ordered:
            yield from ((name, "|", f"t{k}") for k in range(1, categories))
        yield from ((y, "~~", y) for y in (*v.observed, *v.latent) if y not in v.predictors)
        yield from ((a, "~~", b) for a, b in combinations(v.exogenous_latent, 2))
        yield from ((a, "~~", b) for a, b in combinations(v.final, 2))
        yield from ((a, "~~", b) for a, b in combinations_with_replacement(v.predictors, 2))
        yield from ((y, "~*~", y) for y, _ in self.specification.ordered)
        if self.specification.mean_structure:
            yield from ((y, "~1", "") for y in (*v.observed, *v.latent))

    def default(self, key: Key, group: int) -> dict[str, Any]:
        """Return what holds unless the text fixes or frees the parameter."""
        left, operator, right = key
        spec = self.specification
        if operator == "=~" and not spec.std_lv and (left, right) in self.variables.first:
            return {"value": 1.0}
        is_variance = operator == "~~" and left == right
        if is_variance and spec.std_lv and left in self.variables.latent:
            return {} if group and self.is_equal("loadings", "lv_variances") else {"value": 1.0}
        if operator == "~*~" and spec.theta:
            return {"is_solved": True}
        if operator == "~*~":
            return {} if group and self.frees_scales() else {"value": 1.0}
        return {}

    def default_unless_written(self, key: Key, group: int) -> dict[str, Any]:
        """Return what holds of a parameter that the text does not name."""
        left, operator, right = key
        if operator == "~1":
            return self.default_intercept(left, group)
        if operator != "~~":
            return {}
        if {left, right} <= set(self.variables.predictors):
            return {"is_sample": self.specification.fixed_x}
        if left != right:
            fixed = self.specification.orthogonal and left in self.variables.latent
            return {"value": 0.0} if fixed else {}
        if left in dict(self.specification.ordered):
            return self.default_ordinal_residual(group)
        return {"value": 0.0} if left in self.variables.singles else {}

    def default_ordinal_residual(self, group: int) -> dict[str, Any]:
        """Return an ordinal residual variance: solved for (delta), or one (theta)."""
        if not self.specification.theta:
            return {"is_solved": True}
        unless = "residuals" if self.specification.wu_estabrook else ""
        return {} if group and self.is_equal("thresholds", unless) else {"value": 1.0}

    def default_intercept(self, name: str, group: int) -> dict[str, Any]:
        """Return an intercept: zero for factors and ordinal variables that nothing frees."""
        spec = self.specification
        if name in self.variables.predictors:
            return {"is_sample": spec.fixed_x}
        if name in self.variables.latent:
            return {} if group and self.frees_factor_means() else {"value": 0.0}
        if name in dict(spec.ordered):
            free = spec.wu_estabrook and self.is_equal("thresholds", "intercepts")
            return {} if group and free else {"value": 0.0}
        return {}

    def is_equal(self, kind: str, unless: str) -> bool:
        """Whether one kind of parameter is equal across groups and another is not."""
        return kind in self.specification.equal and unless not in self.specification.equal

    def frees_scales(self) -> bool:
        """Whether equal thresholds set later groups' scales free."""
        unless = "residuals" if self.specification.wu_estabrook else ""
        return self.is_equal("thresholds", unless)

    def frees_factor_means(self) -> bool:
        """Whether equal intercepts (or thresholds) set later groups' factor means free."""
        by_thresholds = not self.specification.wu_estabrook and self.is_equal(
            "thresholds", "means"
        )
        return by_thresholds or self.is_equal("intercepts", "means")

    def labelled(self, row: Parameter) -> Parameter:
        """Give a row that is equal across groups the label that makes it so."""
        spec = self.specification
        equal = self.kind(row) in spec.equal and row.name not in spec.free
        if row.label or not equal or spec.n_groups == 1:
            return row
        return replace(row, label=row.name)

    def kind(self, row: Parameter) -> str:
        """Return the word by which ``equal`` names a row, or nothing."""
        latent = row.left in self.variables.latent
        kinds = {"=~": "loadings", "~": "regressions", "|": "thresholds"}
        if row.operator == "~1":
            return "means" if latent else "intercepts"
        if row.operator == "~~" and row.left == row.right:
            return "lv_variances" if latent else "residuals"
        if row.operator == "~~":
            return "lv_covariances" if latent else "residual_covariances"
        return kinds.get(row.operator, "")


def _row(key: Key, group: int, words: dict[str, Any]) -> Parameter:
    left, operator, right = key
    return Parameter(left=left, operator=operator, right=right, group=group, **words)


def _of(values: tuple[Value, ...], group: int, default: Value) -> Value:
    """Return the group's value; one value speaks to all groups."""
    if not values:
        return default
    return values[group] if len(values) > 1 else values[0]
