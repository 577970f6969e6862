"""`vigia case CASE` and `vigia case bundle CASE`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from vigia_detect.bootstrap import ask_also, needs
from vigia_detect.cli import bundle as bundles
from vigia_detect.cli import cases
from vigia_detect.domain.access import Action
from vigia_detect.errors import InvalidOptionError

SHOW = "show"


class ShowsByDefault(TyperGroup):
    """What does not begin with a command's name is meant for `show`: an id is never such a name."""

    default = SHOW

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` before the arguments unless they name a command or ask for help."""
        named = bool(args) and (args[0] in self.commands or args == ["--help"])
        return super().parse_args(ctx, args if named else [self.default, *args])


app = typer.Typer(cls=ShowsByDefault, help="One case: `vigia case CASE` shows it.")
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="A case id.")]


@app.command(name=SHOW)
@needs(Action.CASE_READ)
def show(
    case_id: CaseArgument,
    overlay: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the picture with its findings drawn on it (PNG)."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show all that is known about a case. Reading it is recorded."""
    if overlay is not None:
        cases.write_overlay(case_id, overlay)
    cases.show(case_id, as_json=as_json)


@app.command(name="bundle")
@needs(Action.CASE_BUNDLE)
def bundle(
    case_id: CaseArgument,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="File to write; it must not exist.")
    ],
    *,
    with_image: Annotated[
        bool, typer.Option("--with-image", help="Also the picture, decrypted.")
    ] = False,
    without_patient: Annotated[
        bool,
        typer.Option(
            "--without-patient",
            help="Nothing that the patient's key seals; else the right to read the case is needed.",
        ),
    ] = False,
    extends: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Prove it also from this checkpoint kept elsewhere."),
    ] = None,
) -> None:
    """Write one file that proves what was done in a case. `vigia bundle verify` checks it."""
    if not without_patient:
        ask_also(Action.CASE_READ)
    elif with_image:
        raise InvalidOptionError("--with-image: the picture is the patient's; not both.")
    patient = not without_patient
    bundles.write(case_id, out, patient=patient, image=with_image, extends=extends)
