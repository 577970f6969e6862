"""Tells of a case while one address only may be reached: `guarded_narrative.py HOST:PORT DATABASE`.

Home and language model are those of the environment. Prints how the narrative ended, as JSON.
"""

import json
import os
import sys
from pathlib import Path

from keeping_ward import ward
from only_this_server import guard

from vigia_detect.testing import draw_wound

CONTEXT = {"notes": "Herida sacra con esfacelo.", "lesions": [{"site": "sacrum"}]}


def main(address: str, database_url: str) -> None:
    """Bring a case to its end and have it told of, behind the guard."""
    host, _, port = address.rpartition(":")
    sys.addaudithook(guard(host, int(port)))
    home, url = Path(os.environ["VIGIA_HOME"]), os.environ["VIGIA_LLM_BASE_URL"]
    with ward(database_url, home, llm_base_url=url, llm_deadline_s=60.0) as here:
        case_id = here.case("P-1", context=CONTEXT, image=draw_wound(1, (320, 240)))
        found = here.vigia.desk.report(case_id, actor="x").narrative
    print(json.dumps({"state": found.state, "reason": found.reason}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
