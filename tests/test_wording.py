"""Every message exists in both languages, with the same facts, and can be said."""

import re
import string

import pytest

from campaign_effect.apa.style import Style, wording
from campaign_effect.results import Kind

LANGUAGES = ("en", "id")
KINDS = {kind.value for kind in Kind} | {"text"}


def facts(message):
    plain = re.sub(r"\^\{(.+?)\}", r"\1", message)
    return {(name, kind) for _, name, kind, _ in string.Formatter().parse(plain) if name}


def test_languages_hold_the_same_ids():
    assert wording("en").keys() == wording("id").keys()


@pytest.mark.parametrize("id", wording("en"))
def test_languages_name_the_same_facts(id):
    assert facts(wording("en")[id]) == facts(wording("id")[id])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", wording("en"))
def test_every_fact_has_a_kind(id, language):
    assert {kind for _, kind in facts(wording(language)[id])} <= KINDS


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_is_closed(language):
    for id, message in wording(language).items():
        assert message.count("*") % 2 == 0, id


def test_marks_differ_by_language():
    assert Style(language="en").marks.decimal == "."
    assert Style(language="id").marks.decimal == ","
