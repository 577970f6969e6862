"""The `vigia` command."""

import typer

from vigia_detect.cli.assess import assess

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("assess")(assess)


@app.callback()
def _vigia() -> None:
    """Pressure-injury decision support: it never replaces a clinician."""


def main() -> None:
    """Run the command line."""
    app()
