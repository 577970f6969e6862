"""`vigia keys ...`: the key-encryption key and its versions."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli.speaker import By, doer
from vigia_detect.domain.access import Action

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = typer.Typer(help="The key that wraps patients' keys.", no_args_is_help=True)


@app.command(name="list")
@needs(Action.SYSTEM_LOOK)
def list_keys(*, as_json: Json = False) -> None:
    """List the versions: which wraps, which only reads, which is destroyed."""
    from vigia_detect.cli import keys

    keys.show_list(as_json=as_json)


@app.command()
@needs(Action.KEYS_ROTATE)
def rotate(by: By = None) -> None:
    """Wrap all keys by a new version while the system runs; or finish a rotation cut off."""
    from vigia_detect.cli import keys

    keys.rotate(by=doer(by))


@app.command()
@needs(Action.KEYS_ROTATE)
def rotate_signing(by: By = None) -> None:
    """Let a new key sign for the audit trail, announced under the old one, which is destroyed."""
    from vigia_detect.cli import keys

    keys.rotate_signing(by=doer(by))


@app.command()
@needs(Action.KEYS_ROTATE)
def check(by: By = None, *, as_json: Json = False) -> None:
    """Unwrap every key, to see that each can be read."""
    from vigia_detect.cli import keys

    keys.check(by=doer(by), as_json=as_json)


@app.command()
@needs(Action.KEYS_ROTATE)
def destroy(
    version: Annotated[int, typer.Argument(metavar="VERSION", min=1, help="A version's number.")],
    by: By = None,
) -> None:
    """Destroy a version that wraps nothing any more. It cannot be undone."""
    from vigia_detect.cli import keys

    keys.destroy(version, by=doer(by))
