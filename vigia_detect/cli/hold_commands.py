"""`vigia hold ...`: what may not be deleted, whatever its age."""

from typing import Annotated, Literal

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli.speaker import By, speaker
from vigia_detect.domain.access import Action

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Reason = Literal["court_case", "complaint", "adverse_event", "investigation", "patient_request"]

app = typer.Typer(help="Legal holds.", no_args_is_help=True)


@app.command()
@needs(Action.RETENTION_HOLD)
def add(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="A patient's pseudonym or a case id.")
    ],
    reason: Annotated[Reason, typer.Option(help="Why.")],
    reference: Annotated[
        str, typer.Option(help="Number of the file or order; no names of patients.")
    ] = "",
    by: By = None,
) -> None:
    """Keep all of a patient or case until the hold is released."""
    from vigia_detect.cli import holds

    holds.add(subject, reason=reason, reference=reference, by=speaker(by))


@app.command(name="list")
@needs(Action.RETENTION_HOLD)
def list_holds(
    *,
    released: Annotated[
        bool, typer.Option("--released", help="Those that were released, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the holds in force."""
    from vigia_detect.cli import holds

    holds.show_list(released=released, as_json=as_json)


@app.command()
@needs(Action.RETENTION_HOLD)
def release(
    hold_id: Annotated[str, typer.Argument(metavar="HOLD", help="A hold's id.")], by: By = None
) -> None:
    """Release a hold: its patient or case follows the periods again."""
    from vigia_detect.cli import holds

    holds.release(hold_id, by=speaker(by))
