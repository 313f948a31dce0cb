"""Every notice that the code can raise has words in both languages."""

import ast
import string
from pathlib import Path

import pytest

from campaign_effect import errors
from campaign_effect.apa.style import wording
from campaign_effect.stats.models.errors import SingleClusterError

ROOT = Path(__file__).parents[1] / "src" / "campaign_effect"


CALLS = [
    node
    for path in ROOT.rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Call)
]
NO_FACTS = {"received", "hint", "cause"}


def codes():
    """Find the first argument of every ``Notice.of``."""
    for call in CALLS:
        is_notice = ast.unparse(call.func) == "Notice.of"
        if is_notice and isinstance(call.args[0], ast.Constant):
            yield call.args[0].value


def causes():
    """Find the cause of every error that names one, with its facts."""
    for call in CALLS:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if ast.unparse(call.func).endswith("Error") and "cause" in given:
            yield given["cause"].value, frozenset(given) - NO_FACTS


@pytest.mark.parametrize("code", sorted(set(codes())))
def test_every_notice_has_words(code):
    assert f"notice.{code}" in wording("en")


def subclasses(kind):
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


def test_every_kind_of_failure_has_words():
    kinds = subclasses(errors.StatisticsError)
    named = {kind.__name__ for kind in kinds if kind.__module__ == errors.__name__}
    assert {f"cause.{name}" for name in named} <= set(wording("en"))


@pytest.mark.parametrize(("cause", "facts"), sorted(set(causes())))
def test_every_cause_has_words_for_its_facts(cause, facts):
    message = wording("en")[f"cause.{cause}"]
    assert {name for _, name, _, _ in string.Formatter().parse(message) if name} == facts


def test_an_error_without_a_cause_is_said_by_its_kind():
    assert SingleClusterError("One cluster.").cause == "StatisticsError"
    assert errors.TooFewRowsError("Two answers.").cause == "TooFewRowsError"
