from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_effect.apa.document import Document, Grid, GridLine, Paragraph, Run
from campaign_effect.render.characters import cells_wide, clean
from campaign_effect.render.text import flat, write

MINUS = "\N{MINUS SIGN}"

FEW = settings(max_examples=50, deadline=None)  # a shared machine is slow at times


def words(text):
    return (Run(text=text),)


def test_table_has_rules_and_spanners_but_no_bars(alone):
    expected = f"""\
Tabel 4.2
Efek Paparan & Kendali
───────────────────────────────
                      95% CI
                    ───────────
Prediktor     B      LL    UL
───────────────────────────────
Intersep   {MINUS}1,2     0,14  10,65
Paparan
  Harian    0,71**  1,40   2,95
───────────────────────────────
n = 412.
**p < ,01.
"""
    assert write(alone).decode() == expected


def test_notices_are_set_apart():
    notice = Paragraph(runs=words("Hati-hati"), is_notice=True)
    assert write(Document(language="id", title="", blocks=(notice,))) == b"! Hati-hati\n"


def test_raised_letters_and_lowered_digits_are_kept():
    assert flat((Run(text="x"), Run(text="2a", raised=True))) == "x²ᵃ"
    assert flat((Run(text="x"), Run(text="1", lowered=True))) == "x₁"


@FEW
@given(st.text())
def test_any_label_stays_within_its_line(text):
    grid = Grid(
        id="t",
        number=(),
        title=(),
        spanners=(),
        heads=(words("a"), words("b")),
        lines=(GridLine(cells=(words(text), words(text))),),
        notes=(),
    )
    rows = write(Document(language="en", title="", blocks=(grid,))).decode().split("\n")
    rule = cells_wide(rows[0])
    assert all(cells_wide(row) <= rule for row in rows)
    letters = "".join(clean(text).split())
    assert sorted("".join("".join(rows[3:-2]).split())) == sorted(letters * 2)
