import pytest

from campaign_effect.apa.document import Document, Grid, GridLine, Run
from campaign_effect.errors import UsageError
from campaign_effect.render import WRITERS, write

SUFFIXES = tuple(WRITERS)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_writes_the_same_bytes_twice(report, suffix):
    first = write(report, suffix)
    assert first
    assert write(report, suffix) == first


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_writes_a_single_table(alone, suffix):
    assert write(alone, suffix.upper()) == WRITERS[suffix](alone)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("heads", "lines"),
    [
        ((), ()),
        (((),), ()),
        (((), ()), (GridLine(cells=()),)),
        (((), ()), (GridLine(cells=((Run(text="a"),),), is_heading=True, indent=2),)),
        (((),), (GridLine(cells=((Run(text="a"),),) * 3),)),
    ],
)
def test_writes_tables_of_odd_shapes(suffix, heads, lines):
    grid = Grid(id="t", number=(), title=(), spanners=(), heads=heads, lines=lines, notes=())
    assert isinstance(write(Document(language="en", title="", blocks=(grid,)), suffix), bytes)


def test_unknown_suffix_names_the_allowed_and_the_nearest():
    document = Document(language="en", title="", blocks=())
    with pytest.raises(UsageError, match=r"\.html, \.docx.* did you mean '\.docx'\?"):
        write(document, ".doc")
