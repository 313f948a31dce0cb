"""The schemas and examples that come with the library, wherever it runs from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from campaign_effect.errors import SchemaError, UsageError, nearest_word

Shelf = Literal["schemas", "examples"]
"""A folder of data that ships with the library."""

_SUFFIXES: Final = (".yaml", ".yml")
_CHECKOUT: Final = Path(__file__).parents[3] / "data"


def data_folder(shelf: Shelf) -> Path:
    """Find a folder of bundled data: in the package, else in the checkout it runs from.

    Parameters
    ----------
    shelf : "schemas" or "examples"
        Which folder.

    Returns
    -------
    Path
        The folder; it need not exist where the library was packed without it.

    Examples
    --------
    >>> data_folder("schemas").name
    'schemas'
    """
    packed = Path(str(files("campaign_effect"))) / "data" / shelf
    return packed if packed.is_dir() else _CHECKOUT / shelf


def bundled_schemas() -> dict[str, Path]:
    """List the schemas that come with the library, by name.

    Returns
    -------
    dict of str to Path
        The name is the file's, without its suffix; in alphabetical order.

    Examples
    --------
    >>> all(path.suffix in (".yaml", ".yml") for path in bundled_schemas().values())
    True
    """
    folder = data_folder("schemas")
    found = folder.iterdir() if folder.is_dir() else ()
    return {path.stem: path for path in sorted(found) if path.suffix in _SUFFIXES}


def bundled_example(name: str) -> Path:
    """Find an example file that comes with the library.

    Parameters
    ----------
    name : str
        The file's name, with its suffix.

    Raises
    ------
    UsageError
        If there is no such example.
    """
    path = data_folder("examples") / name
    if Path(name).name != name or not path.is_file():
        there = sorted(file.name for file in data_folder("examples").glob("*.*"))
        raise UsageError(f"There is no bundled example {name!r}.", hint=f"there are {there}.")
    return path


def find_schema(name_or_path: str | Path) -> Path:
    """Find a schema by its path, or a bundled one by its name.

    Parameters
    ----------
    name_or_path : str or Path
        A file wins over a bundled name; a bundled name has neither suffix nor folder.

    Returns
    -------
    Path
        A file that exists.

    Raises
    ------
    UsageError
        If it is neither; the nearest bundled name is given.
    SchemaError
        If it is a folder.
    """
    path = Path(name_or_path)
    if path.is_file():
        return path
    bundled = bundled_schemas()
    if str(name_or_path) in bundled:
        return bundled[str(name_or_path)]
    if path.is_dir():
        raise SchemaError(f"The schema {str(path)!r} is a folder.", hint="name a .yaml file.")
    near = nearest_word(path.stem, bundled)
    meant = f"did you mean {near!r}? " if near else ""
    raise UsageError(
        f"There is no schema {str(name_or_path)!r}.",
        received="neither a file nor the name of a bundled schema",
        hint=f"{meant}bundled schemas: {', '.join(bundled) or 'none'}.",
    )
