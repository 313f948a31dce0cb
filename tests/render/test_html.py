import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign_effect.apa.document import Document, Grid, GridLine, Run
from campaign_effect.render.characters import clean, plain
from campaign_effect.render.html import fragment, write

FEW = settings(max_examples=50, deadline=None)  # a shared machine is slow at times
MINUS = "\N{MINUS SIGN}"
VOID = {"meta", "col", "path", "use", "rect", "link", "br"}
ANY = st.text(st.one_of(st.sampled_from("<>&\"'=/;#!-x \n"), st.characters()))
RUNS = st.lists(st.builds(Run, text=ANY, italic=st.booleans(), raised=st.booleans())).map(tuple)


class Page(HTMLParser):
    """Keeps the tags in order, their attributes, and the text of every cell."""

    def __init__(self, data):
        super().__init__()
        self.open, self.tags, self.cells, self.text = [], [], [], ""
        self.feed(data)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(document):
    page = Page(write(document).decode())
    assert page.open == []
    return page


def test_table_names_its_heads_and_groups(alone):
    text = write(alone).decode()
    table = text[text.index("<table") : text.index("</table>")]
    table = re.sub(r"\n|<colgroup>.*</colgroup>", "", table)
    assert table == (
        '<table aria-describedby="block-1-notes" style="--stub:3em;--points:11pt">'
        '<caption id="block-1-caption"><span class="number">Tabel 4.2</span> '
        '<span class="title">Efek Paparan &amp; Kendali</span> </caption>'
        '<thead><tr><th scope="col" rowspan="2">Prediktor</th>'
        '<th scope="col" rowspan="2"><i>B</i></th>'
        '<th scope="colgroup" colspan="2"><span class="spanner">95% CI</span></th></tr>'
        '<tr><th scope="col">LL</th><th scope="col">UL</th></tr></thead>'
        '<tbody><tr><th scope="row">Intersep</th>'
        f'<td class="figures">{MINUS}1,2<span data-fill="0"></span>'
        '<sup data-fill="**"></sup></td>'
        '<td class="figures">0,14</td>'
        '<td class="figures">10,65</td></tr></tbody>'
        '<tbody><tr><th scope="rowgroup" colspan="4">Paparan</th></tr>'
        '<tr><th scope="row" style="--indent:1">Harian</th>'
        f'<td class="figures"><span data-fill="{MINUS}"></span>0,71<sup>**</sup></td>'
        '<td class="figures">1,40</td>'
        '<td class="figures"><span data-fill="0"></span>2,95</td></tr></tbody>'
    )


def test_page_needs_no_other_file_and_knows_its_language(report):
    text = write(report).decode()
    page = Page(text)
    assert page.named("html") == [{"lang": "id"}]
    assert "<title>Laporan &lt;survei&gt;</title>" in text
    assert not re.search(r"\b(src|href)=\"(?!#)|@import|url\((?!#)", text)
    assert not page.named("script")


def test_every_id_is_used_once_and_every_reference_is_found(report):
    page = page_of(report)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    values = [value for _, attributes in page.tags for value in attributes.values() if value]
    found = {name for value in values for name in re.findall(r"url\(#([^)]+)\)|^#(.+)$", value)}
    assert {one or other for one, other in found} <= set(ids)
    labels = [a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a]
    assert labels
    assert set(labels) <= set(ids)


def test_drawings_are_read_out_and_keep_no_trace_of_their_maker(report):
    page = page_of(report)
    drawings = page.named("svg")
    assert [drawing["role"] for drawing in drawings] == ["img", "img"]
    assert drawings[0]["aria-label"] == 'Naik dari 1 ke 2 & "tajam"'
    assert "viewbox" in drawings[0]
    assert "metadata" not in {tag for tag, _ in page.tags}


def test_report_starts_with_links_to_its_sections(report):
    page = page_of(report)
    assert [link["href"] for link in page.named("a")] == ["#block-2", "#block-8"]
    assert [a["id"] for a in page.named("h2")] == ["block-2", "block-8"]


def test_notice_is_set_apart(report):
    assert {"class": "notice", "role": "note"} in page_of(report).named("p")


def test_wide_tables_stand_on_turned_pages_with_their_heading(report):
    page = page_of(report)
    assert [at["class"] for at in page.named("h2") if "class" in at] == ["turned"]
    assert [at["class"] for at in page.named("figure") if "class" in at] == ["wide turned"]
    shares = [float(at["style"].split(":")[1].rstrip("%")) for at in page.named("col")]
    assert sum(shares) == pytest.approx(100 * len(page.named("table")), abs=len(shares) * 0.05)


def test_a_table_too_wide_for_any_page_is_squeezed():
    heads = tuple((Run(text=f"Head{place}"),) for place in range(40))
    grid = Grid(id="t", number=(), title=(), spanners=(), heads=heads, lines=(), notes=())
    (figure,) = page_of(Document(language="en", title="", blocks=(grid,))).named("figure")
    assert figure["class"] == "wide turned squeezed"


def test_fragment_brings_a_style_that_touches_nothing_else(alone):
    text = fragment(alone, "a-")
    style = text[text.index("<style>") + 7 : text.index("</style>")]
    rules = re.sub(r"@media[^{]*\{|/\*.*?\*/", "", style)
    selectors = ",".join(re.findall(r"([^{}]+)\{", rules)).split(",")
    assert all(selector.strip().startswith(".campaign-effect") for selector in selectors)
    assert 'id="a-block-1"' in text
    assert "<html" not in text


@FEW
@given(RUNS, ANY)
@example((Run(text="</td><script>alert(1)</script>"),), "</title><b>")
@example((Run(text="&lt;&amp&#0;"),), "<!--")
def test_any_text_survives_as_text(runs, title):
    lines = (GridLine(cells=((Run(text="stub"),), runs)),)
    heads = ((Run(text="a"),), (Run(text="b"),))
    grid = Grid(
        id="t", number=(), title=runs, spanners=(), heads=heads, lines=lines, notes=(runs,)
    )
    page = page_of(Document(language="en", title=title, blocks=(grid,)))
    assert page.cells == ["a", "b", "stub", plain(runs)]
    assert clean(title) in page.text
    assert len(page.named("td")) == 1
    assert not page.named("script")
