"""The whole system with people at it: reviews, dead letters, drills, erasures, bundles."""

import contextlib
from pathlib import Path

from workload import Workload

from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.retention import ErasureReason, Override
from vigia_detect.errors import VigiaError
from vigia_detect.stages.erasure import Why
from vigia_detect.stages.evidence_contents import Asked
from vigia_detect.trail.evidence import check_bundle

ORDERED = Why(ErasureReason.ORDER, "ana", "C-12/2026", Override.COURT_ORDER)


class Wilder(Workload):
    """Does whatever comes to mind, possible or not; what is refused is refused."""

    def __init__(self, url: str, home: Path, seed: int) -> None:
        super().__init__(url, home, seed)
        self.bundles = 0

    def some(self, steps: int) -> None:
        """Do some things in random order."""
        own = (self.look_at_one, self.try_again, self.drill, self.erase, self.bundle, self.heal)
        for _ in range(steps):
            with contextlib.suppress(VigiaError):
                if self.turned.random() < 0.5 or not self.cases:
                    super().some(1)
                else:
                    self.turned.choice(own)()

    def one(self) -> CaseId:
        return CaseId(self.turned.choice(self.cases))

    def look_at_one(self) -> None:
        review, case = self.vigia.review, self.one()
        review.claim(case, by="bea")
        deed = self.turned.randrange(3)
        if deed == 0:
            review.correct(case, class_="stage_2", by="bea", reason="seen")
        elif deed == 1:
            review.confirm(case, by="bea", reason="seen")

    def try_again(self) -> None:
        """Ask for something again that was given up."""
        letters = self.vigia.dead_letters.list(limit=50)
        if letters:
            run = self.turned.choice(letters).run_id
            self.vigia.dead_letters.retry(run, by="ana", reason="again")

    def drill(self) -> None:
        drill = self.vigia.new_drill()
        drill.open(120.0)
        self.work()
        if self.turned.random() < 0.7:
            drill.end(by="ana")

    def erase(self) -> None:
        pseudonym = self.vigia.cipher.pseudonym(f"P-{self.turned.randrange(4)}")
        self.vigia.erasure.erase(pseudonym, ORDERED)

    def bundle(self) -> None:
        """Write the bundle of a case, wherever that stands, and check it."""
        file = self.vigia.settings.home / "bundle"
        file.write_bytes(self.vigia.evidence.bundle(self.one(), Asked(), actor="ana"))
        found = check_bundle(file, [self.vigia.trail_key])
        assert found.integrity.good, found
        assert found.completeness.good, found
        self.bundles += 1

    def heal(self) -> None:
        """Put everything right and let all go on."""
        self.trouble.stage = self.trouble.kill = 0.0
        self.phone.failures = []
        self.work_off()
