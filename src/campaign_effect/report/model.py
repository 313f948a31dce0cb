"""The results you chose, in one language: shown in a notebook or saved to files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from campaign_effect.apa.blocks import Text
from campaign_effect.apa.document import (
    Block,
    Document,
    Grid,
    Heading,
    Paragraph,
    Picture,
    Runs,
)
from campaign_effect.apa.figures import figures
from campaign_effect.apa.figures.generic import draw
from campaign_effect.apa.layout import lay_out, say_note
from campaign_effect.apa.sentences import sentences
from campaign_effect.apa.style import Style, plain
from campaign_effect.apa.tables import tables
from campaign_effect.errors import UsageError
from campaign_effect.files import replaced
from campaign_effect.render import write
from campaign_effect.render.html import fragment
from campaign_effect.results import NO_GLOSSARY, Glossary, Notice, Result
from campaign_effect.schema.model import LANGUAGES

WITH_FIGURES = (".md", ".tex")
"""Formats that refer to pictures in a folder beside them."""

ABOUT_OUTCOMES = frozenset(
    {"effects", "linear", "margins", "exposures", "dose_response", "clusters", "comparison"}
    | {"models", "predictions", "risk_ratios", "moderation", "equivalence", "sensitivity"}
    | {"measurement_error"}
)
"""Results that relate an outcome to exposure."""

CLAIMS = ("causes", "recall", "sample")
"""What a cross-sectional survey cannot show, said in every report about an outcome."""


@dataclass(frozen=True)
class Report:
    """An ordered set of results in one language.

    Parameters
    ----------
    results : sequence of Result
        In the order of the report.
    language : "en" or "id", default "en"
        Words, decimal mark and the survey's own labels; no digit changes.
    title : str, optional
        At the head of the report.
    notices : sequence of Notice
        Conditions that belong to no result.
    glossary : Glossary, optional
        Labels of the names in these notices; those of the first result by default.

    Raises
    ------
    UsageError
        If the language is not known, or one is no result.

    Examples
    --------
    >>> import pandas as pd
    >>> import campaign_effect as ce
    >>> survey = ce.read_survey(pd.DataFrame({"a": [1, 2, 3], "b": [2, 3, 5]}))
    >>> report = ce.Report([ce.estimate_reliability(survey)], language="id")
    >>> "Reliabilitas Skala" in report.to(".md").decode()
    True
    """

    results: Sequence[Result]
    language: str = "en"
    title: str | None = None
    notices: Sequence[Notice] = ()
    glossary: Glossary = NO_GLOSSARY

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise UsageError(
                f"There is no language {self.language!r}.", hint=f"choose one of {LANGUAGES}."
            )
        for one in self.results:
            if not isinstance(one, Result):
                raise UsageError(
                    "A report is of results.",
                    received=type(one).__name__,
                    hint="pass what analyses give: ce.Report([quality, effect]).",
                )

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """Every table, numbered through the report."""
        return tuple(block for block in self._body if isinstance(block, Grid))

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """Every figure, numbered through the report."""
        return tuple(block for block in self._body if isinstance(block, Picture))

    @cached_property
    def document(self) -> Document:
        """The whole report before its file format."""
        style = self._style(NO_GLOSSARY)
        title = self.title or style.word("title.report.untitled")
        head = Heading(runs=style.say(Text.of("title.report.title", title=title)), level=1)
        blocks = (head, *self._summary(), *self._notices(), *self._body, *self._end())
        return Document(language=self.language, title=title, blocks=blocks)

    def to(self, suffix: str) -> bytes:
        """Write the report in the format of a suffix (``.html``, ``.docx``, ``.md``, …).

        Raises
        ------
        UsageError
            If there is no such format.
        """
        return write(self.document, suffix)

    def save(self, path: str | Path) -> Path:
        """Save the report as one file; its suffix chooses the format.

        Raises
        ------
        UsageError
            If there is no such format.
        OutputError
            If the file cannot be written.
        """
        path = Path(path)
        content = self.to(path.suffix)
        with replaced(path) as beside:
            beside.write_bytes(content)
            if path.suffix in WITH_FIGURES:
                self.save_figures(path.parent / "figures")
        return path

    def save_figures(self, folder: Path) -> None:
        """Save every figure as .svg and .png, in a folder that is made if need be."""
        folder.mkdir(exist_ok=True)
        for picture in self.pictures:
            (folder / f"{picture.id}.svg").write_bytes(picture.svg)
            (folder / f"{picture.id}.png").write_bytes(picture.png)

    def _repr_mimebundle_(self, **_: object) -> Mapping[str, str]:
        """Show the report in a notebook."""
        return _bundle(self.document)

    @cached_property
    def _body(self) -> tuple[Block, ...]:
        return tuple(_numbered_blocks(self.results, self.language))

    def _style(self, glossary: Glossary) -> Style:
        return Style(language=self.language, glossary=glossary)

    def _summary(self) -> Iterator[Block]:
        """Say what was found about exposure before anything else."""
        for result in self.results:
            if result.name == "margins":
                style = self._style(result.glossary)
                yield from (Paragraph(runs=say_note(note, style)) for note in sentences(result))

    def said_notices(self) -> list[str]:
        """Say every notice once, as plain sentences."""
        return [plain(runs) for runs in self._said]

    def _notices(self) -> Iterator[Block]:
        if self._said:
            yield self._heading("heading.notices")
        yield from (Paragraph(runs=runs, is_notice=True) for runs in self._said)

    @cached_property
    def _said(self) -> tuple[Runs, ...]:
        """Every notice once, with the labels of the result it came from."""
        said: dict[str, Runs] = {}
        for notices, glossary in self._sources():
            style = self._style(glossary)
            for notice in notices:
                runs = style.say(Text.of_notice(notice))
                said.setdefault(plain(runs), runs)
        return tuple(said.values())

    def _sources(self) -> Iterator[tuple[Sequence[Notice], Glossary]]:
        is_given = self.glossary.entries or not self.results
        yield self.notices, self.glossary if is_given else self.results[0].glossary
        yield from ((result.notices, result.glossary) for result in self.results)

    def _end(self) -> Iterator[Block]:
        """Say what the report does not claim, and how it was computed."""
        if any(result.name in ABOUT_OUTCOMES for result in self.results):
            yield self._heading("heading.claims")
            yield from (self._paragraph(Text(id=f"claims.{claim}")) for claim in CLAIMS)
        yield self._heading("heading.methods")
        yield self._paragraph(Text.of("methods.software", version=version("campaign-effect")))

    def _heading(self, id: str) -> Heading:
        return Heading(runs=self._style(NO_GLOSSARY).say(Text(id=id)), level=2)

    def _paragraph(self, text: Text) -> Paragraph:
        return Paragraph(runs=self._style(NO_GLOSSARY).say(text))


def show_result(result: Result) -> Mapping[str, str]:
    """Show one result in a notebook: its sentences, tables and figures."""
    blocks = tuple(_numbered_blocks([result], "en"))
    return _bundle(Document(language="en", title=result.name, blocks=blocks))


def _bundle(document: Document) -> Mapping[str, str]:
    """Give what a notebook shows; the prefix keeps the names of two outputs apart."""
    shown = fragment(document, prefix=f"ce{id(document):x}-")
    return {"text/html": shown, "text/plain": write(document, ".txt").decode()}


def _numbered_blocks(results: Sequence[Result], language: str) -> Iterator[Block]:
    """Give each result its heading, sentences, tables and figures."""
    n_tables = n_figures = 0
    for result in results:
        style = Style(language=language, glossary=result.glossary)
        yield Heading(runs=style.say(Text(id=f"analysis.{result.name}")), level=2)
        if result.name != "margins":  # its sentences are the summary
            yield from (Paragraph(runs=say_note(note, style)) for note in sentences(result))
        for table in tables(result):
            n_tables += 1
            yield lay_out(table, style, n_tables)
        for figure in figures(result):
            n_figures += 1
            yield draw(figure, style, n_figures)
