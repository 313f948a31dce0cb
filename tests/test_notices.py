"""Every notice that the code can raise has words in both languages."""

import ast
from pathlib import Path

import pytest

from campaign_effect import errors
from campaign_effect.apa.style import wording

ROOT = Path(__file__).parents[1] / "src" / "campaign_effect"


def codes():
    """Find the first argument of every ``Notice.of``."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and ast.unparse(node.func) == "Notice.of"
            if is_call and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


@pytest.mark.parametrize("code", sorted(set(codes())))
def test_every_notice_has_words(code):
    assert f"notice.{code}" in wording("en")


def subclasses(kind):
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


def test_every_failed_analysis_has_words():
    kinds = subclasses(errors.StatisticsError)
    named = {kind.__name__ for kind in kinds if kind.__module__ == errors.__name__}
    assert {f"notice.failed.{name}" for name in named} <= set(wording("en"))
