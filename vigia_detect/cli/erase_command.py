"""`vigia erase`: one patient, for ever."""

from typing import Annotated, Literal

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli.speaker import By, speaker
from vigia_detect.domain.access import Action

Reason = Literal["patient_request", "mistaken_entry", "order", "period_over"]
Override = Literal["court_order", "authority_order", "kept_in_hospital_record", "not_a_patient"]


@needs(Action.PATIENT_ERASE)
def erase(
    reason: Annotated[Reason, typer.Option(help="Why the patient is erased.")],
    pseudonym: Annotated[str | None, typer.Argument(help="The patient's pseudonym.")] = None,
    *,
    patient_code_from_stdin: Annotated[
        bool,
        typer.Option(
            "--patient-code-from-stdin",
            help="Read the patient's code from standard input: no list of processes shows it.",
        ),
    ] = False,
    reference: Annotated[
        str, typer.Option(help="Number of the request or order; no names of patients.")
    ] = "",
    override: Annotated[
        Override | None,
        typer.Option(help="What allows it before the record's period is over; needs a reference."),
    ] = None,
    by: By = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go and what forbids it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Erase a patient by destroying the key to all of their data. It cannot be undone."""
    from vigia_detect.cli import erasing  # noqa: PLC0415 - each command imports what it needs

    erasing.erase(
        pseudonym,
        from_stdin=patient_code_from_stdin,
        grounds=erasing.grounds(reason, speaker(by), reference=reference, override=override),
        dry_run=dry_run,
        as_json=as_json,
    )
