"""Numbers and names become characters by kind and language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_effect.apa.blocks import Interval, Text, Value
from campaign_effect.apa.document import Run
from campaign_effect.apa.style import Style, plain
from campaign_effect.results import Glossary, Kind

GLOSSARY = Glossary(
    entries=(
        ("wa", (("en", "Use of $WhatsApp* {x}"), ("id", "Pemakaian WA"))),
        ("sex", (("en", "Gender"),)),
        ("sex=f", (("en", "Female"),)),
    )
)


@pytest.mark.parametrize(
    ("value", "kind", "english", "indonesian"),
    [
        (0.456, Kind.BOUNDED, ".46", ",46"),
        (-0.456, Kind.BOUNDED, "\u2212.46", "\u2212,46"),
        (-0.001, Kind.BOUNDED, ".00", ",00"),
        (1.0, Kind.BOUNDED, "1.00", "1,00"),
        (0.456, Kind.NUMBER, "0.46", "0,46"),
        (0.0004, Kind.P_VALUE, "< .001", "< ,001"),
        (0.9996, Kind.P_VALUE, "> .999", "> ,999"),
        (0.0123, Kind.P_VALUE, ".012", ",012"),
        (0.123, Kind.PROPORTION, "12.3", "12,3"),
        (-0.0823, Kind.POINTS, "\u22128.2", "\u22128,2"),
        (0.95, Kind.PERCENT, "95", "95"),
        (0.05, Kind.LEVEL, ".05", ",05"),
        (0.001, Kind.LEVEL, ".001", ",001"),
        (9999, Kind.COUNT, "9999", "9999"),
        (12345, Kind.COUNT, "12,345", "12.345"),
        (11.0, Kind.DF, "11", "11"),
        (10.95, Kind.DF, "10.9", "10,9"),
        (None, Kind.NUMBER, "\u2013", "\u2013"),
        (True, Kind.FLAG, "yes", "ya"),
    ],
)
def test_a_value_is_written_by_its_kind(value, kind, english, indonesian):
    assert Style(language="en").show(value, kind) == english
    assert Style(language="id").show(value, kind) == indonesian


@given(st.floats(-1e6, 1e6), st.sampled_from([Kind.NUMBER, Kind.BOUNDED, Kind.POINTS]))
def test_language_changes_no_digit(value, kind):
    shown = [Style(language=language).show(value, kind) for language in ("en", "id")]
    digits = [[c for c in text if c.isdigit()] for text in shown]
    assert digits[0] == digits[1]


@given(st.floats(0, 1))
def test_p_is_never_zero_or_one(p_value):
    assert Style().show(p_value, Kind.P_VALUE) not in {".000", "1.000", "0"}


def test_labels_are_literal_and_fall_back():
    style = Style(language="en", glossary=GLOSSARY)
    said = style.say(Text.of("word.per_unit", variable="wa"))
    assert plain(said).startswith("Use of $WhatsApp* {x}")
    assert Style(language="id", glossary=GLOSSARY).show("sex", Kind.NAME) == "Gender"
    assert style.show("unknown=level", Kind.NAME) == "level"


def test_terms_name_variables_and_levels():
    style = Style(language="en", glossary=GLOSSARY)
    assert style.show("sex[T.f]:age", Kind.TERM) == "Gender: Female \u00d7 age"
    assert style.show("Intercept", Kind.TERM) == "Intercept"


def test_markup_becomes_runs_and_facts_take_the_look_of_their_place():
    assert Style().say(Text.of("word.p_equals", p=0.02)) == (
        Run(text="p", italic=True),
        Run(text=" = "),
        Run(text=".020"),
    )


def test_intervals_are_in_brackets_with_the_separator_of_the_language():
    interval = Interval(low=-0.1, high=0.25, kind=Kind.BOUNDED)
    assert plain(Style(language="en").cell(interval)) == "[\u2212.10, .25]"
    assert plain(Style(language="id").cell(interval)) == "[\u2212,10; ,25]"
    missing = Interval(low=None, high=None, kind=Kind.BOUNDED)
    assert plain(Style().cell(missing)) == "\u2013"


def test_a_mark_is_raised_after_its_value():
    cell = Value(value=0.5, kind=Kind.BOUNDED, mark="*")
    assert Style().cell(cell) == (Run(text=".50"), Run(text="*", raised=True))


def test_labels_and_levels_keep_equals_signs_and_colons():
    style = Style(language="en", glossary=GLOSSARY)
    assert style.show("income=>= 5 juta", Kind.NAME) == ">= 5 juta"
    assert style.show("q==1+1", Kind.NAME) == "=1+1"
    assert style.show("g[T.x: y]:sex[T.f]", Kind.TERM) == "g: x: y \u00d7 Gender: Female"
    assert style.show("C(sex)[T.f]", Kind.TERM) == "Gender: Female"


def test_a_bound_near_zero_shows_its_side():
    interval = Interval(low=-0.0002, high=0.0049, kind=Kind.POINTS)
    assert plain(Style().cell(interval)) == "[\u22120.02, 0.49]"
