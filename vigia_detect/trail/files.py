"""What the verifier reads besides the export: public keys, and checkpoints kept elsewhere."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from vigia_detect.trail.findings import Finding, Problem, Verdict
from vigia_detect.trail.note import BadNoteError, Checkpoint, PublicKey, open_checkpoint
from vigia_detect.trail.stamps import Authority, BadStampError
from vigia_detect.trail.verify import Report, verify

SUFFIX = ".note"
LONGEST = 1 << 24
"""Bytes of a line, far above any entry: a longer one is read in parts, which fit nowhere."""
STAMP_SUFFIX = ".tsr"
"""Of the time stamp that lies beside a checkpoint (RFC 3161, TimeStampResp)."""
MOST_ENTRIES = 1 << 63
"""What a database counts up to."""


def check_file(
    export: Path,
    public_key: Path,
    checkpoint: Path | None = None,
    timestamp_ca: Path | None = None,
) -> Report:
    """Verify an export file.

    Args:
        export: JSON lines.
        public_key: one key a line; more than one after the key was changed.
        checkpoint: a checkpoint kept elsewhere, or a folder of them.
        timestamp_ca: certificates of the authority whose time stamps count, in PEM.

    Raises:
        OSError: a file cannot be read.
        BadNoteError: a key, checkpoint or certificate is not what it should be.
    """
    keys = read_keys(public_key)
    files = [] if checkpoint is None else note_files(checkpoint)
    return check_kept(export, keys, files, read_authority(timestamp_ca))


def check(
    export: Path,
    keys: Collection[PublicKey],
    known: Iterable[Checkpoint] = (),
    authority: Authority | None = None,
) -> Report:
    """Verify an export file by keys and checkpoints at hand. Raises OSError."""
    with export.open("rb") as file:

        def lines() -> Iterator[bytes]:
            file.seek(0)
            return iter(partial(file.readline, LONGEST), b"")

        return verify(lines, keys, known, authority)


def read_authority(path: Path | None) -> Authority | None:
    """Read a file of certificates, if there is one. Raises OSError or BadNoteError."""
    try:
        return None if path is None else Authority(path.read_bytes())
    except BadStampError as error:
        raise BadNoteError("{path}: {why}", path=path, why=error) from None


def read_keys(path: Path) -> list[PublicKey]:
    """Read a file of public keys. Raises OSError or BadNoteError."""
    keys = [PublicKey.parse(line) for line in path.read_text().splitlines() if line.strip()]
    if not keys:
        raise BadNoteError("{path} holds no key", path=path)
    return keys


def note_files(path: Path) -> list[str]:
    """Return the checkpoints of a folder by their sizes, or the file that is named.

    Raises:
        BadNoteError: the folder holds none.
    """
    if not path.is_dir():
        return [str(path)]
    found = [
        os.path.join(folder, name)  # noqa: PTH118 - a year has 525,600: text takes little memory
        for folder, _, names in os.walk(path)
        for name in names
        if name.endswith(SUFFIX)
    ]
    if not found:
        raise BadNoteError("{path} holds no checkpoint", path=path)
    return sorted(found, key=os.path.basename)


class KeptNotes:
    """Checkpoints that were kept elsewhere, read one by one.

    All of them count: whoever has database and signing key can rewrite the trail and have a new
    last checkpoint kept, but the earlier ones then do not fit. A later key may have signed some:
    then the export must show how that key came to count.

    Args:
        files: as `note_files` returns them.
        export: against which they are held.
        keys: whose signatures count.

    Attributes:
        unusable: what is wrong with those that cannot be used, once all were read.
    """

    def __init__(self, files: Sequence[str], export: Path, keys: Collection[PublicKey]) -> None:
        self._files = files
        self._export = export
        self._keys = keys
        self._later: Collection[PublicKey] | None = None
        self.unusable = Verdict()

    def __iter__(self) -> Iterator[Checkpoint]:
        """Yield those that can be used.

        Raises:
            OSError: the only one cannot be read.
            BadNoteError: none of them can be used.
        """
        failed = 0
        errors: list[Exception] = []
        for file in self._files:
            try:
                yield self._read(Path(file))
            except (OSError, BadNoteError) as error:
                failed, errors = failed + 1, errors or [error]
                self.unusable.add(Finding(Problem.BAD_CHECKPOINT, about=str(error)))
        if errors and failed == len(self._files):
            raise errors[0]

    def _read(self, file: Path) -> Checkpoint:
        try:
            return _checkpoint(file, self._keys if self._later is None else self._later)
        except BadNoteError:
            if self._later is not None:
                raise
            self._later = check(self._export, self._keys).keys
            return _checkpoint(file, self._later)


def check_kept(
    export: Path,
    keys: Collection[PublicKey],
    files: Sequence[str],
    authority: Authority | None = None,
) -> Report:
    """Verify an export file by the checkpoints of these files; one that is unusable is a finding.

    Raises:
        OSError: a file cannot be read.
        BadNoteError: none of the checkpoints can be used.
    """
    kept = KeptNotes(files, export, keys)
    report = check(export, keys, kept, authority)
    for finding in kept.unusable.findings:
        report.integrity.add(finding)
    report.integrity.more += kept.unusable.more
    return report


def last_checkpoint(path: Path, keys: Collection[PublicKey]) -> Checkpoint:
    """Read a checkpoint, or the last one of a folder. Raises OSError or BadNoteError."""
    return _checkpoint(Path(note_files(path)[-1]), keys)


def kept_checkpoint(path: Path, keys: Collection[PublicKey], size: int) -> Checkpoint:
    """Read a checkpoint, or of a folder the one of this size, else the last one.

    Raises:
        OSError: it cannot be read.
        BadNoteError: it is none of these keys'.
    """
    if path.is_dir():
        path = next(path.rglob(f"{size:012}{SUFFIX}"), path)
    return last_checkpoint(path, keys)


def _checkpoint(path: Path, keys: Collection[PublicKey]) -> Checkpoint:
    try:
        found = open_checkpoint(path.read_text(), keys)
    except (BadNoteError, UnicodeDecodeError) as error:
        raise BadNoteError("{path}: {why}", path=path, why=error) from None
    if not 0 <= found.size < MOST_ENTRIES:
        raise BadNoteError("{path}: over no possible number of entries", path=path)
    return found
