from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from campaign_effect.apa.document import Document, Grid, GridLine, Heading, Paragraph, Run
from campaign_effect.render.characters import plain
from campaign_effect.render.markdown import write

MINUS = "\N{MINUS SIGN}"
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ANY = st.text(st.one_of(st.sampled_from("\\`*_{}[]()<>#+-.!|~^$&:=@ a1\n\t"), st.characters()))
RUNS = st.lists(
    st.builds(Run, text=ANY, italic=st.booleans(), bold=st.booleans(), raised=st.booleans())
).map(tuple)

FEW = settings(max_examples=50, deadline=None)  # a shared machine is slow at times


def read_back(data):
    """Give the kinds of the blocks and the text of each inline."""
    tokens = READER.parse(data.decode())
    kinds = [token.type for token in tokens]
    texts = ["".join(map(read_inline, t.children)) for t in tokens if t.type == "inline"]
    return kinds, texts


def read_inline(token):
    markup = {"em_open", "em_close", "strong_open", "strong_close", "html_inline"}
    assert token.type in markup | {"text"}
    return token.content if token.type == "text" else ""


def test_table_is_a_pipe_table_with_caption_and_notes(alone):
    assert write(alone).decode() == (
        "**Tabel 4.2**\n\n*Efek Paparan & Kendali*\n\n"
        "| Prediktor | *B* | 95% CI — LL | 95% CI — UL |\n"
        "| :--- | ---: | ---: | ---: |\n"
        f"| Intersep | {MINUS}1,2 | 0,14 | 10,65 |\n"
        "| Paparan |  |  |  |\n"
        "| &emsp;Harian | 0,71<sup>\\*\\*</sup> | 1,40 | 2,95 |\n\n"
        "n = 412.\n\n<sup>\\*\\*</sup>p < ,01.\n"
    )


def test_notice_is_a_quotation_and_picture_an_image(report):
    text = write(report).decode()
    assert "\n> Hati-hati.\n" in text
    assert '![Naik dari 1 ke 2 & "tajam"](figures/forest.png)' in text


@FEW
@given(RUNS)
@example((Run(text="a|b\\|c"),))
@example((Run(text="x", italic=True), Run(text="y", bold=True), Run(text="*")))
@example((Run(text="[a](b)"), Run(text="<b>&amp;")))
def test_any_cell_survives_and_stays_in_its_cell(runs):
    lines = (GridLine(cells=((Run(text="stub"),), runs, (Run(text="end"),))),)
    heads = tuple((Run(text=head),) for head in "abc")
    grid = Grid(id="t", number=(), title=(), spanners=(), heads=heads, lines=lines, notes=())
    kinds, texts = read_back(write(Document(language="en", title="", blocks=(grid,))))
    assert kinds.count("td_open") == 3
    assert texts[3:] == ["stub", plain(runs).strip(), "end"]


@FEW
@given(RUNS)
@example((Run(text="1. a"),))
@example((Run(text="> a"),))
@example((Run(text="---"),))
@example((Run(text="- a"),))
@example((Run(text="+"),))
@example((Run(text="```"),))
@example((Run(text="<div>"),))
@example((Run(text="[a]: b"),))
def test_any_sentence_stays_a_paragraph(runs):
    block = Paragraph(runs=runs)
    kinds, texts = read_back(write(Document(language="en", title="", blocks=(block,))))
    expected = plain(runs).strip()
    assert kinds == (["paragraph_open", "inline", "paragraph_close"] if expected else [])
    assert texts == ([expected] if expected else [])


@FEW
@given(ANY)
def test_any_heading_stays_a_heading(text):
    block = Heading(runs=(Run(text=text),), level=2)
    kinds, texts = read_back(write(Document(language="en", title="", blocks=(block,))))
    assert kinds == ["heading_open", "inline", "heading_close"]
    assert texts == [plain(block.runs).strip()]
