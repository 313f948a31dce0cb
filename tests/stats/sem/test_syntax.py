"""Reading models, and what is said of those that cannot be read."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import FEW_STEPS, SOLVED_TWICE, STOPPED

from campaign_effect.errors import FormulaError
from campaign_effect.stats.sem.expressions import Dual, evaluate
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.syntax import parse_model
from campaign_effect.stats.sem.table import Specification


def _names(text):
    return [(r.left, r.operator, r.right) for r in parse_model(text).relations]


def test_every_operator_is_read():
    text = "f =~ x; y ~ f; x ~~ y; y ~ 1; y | t1; y ~*~ y"
    operators = [operator for _, operator, _ in _names(text)]
    assert operators == ["=~", "~", "~~", "~1", "|", "~*~"]


def test_statements_go_on_after_a_plus():
    assert _names("f =~ x1 +\n  x2\n  + x3") == [("f", "=~", f"x{i}") for i in (1, 2, 3)]


def test_comments_and_blank_lines_are_skipped():
    assert _names("# one\n\nf =~ x1 ! two\n") == [("f", "=~", "x1")]


def test_several_variables_stand_on_the_left():
    assert _names("x1 + x2 ~~ x3") == [("x1", "~~", "x3"), ("x2", "~~", "x3")]


def test_intercepts_stand_beside_predictors():
    assert _names("y ~ 1 + x") == [("y", "~1", ""), ("y", "~", "x")]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("f =~ 2*x", "fixed", (2.0,)),
        ("f =~ -.5*x", "fixed", (-0.5,)),
        ("f =~ 1e-3*x", "fixed", (0.001,)),
        ("f =~ c(1, 2)*x", "fixed", (1.0, 2.0)),
        ("f =~ a*x", "labels", ("a",)),
        ("f =~ c(a, b)*x", "labels", ("a", "b")),
        ('f =~ label("a")*x', "labels", ("a",)),
        ("f =~ start(.8)*x", "start", (0.8,)),
        ("f =~ .8?x", "start", (0.8,)),
        ('f =~ equal("g =~ y")*x', "equal", "g=~y"),
    ],
)
def test_modifiers_are_read(text, field, value):
    assert getattr(parse_model(text).relations[0].modifier, field) == value


def test_na_frees_a_parameter():
    assert np.isnan(parse_model("f =~ NA*x").relations[0].modifier.fixed).all()


def test_what_is_said_twice_is_joined():
    modifier = parse_model("f =~ NA*x1 + a*x1 + start(.4)*x1").relations[0].modifier
    assert modifier.labels == ("a",)
    assert modifier.start == (0.4,)


@pytest.mark.parametrize(
    ("text", "message", "caret"),
    [
        ("f =~ x1 + * x2", "expected a number", 10),
        ("f = x1", "'=' has no meaning", 2),
        ("f =~ x1 x2", r"expected \+ or the end", 8),
        ("f =~ 2*", "expected a variable", 7),
        ("f =~ x1 + x1", "already in the model", 10),
        ("y <~ x", "not supported", 2),
        ("y ~ 2", r"or 1 \(the intercept\)", 4),
        ("just words", "needs an operator", 0),
        ("a := b +", "expected a label", 8),
        ("a := (b", r"expected \)", 7),
    ],
)
def test_mistakes_are_shown_with_a_caret(text, message, caret):
    with pytest.raises(FormulaError, match=message) as caught:
        parse_model(f"g =~ z\n{text}")
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("Line 2: ")
    assert lines[1] == f"    {text}"
    assert lines[2] == "    " + " " * caret + "^"


def test_empty_models_are_refused():
    with pytest.raises(FormulaError, match="names no parameter"):
        parse_model("# nothing")


EXPRESSIONS = [
    ("a + b*c", lambda a, b, c: a + b * c),
    ("-a^2 / (b - c)", lambda a, b, c: -(a**2) / (b - c)),
    ("exp(a) * log(b) - sqrt(c)", lambda a, b, c: np.exp(a) * np.log(b) - np.sqrt(c)),
    ("a^b^c", lambda a, b, c: a ** (b**c)),
    ("abs(a - b) / 2e0", lambda a, b, c: abs(a - b) / 2),
]


@pytest.mark.parametrize(("text", "function"), EXPRESSIONS)
def test_expressions_have_value_and_gradient(text, function):
    at = np.array([1.2, 0.7, 0.4])
    expression = parse_model(f"f =~ x\nz := {text}").definitions[0][1]
    labels = {n: Dual(v, e) for n, v, e in zip("abc", at, np.eye(3), strict=True)}
    found = evaluate(expression, labels)
    assert_allclose(found.value, function(*at), rtol=FEW_STEPS)
    steps = 1e-6 * np.eye(3)
    slopes = [(function(*(at + h)) - function(*(at - h))) / 2e-6 for h in steps]
    assert_allclose(found.gradient, slopes, rtol=STOPPED, atol=SOLVED_TWICE)


def _table(text, columns, **words):
    return build_table(parse_model(text), columns, Specification(**words))


def _free(table):
    return [row.name for row in table.free_rows]


def test_first_loading_or_variance_is_fixed():
    marker = _table("f =~ x + y + z", "xyz")
    assert "f=~x" not in _free(marker)
    unit = _table("f =~ x + y + z", "xyz", std_lv=True)
    assert "f=~x" in _free(unit)
    assert "f~~f" not in _free(unit)


def test_na_frees_the_marker():
    assert "f=~x" in _free(_table("f =~ NA*x + y + z\nf ~~ 1*f", "xyz"))


def test_exogenous_factors_and_final_outcomes_covary():
    text = "f =~ a + b\ng =~ c + d\nh =~ e + i\nk =~ j + l\nh ~ f + g\nk ~ f"
    free = _free(_table(text, "abcdeijl"))
    assert "f~~g" in free
    assert "h~~k" in free
    assert "f~~h" not in free


def test_orthogonal_factors_do_not_covary():
    table = _table("f =~ a + b\ng =~ c + d", "abcd", orthogonal=True)
    assert "f~~g" not in _free(table)


def test_only_indicators_have_no_residual():
    row = next(r for r in _table("f =~ x\ng =~ y + z", "xyz").parameters if r.name == "x~~x")
    assert row.value == 0.0


def test_equal_labels_share_a_parameter():
    table = _table("f =~ x + a*y + a*z", "xyz")
    assert table.n_free == len(table.free_rows) - 1


def test_equal_names_another_parameter():
    table = _table('f =~ x + y + equal("f=~y")*z', "xyz")
    assert table.n_free == len(table.free_rows) - 1


def test_linear_constraints_take_parameters_away():
    text = "f =~ x + a*y + b*z\na == 2*b + 1"
    table = _table(text, "xyz")
    assert table.n_free == len(table.free_rows) - 1
    slots = table.spread @ np.arange(1.0, table.n_free + 1) + table.offset
    names = _free(table)
    assert_allclose(slots[names.index("f=~y")], 2 * slots[names.index("f=~z")] + 1)


def test_curved_and_contradicting_constraints_are_refused():
    with pytest.raises(FormulaError, match="not linear"):
        _table("f =~ x + a*y + b*z\na == b^2", "xyz")
    with pytest.raises(FormulaError, match="contradict"):
        _table("f =~ x + a*y + b*z\na == b\na == b + 1", "xyz")


def test_unknown_words_name_the_nearest():
    with pytest.raises(FormulaError, match="did you mean 'speed1'"):
        _table("f =~ speed1 + sped1", ["speed1", "text1"])
    with pytest.raises(FormulaError, match="No parameter has the label"):
        _table("f =~ x + a*y\nb == 1", "xy")
    with pytest.raises(FormulaError, match="Unknown equalities"):
        _table("f =~ x + y", "xy", equal=("loading",), n_groups=2)
    with pytest.raises(FormulaError, match="names of observed"):
        _table("f =~ x + y", "fxy")


def test_group_vectors_must_fit_the_groups():
    with pytest.raises(FormulaError, match="3 values for 2 groups"):
        _table("f =~ x + c(a, b, c)*y", "xy", n_groups=2)
