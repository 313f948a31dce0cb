from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_effect.apa.document import Grid, GridLine, Run
from campaign_effect.render.fit import (
    LANDSCAPE_INCHES,
    PORTRAIT_INCHES,
    fit,
    picture_width,
    turned,
)

ROUNDING_INCHES = 1e-9  # sums of binary fractions
PAGE_INCHES, CAPTION_INCHES = 9.69, 1.2  # A4 within its margins; number, title and a note

FEW = settings(max_examples=50, deadline=None)  # a shared machine is slow at times


def words(text):
    return (Run(text=text),)


def grid_of(texts, heads):
    lines = (GridLine(cells=tuple(map(words, texts))),)
    return Grid(id="t", number=(), title=(), spanners=(), heads=heads, lines=lines, notes=())


@FEW
@given(st.lists(st.text(max_size=200), min_size=1, max_size=30))
def test_every_table_fits_its_page(texts):
    fitted = fit(grid_of(texts, tuple(map(words, texts))), "en")
    page = LANDSCAPE_INCHES if fitted.is_landscape else PORTRAIT_INCHES
    assert sum(fitted.widths) <= page + ROUNDING_INCHES
    assert len(fitted.widths) == len(texts)
    assert all(width > 0 for width in fitted.widths)


def test_a_small_table_is_set_upright_in_full_size():
    fitted = fit(grid_of(["Percaya", "1.25"], (words(""), words("M"))), "en")
    assert (fitted.points, fitted.is_landscape) == (11, False)


def test_a_long_stub_gives_way_to_numbers():
    texts = ["Seberapa sering Anda melihat kampanye " * 5, *["10.25"] * 6]
    fitted = fit(grid_of(texts, tuple(map(words, "abcdefg"))), "en")
    assert not fitted.is_landscape
    assert fitted.widths[0] == max(fitted.widths)


def test_a_wide_table_turns_its_page_with_its_heading(report, wide):
    assert fit(wide, "id").is_landscape
    assert turned(report) == (*[False] * 7, True, True, False)


@pytest.mark.parametrize("size", [(6.5, 10.0), (3.0, 20.0), (9.0, 4.0)])
def test_a_picture_larger_than_a_page_is_made_smaller(picture, size):
    width, height = size
    shown = picture_width(replace(picture, width=width, height=height))
    assert shown <= PORTRAIT_INCHES
    assert shown * height / width <= PAGE_INCHES - CAPTION_INCHES


def test_a_picture_that_fits_keeps_its_size(picture):
    assert picture_width(picture) == picture.width
