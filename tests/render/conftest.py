import io

import pytest

from campaign_effect.apa.document import (
    Document,
    Grid,
    GridLine,
    HeadCell,
    Heading,
    Paragraph,
    Picture,
    Run,
)

MINUS = "\N{MINUS SIGN}"


def words(text):
    return (Run(text=text),)


def line(*cells, **options):
    return GridLine(cells=tuple(words(cell) for cell in cells), **options)


@pytest.fixture(scope="session")
def effects():
    """A table with a spanner, heading lines, indents, stars and notes, in Indonesian."""
    starred = (Run(text="0,71"), Run(text="**", raised=True))
    return Grid(
        id="effects",
        number=words("Tabel 4.2"),
        title=words("Efek Paparan & Kendali"),
        spanners=(HeadCell(runs=()), HeadCell(runs=()), HeadCell(runs=words("95% CI"), span=2)),
        heads=(words("Prediktor"), (Run(text="B", italic=True),), words("LL"), words("UL")),
        lines=(
            line("Intersep", f"{MINUS}1,2", "0,14", "10,65"),
            line("Paparan", is_heading=True),
            GridLine(cells=(words("Harian"), starred, *map(words, ("1,40", "2,95"))), indent=1),
        ),
        notes=(words("n = 412."), (Run(text="**", raised=True), Run(text="p < ,01."))),
    )


@pytest.fixture(scope="session")
def wide():
    """A table of 20 columns of numbers."""
    return Grid(
        id="wide",
        number=words("Tabel 4.3"),
        title=words("Lebar"),
        spanners=(),
        heads=tuple(words(str(place)) for place in range(20)),
        lines=tuple(line("Butir", *([f"{MINUS}0,123"] * 19)) for _ in range(3)),
        notes=(),
    )


@pytest.fixture(scope="session")
def picture():
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(2, 1))
    canvas.add_subplot().plot([1, 2], [1, 2])
    svg, png = io.BytesIO(), io.BytesIO()
    canvas.savefig(svg, format="svg", metadata={"Date": None})
    canvas.savefig(png, format="png")
    return Picture(
        id="forest",
        number=words("Gambar 4.1"),
        title=words("Efek"),
        alt='Naik dari 1 ke 2 & "tajam"',
        svg=svg.getvalue(),
        png=png.getvalue(),
        width=2.0,
        height=1.0,
        notes=(words("Catatan gambar."),),
    )


@pytest.fixture(scope="session")
def report(effects, wide, picture):
    blocks = (
        Heading(runs=words("Laporan"), level=1),
        Heading(runs=words("Efek")),
        Paragraph(runs=words("Berhubungan dengan niat.")),
        Paragraph(runs=words("Hati-hati."), is_notice=True),
        effects,
        picture,
        picture,
        Heading(runs=words("Lampiran")),
        wide,
        Paragraph(runs=words("Selesai.")),
    )
    return Document(language="id", title="Laporan <survei>", blocks=blocks)


@pytest.fixture(scope="session")
def alone(effects):
    return Document(language="id", title="Efek", blocks=(effects,))
