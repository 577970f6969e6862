"""What belongs together stays together: no picture is judged by one that saw its twin."""

import csv
import re
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from vigia_detect.adapters.vision.classifier.dataset import DataSet, Entry
from vigia_detect.adapters.vision.classifier.hashes import pairs
from vigia_detect.adapters.vision.classifier.heads import Labels
from vigia_detect.errors import InvalidDataSetError
from vigia_detect.phrase import Phrase

# `P012_3.jpg`, `paciente-7 b.png`: a name that says whose picture it is
PATIENT = re.compile(r"(?:patient|paciente|pac|pt|p|subject|case|caso)[_\- ]?(\d+)[_\- .].*")
SHOWN = 10  # names in a message

Fold = tuple[Labels, Labels]  # rows to learn from, rows to judge


def groups_of(data: DataSet, patients: dict[str, str]) -> Labels:
    """Return (n,), the group of each picture: copies and one patient's pictures share one.

    Args:
        data: the pictures.
        patients: path -> patient, for those that a table names; file names say the others.
    """
    parent = list(range(len(data.entries)))
    for one, other in [*pairs(list(data.prints)), *_same_patient(data.entries, patients)]:
        parent[_root(parent, other)] = _root(parent, one)
    roots = [_root(parent, index) for index in range(len(parent))]
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def contradictions(data: DataSet) -> list[tuple[int, int]]:
    """Return the pairs of copies that lie in two classes: nobody knows which one is right."""
    return [
        (one, other)
        for one, other in pairs(list(data.prints))
        if data.entries[one].label != data.entries[other].label
    ]


def given_folds(entries: tuple[Entry, ...], groups: Labels) -> list[Fold]:
    """Return the folds that the folders name; empty when they name none.

    Raises:
        InvalidDataSetError: only some pictures have a fold, or there is only one, or copies or one
            patient's pictures lie in two.
    """
    names = [entry.fold for entry in entries]
    if not any(names):
        return []
    if None in names or len(set(names)) < 2:  # noqa: PLR2004 - one fold judges nothing
        raise InvalidDataSetError("Some pictures lie in a fold's folder, others do not.")
    across = [
        (first, int(other))
        for first in [int(np.flatnonzero(groups == group)[0]) for group in np.unique(groups)]
        for other in np.flatnonzero(groups == groups[first])
        if names[first] != names[other]
    ]
    _refuse(across, entries, Phrase("The same picture or patient lies in two folds"))
    marks = np.array(names)
    return [
        (np.flatnonzero(marks != name), np.flatnonzero(marks == name)) for name in np.unique(marks)
    ]


def split(labels: Labels, groups: Labels, *, folds: int, seed: int) -> list[Fold]:
    """Return folds that keep groups whole and classes in proportion.

    Raises:
        InvalidDataSetError: a class lies in too few groups to be learnt from and judged.
    """
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    found = [
        (train.astype(np.int64), test.astype(np.int64))
        for train, test in splitter.split(labels[:, None], labels, groups)
    ]
    return learnable(found, labels)


def learnable(folds: list[Fold], labels: Labels) -> list[Fold]:
    """Return the folds, each of which learns from every class.

    Raises:
        InvalidDataSetError: one does not.
    """
    if any(set(labels[train]) != set(labels) for train, _ in folds):
        raise InvalidDataSetError(
            "A fold has all pictures of a class (or one patient has): add pictures of others."
        )
    return folds


def read_table(folder: Path, column: str) -> dict[str, str]:
    """Return path -> value of a column of `groups.csv`; empty without the file.

    Its columns are path, and one or both of group (the patient) and subgroup (what results are to
    be shown for: a ward, a camera, a skin tone).

    Raises:
        InvalidDataSetError: it has no column path, or is no text.
    """
    path = folder / "groups.csv"
    if not path.exists():
        return {}
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidDataSetError("groups.csv: cannot be read as a table in UTF-8.") from error
    if not all(row.get("path") for row in rows):
        raise InvalidDataSetError("groups.csv: needs the columns path and group or subgroup.")
    lost = [row["path"] for row in rows if not (folder / row["path"]).is_file()]
    if lost:  # a misspelt path would part a patient's pictures in silence
        raise InvalidDataSetError(
            "groups.csv: no such picture: {lost}.", lost=", ".join(lost[:SHOWN])
        )
    return {row["path"]: row[column] for row in rows if row.get(column)}


def _same_patient(entries: tuple[Entry, ...], patients: dict[str, str]) -> list[tuple[int, int]]:
    named = _names(entries)
    first: dict[str, int] = {}
    found = []
    for index, entry in enumerate(entries):
        patient = patients.get(entry.path) or named[index]
        if patient:
            found.append((first.setdefault(patient, index), index))
    return found


def _names(entries: tuple[Entry, ...]) -> list[str]:
    """Return the patient that each file's name tells, '' for none."""
    matches = [PATIENT.fullmatch(Path(entry.path).name.lower()) for entry in entries]
    names = [f"name {int(match[1])}" if match else "" for match in matches]
    kinds = {(entry.label, name) for entry, name in zip(entries, names, strict=True)}
    if len(kinds) == len({label for label, _ in kinds}) == len(set(names)):
        return [""] * len(names)  # one number a class: it numbers the classes, not the patients
    return names


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def _refuse(bad: list[tuple[int, int]], entries: tuple[Entry, ...], why: Phrase) -> None:
    if bad:
        names = [f"{entries[one].path} = {entries[other].path}" for one, other in bad[:SHOWN]]
        more = [f"… +{len(bad) - SHOWN}"] if len(bad) > SHOWN else []
        raise InvalidDataSetError("{why}:\n{pairs}", why=why, pairs="\n".join([*names, *more]))
