"""`vigia review ...`: what waits for a person, and that person's word on it."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import needs
from vigia_detect.cli.speaker import By, speaker
from vigia_detect.domain.access import Action

app = typer.Typer(help="What waits for a person, and their word on it.", no_args_is_help=True)
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="A case id.")]
Reason = Annotated[
    str, typer.Option(help="Why, in that person's words; kept encrypted with the case.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many, most dangerous first.")]


@app.command(name="list")
@needs(Action.REVIEW_READ)
def list_waiting(limit: Limit = 20, *, as_json: Json = False) -> None:
    """List the cases that wait for a person, the most dangerous first. Reading is recorded."""
    from vigia_detect.cli import review

    review.show_list(limit=limit, as_json=as_json)


@app.command()
@needs(Action.REVIEW_DECIDE)
def claim(case_id: CaseArgument, by: By = None, *, as_json: Json = False) -> None:
    """Hold a case for review and show it; claim it again for more time or a changed result."""
    from vigia_detect.cli import review

    review.claim(case_id, by=speaker(by), as_json=as_json)


@app.command()
@needs(Action.REVIEW_DECIDE)
def confirm(case_id: CaseArgument, reason: Reason, by: By = None, *, as_json: Json = False) -> None:
    """Confirm the result that the claim showed: it is preliminary no more."""
    from vigia_detect.cli import review

    review.confirm(case_id, by=speaker(by), reason=reason, as_json=as_json)


@app.command()
@needs(Action.REVIEW_DECIDE)
def correct(
    case_id: CaseArgument,
    reason: Reason,
    class_: Annotated[
        str,
        typer.Option(
            "--class",
            metavar="CLASS",
            help="What the lesion is: stage_1 stage_2 stage_3 stage_4 unstageable dtpi mucosal "
            "no_lesion_seen not_a_pressure_injury_suspected.",
        ),
    ],
    lesion: Annotated[
        str | None, typer.Option(help="Id of the lesion; the first, which is pictured, else.")
    ] = None,
    by: By = None,
    *,
    as_json: Json = False,
) -> None:
    """Give a lesion another class: the decision is made anew, and alerts if it is worse."""
    from vigia_detect.cli import review

    review.correct(
        case_id, by=speaker(by), reason=reason, class_=class_, lesion=lesion, as_json=as_json
    )


@app.command()
@needs(Action.REVIEW_DECIDE)
def release(case_id: CaseArgument, by: By = None, *, as_json: Json = False) -> None:
    """Give a case back to the queue."""
    from vigia_detect.cli import review

    review.release(case_id, by=speaker(by), as_json=as_json)
