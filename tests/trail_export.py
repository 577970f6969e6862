"""Exports of the trail, for tests of what checks them."""

from pathlib import Path

from vigia_detect.bootstrap import Vigia
from vigia_detect.trail.verify import Report, verify


def export(vigia: Vigia) -> list[bytes]:
    """Return the lines of an export after everything has been chained and signed."""
    vigia.chainer.seal()
    with vigia.store.export_trail(vigia.signer.name) as lines:
        return list(lines)


def check(vigia: Vigia) -> Report:
    """Return the verdicts on a system's trail."""
    lines = export(vigia)
    return verify(lambda: lines, [vigia.signer.public])


def write(vigia: Vigia, folder: Path) -> tuple[Path, Path, Path]:
    """Write an export and the public key; return both, and the folder of checkpoints."""
    file, key = folder / "export.jsonl", folder / "audit.pub"
    file.write_bytes(b"".join(export(vigia)))
    key.write_text(vigia.signer.public.text + "\n")
    return file, key, vigia.settings.checkpoint_folder
