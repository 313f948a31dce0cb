"""The command line: ``python -m campaign_effect.analyze survey.csv``.

Nothing heavy is imported before the arguments are read, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from campaign_effect.errors import CampaignEffectError, OutputError, UsageError

if TYPE_CHECKING:
    from campaign_effect.results import Notice
    from campaign_effect.survey import Reading, Survey

DONE: Final = 0
TO_MEND: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

FORMATS: Final = ("html", "docx", "tex", "md", "csv")

EPILOG: Final = """\
The schema is looked for beside the survey (survey.yaml), then among the bundled ones whose
columns are all in the file; else a draft is written (survey.draft.yaml), which is used only
when it is named with --schema.

exit status: 0 done; 1 the data or the schema need mending; 2 the command is wrong"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    int
        0 done, 1 data or schema to mend, 2 usage.
    """
    options = _parser().parse_args(argv)
    try:
        return _do(options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return USAGE
    except CampaignEffectError as error:
        print(error, file=sys.stderr)
        return TO_MEND


def run() -> int:
    """Run the command as a program: a closed pipe or an interrupt is no traceback."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m campaign_effect.analyze",
        description="From a raw questionnaire to a report: how is exposure to campaigning "
        "related to reported vote choice?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("survey", nargs="?", help="csv, xlsx, sav, dta or parquet file")
    add("--schema", metavar="NAME|PATH", help="what the questionnaire asks")
    add("--source", metavar="KIND", help="what the file is, where it is not recognised")
    add("--delimiter", metavar="MARK", help="of a text file, where it is not found (tab: tab)")
    add("--sheet", metavar="NAME", help="of a workbook, where the first is not the one")
    add("--out", metavar="FOLDER", help="the report's folder (default: <file>_report)")
    add("--only", metavar="ANALYSIS", action="append", help="run this analysis; repeatable")
    add("--format", choices=FORMATS, action="append", help="write this format; repeatable")
    add("--language", choices=("en", "id"), default="en", help="of the report (default: en)")
    add("--impute", metavar="M", type=int, help="impute missing answers M times, such as 20")
    add("--seed", type=int, default=1, help="of everything random (default: 1)")
    add("--strict", action="store_true", help="refuse to guess a schema")
    add("--json", action="store_true", help="print every number as JSON")
    add("--quiet", action="store_true", help="no notices and no progress on stderr")
    add("--list", action="store_true", help="list the analyses and leave")
    add("--draft-schema", action="store_true", help="write a draft schema and leave")
    add("--version", action="store_true", help="print the version and leave")
    return parser


def _do(options: argparse.Namespace) -> int:
    if options.version:
        from importlib.metadata import version

        print(version("campaign-effect"))
    elif options.list:
        _list_analyses()
    elif options.survey is None:
        raise UsageError("Name a survey file.", hint="--help shows every option.")
    elif options.draft_schema:
        _draft(options)
    else:
        _analyse(options)
    return DONE


def _list_analyses() -> None:
    """Print every analysis with the first line of what it does."""
    from campaign_effect.analyses import ANALYSES

    for name, analysis in ANALYSES.items():
        print(f"{name:<12} {(analysis.__doc__ or '').strip().splitlines()[0]}")


def _draft(options: argparse.Namespace) -> None:
    from campaign_effect.readers.draft import draft_schema, write_draft

    path = _draft_path(options)
    if path.exists():
        raise OutputError(
            f"There is a draft {str(path)!r} already.",
            hint="name it with --schema, or move it away for a new one.",
        )
    print(write_draft(draft_schema(options.survey, **_source_options(options)), path))


def _source_options(options: argparse.Namespace) -> dict[str, str | None]:
    """Take what was said about the file."""
    delimiter = "\t" if options.delimiter in ("tab", r"\t") else options.delimiter
    return {"kind": options.source, "delimiter": delimiter, "sheet": options.sheet}


def _draft_path(options: argparse.Namespace) -> Path:
    folder = Path(options.out).parent if options.out else Path()
    return folder / f"{Path(options.survey).stem}.draft.yaml"


def _analyse(options: argparse.Namespace) -> None:
    """Read, run, and save: nothing is written before everything was computed."""
    from campaign_effect.analyses import ANALYSES
    from campaign_effect.plan import Plan, run
    from campaign_effect.report import Report, save_folder
    from campaign_effect.report.records import record_manifest, record_results
    from campaign_effect.survey import read_answers

    analyses = tuple(options.only or ANALYSES)
    plan = Plan(analyses=analyses, seed=options.seed, impute=options.impute)
    with _progress(options, len(plan.analyses) + 2) as (step, on_progress):
        step("reading")
        reading = read_answers(
            options.survey,
            options.schema,
            strict=options.strict,
            **_source_options(options),
        )
        found = run(plan, reading.survey, on_start=step, on_progress=on_progress)
        step("writing")
        notices = (*found.notices, *_schema_notices(reading, options))
        title, glossary = _title(found.survey, options), found.survey.glossary
        report = Report(found.results, options.language, title, notices, glossary)
        results = record_results(found.results, notices)
        manifest = record_manifest(_inputs(reading, options), _given(options), options.seed)
        written = save_folder(
            report,
            Path(options.out or f"{Path(options.survey).stem}_report"),
            {"results.json": results, "manifest.json": manifest},
            tuple(options.format or ()),
        )
    written += _write_draft(reading, options)
    if not options.quiet:
        for notice in report.said_notices():
            print(notice, file=sys.stderr)
    _print_written(written, results if options.json else None)


def _print_written(written: Sequence[Path], results: Mapping[str, Any] | None) -> None:
    from campaign_effect.report.records import as_json

    paths = [str(path) for path in written]
    if results is None:
        print("\n".join(paths))
    else:
        print(as_json({"written": paths, **results}), end="")


def _schema_notices(reading: Reading, options: argparse.Namespace) -> tuple[Notice, ...]:
    """Say which schema was used where none was named."""
    from campaign_effect.results import Notice

    if reading.draft is not None:
        return (Notice.of("draft_written", path=str(_draft_path(options))),)
    if options.schema is None and reading.schema_path is not None:
        return (Notice.of("schema_found", schema=reading.schema_path.name),)
    return ()


def _write_draft(reading: Reading, options: argparse.Namespace) -> list[Path]:
    """Write the draft that was used, unless one is there that may have been edited."""
    from campaign_effect.readers.draft import write_draft

    path = _draft_path(options)
    if reading.draft is None or path.exists():
        return []
    return [write_draft(reading.draft, path)]


def _title(survey: Survey, options: argparse.Namespace) -> str | None:
    title = survey.schema.title
    return title.say(options.language) if title else None


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """Take the options that a result depends on."""
    kept = ("schema", "source", "delimiter", "sheet", "only", "impute", "format", "language")
    return {name: getattr(options, name) for name in (*kept, "strict")}


def _inputs(reading: Reading, options: argparse.Namespace) -> dict[str, str]:
    """Give the hash of the survey, and of the schema where it was a file."""
    inputs = {Path(options.survey).name: reading.survey.source.sha256}
    if reading.schema_path is not None:
        content = reading.schema_path.read_bytes()
        inputs[reading.schema_path.name] = hashlib.sha256(content).hexdigest()
    return inputs


@contextmanager
def _progress(
    options: argparse.Namespace, total: int
) -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None] | None]]:
    """Show bars of the steps and of resamples or imputations, on a terminal's stderr only."""
    if options.quiet or not sys.stderr.isatty():
        yield lambda name: None, None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, completed=-1)  # each step tells its start
        draws = progress.add_task("draws", visible=False)

        def step(name: str) -> None:
            progress.update(task, advance=1, description=name)
            progress.update(draws, visible=False)

        def on_progress(done: int, reps: int) -> None:
            progress.update(draws, completed=done, total=reps, visible=True)

        yield step, on_progress


if __name__ == "__main__":
    raise SystemExit(run())
