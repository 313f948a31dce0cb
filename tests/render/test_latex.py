import re
import shutil
import string
import subprocess
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_effect.apa.document import Document, Grid, GridLine, Heading, Paragraph, Run
from campaign_effect.render.latex import write
from campaign_effect.render.latex_characters import escape

FEW = settings(max_examples=50, deadline=None)  # a shared machine is slow at times
SECONDS = 60  # a first run of LaTeX reads its fonts
MINUS = "\N{MINUS SIGN}"
HARD = (
    string.punctuation * 2,
    "--- `` '' ,, << >> ?` !` fi",
    "\\end{document} \\input{x} %",
    "[a] * [b]",
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
    "αβγδεζηθικλμνξοπρστυφχψω",
    f"χ² α ω Ω β ≤ ≥ × ± {MINUS} – — … “a” ‘b’ ∞ → ½ ™ €",  # noqa: RUF001
    "éèêëēĕẽçñåøßœæłđžşġżőųộ x̄ p̂",
    "選挙 انتخابات выборы 한글 😀 \u200d\ufeff\x00\x1b",
)

needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")


def words(text):
    return (Run(text=text),)


def compiled(text, folder):
    """Give what pdfLaTeX says of a text; its last page is in the folder."""
    (folder / "report.tex").write_bytes(text)
    made = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"],
        cwd=folder,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return made.returncode, made.stdout.decode(errors="replace")


def test_single_table_is_an_environment_with_its_packages_in_a_comment(alone):
    text = write(alone).decode()
    assert text.startswith("% Needs ")
    assert "documentclass" not in text
    assert "Tabel 4.2" not in text
    body = re.sub(r"\\dimexpr [^}]*\\relax", "W", text[text.index(r"\begin{table}") :])
    assert body == (
        r"""\begin{table}
\begin{threeparttable}
\caption{Efek Paparan \& Kendali}
\label{tab:effects}
\fontsize{11}{13.2}\selectfont\setlength{\tabcolsep}{0.06in}
\begin{tabular}{@{}>{\hangindent=1em}>{\raggedright\arraybackslash}p{W}>{\centering\arraybackslash}p{W}>{\centering\arraybackslash}p{W}>{\centering\arraybackslash}p{W}@{}}
\toprule
 &  & \multicolumn{2}{>{\centering\arraybackslash}b{W}@{}}{95\% CI} \\
\cmidrule(lr){3-4}
\multicolumn{1}{@{}>{\raggedright\arraybackslash}b{W}}{Prediktor} & \multicolumn{1}{>{\centering\arraybackslash}b{W}}{\textit{B}} & \multicolumn{1}{>{\centering\arraybackslash}b{W}}{LL} & \multicolumn{1}{>{\centering\arraybackslash}b{W}@{}}{UL} \\
\midrule
Intersep & \textminus{}1,2\phantom{0\textsuperscript{{*}{*}}} & 0,14 & 10,65 \\
\addlinespace[2pt]
\multicolumn{4}{@{}>{\raggedright\arraybackslash}p{W}@{}}{Paparan} \\
\leftskip=1em\relax Harian & \phantom{\textminus{}}0,71\textsuperscript{{*}{*}} & 1,40 & \phantom{0}2,95 \\
\bottomrule
\end{tabular}
\begin{tablenotes}[flushleft]\setlength{\labelsep}{0pt}\footnotesize\raggedright
\item n = 412.
\item \textsuperscript{{*}{*}}p \textless{} ,01.
\end{tablenotes}
\end{threeparttable}
\end{table}

"""  # noqa: E501
    )


def test_report_counts_its_tables_as_the_first_is_numbered(report):
    text = write(report).decode()
    assert r"\renewcommand{\tablename}{Tabel}" in text
    assert r"\renewcommand{\thetable}{4.\arabic{table}}" in text
    assert r"\renewcommand{\figurename}{Gambar}" in text
    assert r"{figures/forest.png}" in text


def test_wide_tables_are_turned_with_their_heading(report):
    text = write(report).decode()
    turned = text[text.index(r"\begin{landscape}") : text.index(r"\end{landscape}")]
    assert r"\section{Lampiran}" in turned
    assert r"\label{tab:wide}" in turned


def test_long_tables_go_over_pages_and_repeat_their_heads():
    lines = tuple(GridLine(cells=(words(str(row)),)) for row in range(60))
    grid = Grid(
        id="t", number=(), title=(), spanners=(), heads=(words("Butir"),), lines=lines, notes=()
    )
    text = write(Document(language="id", title="", blocks=(grid,))).decode()
    assert r"\begin{longtable}" in text
    assert text.index(r"\endhead") < text.index("59 ")


@FEW
@given(st.text(st.one_of(st.sampled_from(HARD[0]), st.characters())))
def test_any_text_becomes_ascii_in_balanced_braces(text):
    escaped = escape(text)
    assert escaped.isascii()
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", re.sub(r"\\[\\{}]", "", escaped)):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    bare = re.sub(r"\\[a-zA-Z]+|\\.", "", escaped)
    assert not set(bare) & set("%$#&_^\\")


def test_ascii_letters_and_digits_stay_as_they_are():
    assert escape(string.ascii_letters + string.digits) == string.ascii_letters + string.digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("χ²", r"\ensuremath{\upchi}\textsuperscript{2}"),
        ("Ω", r"\ensuremath{\Omega}"),
        (f"{MINUS}.5", r"\textminus{}.5"),
        ("≤", r"\ensuremath{\leq}"),
        ("x\u0304", r"\={x}"),
        ("a--b", "a-{}-b"),
        ("選", r"\surveychar{9078}"),
    ],
)
def test_signs_have_commands(text, expected):
    assert escape(text) == expected


@needs_latex
def test_hard_characters_compile(tmp_path):
    marks = "".join(map(chr, range(0x2000, 0x2300)))
    accented = [unicodedata.normalize("NFC", f"{a}{c}") for a in "aI" for c in "\u0301\u0323"]
    lines = tuple(GridLine(cells=(words(text), words(text))) for text in (*HARD, *accented))
    heads = (words(HARD[0]), words(HARD[6]))
    grid = Grid(
        id="t",
        number=words("Tabel 4.2"),
        title=words(" ".join(HARD)),
        spanners=(),
        heads=heads,
        lines=lines,
        notes=tuple(map(words, HARD)),
    )
    blocks = (
        *(Heading(runs=words(" ".join(HARD)), level=level) for level in (1, 2, 3)),
        Paragraph(runs=words(marks)),
        Paragraph(runs=words(" ".join(HARD)), is_notice=True),
        grid,
    )
    document = Document(language="id", title=" ".join(HARD), blocks=blocks)
    assert compiled(write(document), tmp_path)[0] == 0


@needs_latex
def test_report_compiles_without_overfull_cells(report, picture, tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "forest.png").write_bytes(picture.png)
    code, said = compiled(write(report), tmp_path)
    assert code == 0
    assert not re.search(r"Overfull \\hbox \((?:[2-9]|\d\d)", said)


@needs_latex
def test_single_table_compiles_inside_an_article(alone, tmp_path):
    packages = "array,booktabs,longtable,pdflscape,threeparttable,upgreek"
    head = rf"\documentclass{{article}}\usepackage[T1]{{fontenc}}\usepackage{{{packages}}}"
    text = f"{head}\\begin{{document}}{write(alone).decode()}\\end{{document}}"
    assert compiled(text.encode(), tmp_path)[0] == 0
