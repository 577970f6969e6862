"""Loads the rule set that comes with Vigia, with a hospital's profile over it if there is one."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

from vigia_detect.clinical import compile as compiling
from vigia_detect.clinical import data_model as files
from vigia_detect.clinical.checks import check
from vigia_detect.clinical.compile import Files
from vigia_detect.clinical.data_file import DATA, read_data
from vigia_detect.clinical.language.grammar import ConditionError
from vigia_detect.clinical.profile import Settled, lay_over, without_profile
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.clinical.scales import load_scales
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase

ID = "vigia-npiap-minsal"
VERSION = "1.0.0"
RULE_FILES = ("emergency", "urgent", "uncertain", "routine")
PROFILES_KEPT = 8


def load_rules(profile: Path | None = None) -> RuleSet:
    """Return the rule set; read once, and again only when the profile's file has changed.

    Raises:
        ConfigurationError: a data file or the profile is broken; with file and line.
    """
    if profile is None:
        return _build(None, b"")
    try:
        content = profile.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            "{name}: cannot be read ({why})", name=profile.name, why=Phrase.why(error)
        ) from error
    return _build(profile, content)


@lru_cache(maxsize=PROFILES_KEPT)
def _build(profile: Path | None, content: bytes) -> RuleSet:
    shipped, scales = read_files(), load_scales()
    settled = (
        without_profile(shipped.limits, scales)
        if profile is None
        else lay_over(profile, shipped.limits, scales)
    )
    return _compile(shipped, settled, _checksum(content))


@cache
def read_files() -> Files:
    """Return the shipped data, typed.

    Raises:
        ConfigurationError: a file does not fit its model, or names what does not exist.
    """
    read = Files(
        sources=read_data(DATA / "sources.yaml", files.SourcesFile),
        limits=read_data(DATA / "limits.yaml", files.LimitsFile),
        words=read_data(DATA / "words.yaml", files.WordsFile),
        classes=read_data(DATA / "classes.yaml", files.ClassesFile),
        flags=read_data(DATA / "flags.yaml", files.FlagsFile),
        differentials=read_data(DATA / "differentials.yaml", files.DifferentialsFile),
        modifiers=read_data(DATA / "modifiers.yaml", files.ModifiersFile),
        actions=read_data(DATA / "actions.yaml", files.ActionsFile),
        protocol=read_data(DATA / "protocol.yaml", files.ProtocolFile),
        forbidden=read_data(DATA / "forbidden.yaml", files.ForbiddenFile),
        texts=read_data(DATA / "texts.yaml", files.TextsFile),
        rules=tuple(read_data(DATA / f"rules/{name}.yaml", files.RulesFile) for name in RULE_FILES),
    )
    check(read)
    return read


def _compile(shipped: Files, settled: Settled, checksum: str) -> RuleSet:
    shipped = Files(**{**vars(shipped), "limits": settled.limits})
    try:
        words = compiling.words_of(shipped)
    except ConditionError as error:
        raise ConfigurationError("words.yaml: {why}", why=Phrase.of(error)) from error
    read = compiling.reader(words, of_lesion=False)
    of_lesion = compiling.reader(words, of_lesion=True)
    own = f"+{settled.name}.{settled.version}" if settled.name else ""
    return RuleSet(
        id=ID,
        version=f"{VERSION}{own}",
        checksum=checksum,
        profile=settled.category_profile,
        contacts=settled.contacts,
        sources=shipped.sources.sources,
        limits=settled.limits.limits,
        definitions=words.definitions,
        classes=shipped.classes,
        decision=compiling.decision(shipped, of_lesion),
        flags=compiling.flags(shipped, of_lesion),
        differentials=compiling.differentials(shipped, of_lesion),
        modifiers=compiling.modifiers(shipped, read),
        risk_levels=shipped.modifiers,
        rules=compiling.rules(shipped, read, of_lesion),
        actions=shipped.actions.actions,
        protocol=compiling.protocol(shipped, read),
        protocol_notes=shipped.protocol,
        forbidden=compiling.forbidden(shipped, read),
        texts=shipped.texts,
        scales=settled.scales,
    )


def _checksum(profile: bytes) -> str:
    """Return one checksum of every data file and the profile, whatever the platform's order."""
    digest = hashlib.sha256()
    for path in sorted(DATA.rglob("*.yaml"), key=lambda path: path.relative_to(DATA).as_posix()):
        digest.update(path.relative_to(DATA).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(hashlib.sha256(profile).digest())
    return f"sha256:{digest.hexdigest()}"
