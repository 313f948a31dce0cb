from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_effect.apa.document import Grid, GridLine, HeadCell, Run
from campaign_effect.render.characters import plain
from campaign_effect.render.columns import columns_of, is_number, joined_heads, spanners_of

MINUS = "\N{MINUS SIGN}"

FEW = settings(max_examples=50, deadline=None)  # a shared machine is slow at times


def words(text):
    return (Run(text=text),)


def grid_of(column, spanners=(), heads=2):
    lines = tuple(GridLine(cells=(words("stub"), cell)) for cell in column)
    return Grid(
        id="t",
        number=(),
        title=(),
        spanners=spanners,
        heads=tuple(words(str(place)) for place in range(heads)),
        lines=lines,
        notes=(),
    )


def filled(column, language="en"):
    fills = columns_of(grid_of(column), language)[1].fills
    return [
        plain(fill.before) + "|" + plain(cell) + "|" + plain(fill.after)
        for cell, fill in zip(column, fills, strict=True)
    ]


def test_numbers_line_up_at_the_decimal_mark():
    column = [words("12.50"), words(f"{MINUS}0.1"), words("3")]
    assert filled(column) == [f"{MINUS}|12.50|", f"0|{MINUS}0.1|0", f"0{MINUS}|3|.00"]


def test_numbers_line_up_at_the_comma_in_indonesian():
    assert filled([words("1.234,5"), words(",25")], "id") == ["|1.234,5|0", ".0000|,25|"]


def test_intervals_line_up_between_their_bounds():
    column = [words(f"[{MINUS}0.12, 0.45]"), words("[0.1, 10.45]")]
    assert filled(column) == [f"|[{MINUS}0.12, 0.45]|0", f"0{MINUS}|[0.1, 10.45]|"]


def test_raised_marks_are_filled_by_raised_marks():
    starred = (Run(text=".31"), Run(text="**", raised=True))
    fills = columns_of(grid_of([starred, words(".79")]), "en")[1].fills
    assert fills[0].after == ()
    assert fills[1].after == (Run(text="**", raised=True),)


def test_words_among_numbers_are_not_lined_up():
    assert filled([words("10.5"), words("1.5"), words("acuan")])[2] == "|acuan|"


def test_long_words_stand_left_and_short_ones_are_centred():
    assert columns_of(grid_of([words("Ya"), words("Tidak")]), "id")[1].is_centred
    assert not columns_of(grid_of([words("Seberapa sering Anda melihat")]), "id")[1].is_centred


@FEW
@given(st.lists(st.decimals(-999, 999, places=2), min_size=1))
def test_filled_numbers_are_all_of_one_width(numbers):
    column = [words(str(number).replace("-", MINUS)) for number in numbers]
    sides = [text.replace("|", "") for text in filled(column)]
    assert len({len(side) for side in sides}) == 1


def test_numbers_are_known_from_words():
    numbers = ["1", ".05", "< .001", "12%", "(0.98)", "[0.1, 0.2]", "1–5", f"{MINUS}3"]  # noqa: RUF001
    assert all(map(is_number, numbers))
    assert not any(map(is_number, ["", "—", "a1", "ref.", "M = 1"]))


def test_spanners_stand_before_their_heads_where_there_is_one_row():
    spanners = (HeadCell(runs=()), HeadCell(runs=words("95% CI"), span=2), HeadCell(runs=()))
    grid = grid_of([], spanners, heads=4)
    assert [(s.first, s.last) for s in spanners_of(grid)] == [(1, 2)]
    assert [plain(head) for head in joined_heads(grid)] == [
        "0",
        "95% CI — 1",
        "95% CI — 2",
        "3",
    ]
