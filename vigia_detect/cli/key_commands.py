"""`vigia keys ...`: the key-encryption key and its versions."""

from typing import Annotated

import typer

By = Annotated[str, typer.Option(help="Who does it, for the audit trail.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = typer.Typer(help="The key that wraps patients' keys.", no_args_is_help=True)


@app.command(name="list")
def list_keys(*, as_json: Json = False) -> None:
    """List the versions: which wraps, which only reads, which is destroyed."""
    from vigia_detect.cli import keys  # noqa: PLC0415 - each command imports what it needs

    keys.show_list(as_json=as_json)


@app.command()
def rotate(by: By = "cli") -> None:
    """Wrap all keys by a new version while the system runs; or finish a rotation cut off."""
    from vigia_detect.cli import keys  # noqa: PLC0415

    keys.rotate(by=by)


@app.command()
def check(by: By = "cli", *, as_json: Json = False) -> None:
    """Unwrap every key, to see that each can be read."""
    from vigia_detect.cli import keys  # noqa: PLC0415

    keys.check(by=by, as_json=as_json)


@app.command()
def destroy(
    version: Annotated[int, typer.Argument(metavar="VERSION", min=1, help="A version's number.")],
    by: By = "cli",
) -> None:
    """Destroy a version that wraps nothing any more. It cannot be undone."""
    from vigia_detect.cli import keys  # noqa: PLC0415

    keys.destroy(version, by=by)
