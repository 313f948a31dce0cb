import unicodedata
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_effect.apa.document import Run
from campaign_effect.render.characters import cells_wide, clean, plain, styled, tidy

ANY = st.text(st.characters(exclude_categories=())).map(lambda text: f"{text}\ud800\x00\u202e")
RUNS = st.lists(st.builds(Run, text=ANY, italic=st.booleans(), raised=st.booleans())).map(tuple)

FEW = settings(max_examples=50, deadline=None)  # a shared machine is slow at times


@FEW
@given(ANY)
def test_clean_text_is_one_line_of_legal_xml(text):
    cleaned = clean(text)
    element = ElementTree.Element("a")
    element.text = cleaned
    assert ElementTree.fromstring(ElementTree.tostring(element)).text == (cleaned or None)
    assert len(cleaned.splitlines()) <= 1
    assert clean(cleaned) == cleaned


@FEW
@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
def test_clean_keeps_letters_numbers_and_signs(text):
    assert clean(text) == text


@FEW
@given(RUNS)
def test_tidy_keeps_every_character_and_joins_neighbours(runs):
    tidied = tidy(runs)
    assert plain(tidied) == plain(runs)
    assert all(run.text for run in tidied)
    looks = [(run.italic, run.raised) for run in tidied]
    assert all(one != other for one, other in pairwise(looks))


def test_styled_adds_and_takes_nothing_away():
    runs = (Run(text="a", raised=True), Run(text="b", italic=True))
    assert styled(runs, bold=True) == (
        Run(text="a", raised=True, bold=True),
        Run(text="b", italic=True, bold=True),
    )


def test_places_on_a_terminal_follow_unicode():
    assert cells_wide(unicodedata.normalize("NFD", "é")) == 1
    assert cells_wide("한글 a") == 6
