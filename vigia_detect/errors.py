"""Every error that Vigia raises on purpose.

VigiaError
├── InvalidInputError              the caller must change something
│   ├── InvalidContextError        a field of the patient context (lists every problem)
│   ├── InvalidImageError          the picture cannot be accepted
│   ├── InvalidOptionError         an unknown or wrong processing option
│   ├── InvalidDataSetError        pictures to learn from or to judge by cannot be used
│   ├── InvalidModelError          a model's files are damaged, changed or not what they say
│   ├── UnknownEscalationTypeError
│   └── IdempotencyConflictError   same key, different submission
├── NotFoundError                  no such case, alert, run or protocol passage
│   └── ErasedError                the patient's data was erased
├── NotPossibleError               not in the state in which things are now; nothing was changed
├── MustBeKeptError                deleting this is refused; nothing was deleted
│   ├── ClockDoubtError            the clock may have jumped
│   ├── LegalHoldError             somebody has put a hold on it
│   ├── RetentionPeriodError       its time is not over
│   ├── OpenWorkError              a case or alert is still open
│   └── KeyInUseError              something is still wrapped by this key
├── UnavailableError               something we stand on is away: try again later
│   ├── DatabaseUnavailableError
│   ├── BrokerUnavailableError
│   ├── KeyUnavailableError        the key-encryption key cannot be had
│   ├── LanguageModelError         no answer from the language model; nothing depends on one
│   │   ├── ModelAwayError         its server cannot serve, or is left alone for a while
│   │   ├── ModelFaultError        something in its server failed
│   │   ├── ModelSlowError         not whole in time
│   │   ├── ModelRefusedError      it will not answer this
│   │   └── ModelInvalidError      what it wrote cannot be used
│   └── StorageFullError
├── ChannelError                   a channel did not take a notification
│   ├── ChannelTemporaryError      it may take it later
│   │   └── ChannelAwayError       its server does not answer
│   └── ChannelPermanentError      it never will: tell by another channel
├── AnswerRefusedError             somebody's answer to an alert does not count
│   ├── ForgedLinkError            the link or request is not genuine
│   ├── ExpiredLinkError           its time is over
│   ├── UsedLinkError              it was used before
│   └── UnauthorisedAnswerError    this person may not give this answer
├── AccessError                    who asks may not, or is not known
│   ├── PermissionDeniedError      their roles do not allow it
│   ├── LoginRequiredError         nobody has logged in, or it is over
│   └── LoginRefusedError          password, code or provider's word do not count
├── ConfigurationError             Vigia is set up wrongly; an operator must act
│   ├── InvalidPolicyError         an escalation policy could leave somebody untold
│   ├── CheckpointConflictError    the trail is not the one that was signed before
│   └── InvalidProtocolError       a protocol passage has wrong or missing fields
├── NoNarrativeError               a case has no narrative; it is whole without one
├── PoisonMessageError             a message on a queue is none of ours
├── WaitTimeoutError               the case did not finish in the time given
└── StageError                     a stage run failed
    ├── StageTimedOutError         it ran into its soft limit
    ├── CorruptDataError           stored data does not decrypt or decode
    └── LeaseLostError             somebody else owns this run now; nothing was written

Whether trying again can help is a property of the error (`retryable`), not of who catches it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vigia_detect.phrase import Bilingual, Phrase


class VigiaError(Exception):
    """Base of all errors that Vigia raises on purpose; its text is safe to show and to log.

    The text is English. Its Spanish stands in ``cli/errors_es.yaml`` under the same template.
    """

    retryable = False

    def __init__(self, template: str = "", /, **values: object) -> None:
        """Say what is wrong: a literal, and what stands in its ``{placeholders}``."""
        super().__init__(Phrase(template, **values))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let copies and pickles be made without `__init__`, which kinds have of their own."""
        return _again, (type(self), self.args), self.__dict__

    @property
    def phrase(self) -> Phrase:
        """The text with the template and values that it was made of."""
        (said,) = self.args
        return Phrase(said)


def _again(kind: type[VigiaError], said: tuple[object, ...]) -> VigiaError:
    return kind.__new__(kind, *said)


class InvalidInputError(VigiaError):
    """The caller gave something that cannot be accepted; nothing was stored."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field.

    Attributes:
        path: where it is, for example ``patient_context.scales.braden.friction_shear``; a `Phrase`
            when it has a name in each language.
        problem: what is wrong, without the value itself if that could be the patient's text; a
            literal, or a `Phrase` when it has values.
        allowed: the allowed range or codes, or the right spelling; may be empty.
    """

    path: str
    problem: str
    allowed: str = ""

    def __str__(self) -> str:
        return str(self.phrase)

    @property
    def phrase(self) -> Phrase:
        """The whole text with the template and values that it was made of."""
        template = "{path}: {problem} ({allowed})" if self.allowed else "{path}: {problem}"
        problem, allowed = Phrase.of(self.problem), Phrase.of(self.allowed)
        return Phrase(template, path=self.path, problem=problem, allowed=allowed)


def _told(between: str, problems: Iterable[FieldProblem]) -> Phrase:
    return Phrase.joined(between, [problem.phrase for problem in problems])


class InvalidContextError(InvalidInputError):
    """The patient context has unknown fields, wrong types or values out of range."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(_told("; ", problems))
        self.problems = problems


class InvalidImageError(InvalidInputError):
    """The picture is missing, unreadable, not a picture, too large or of an unsupported kind.

    Attributes:
        code: stable name of the reason, for programs.
        es: one sentence for the person who sent it; also the text of the error.
        en: the same in English.
    """

    def __init__(self, code: str, *, es: str, en: str) -> None:
        super().__init__(es)
        self.code = code
        self.es = es
        self.en = en

    @property
    def phrase(self) -> Phrase:
        """Both sentences."""
        return Bilingual(self.en, es=self.es)

    def text(self, lang: str) -> str:
        """Return the sentence in `lang`, `es` or `en`."""
        return self.en if lang == "en" else self.es


class InvalidOptionError(InvalidInputError):
    """A processing option is unknown or has a wrong value."""


class InvalidDataSetError(InvalidInputError):
    """The folder of pictures to learn from, or to judge a model by, cannot be used; says why."""


class InvalidModelError(InvalidInputError):
    """A model's files are missing, damaged, changed or not what their manifest says."""


class UnknownEscalationTypeError(InvalidInputError):
    """The escalation type is none of the known ones, which the text lists."""


class IdempotencyConflictError(InvalidInputError):
    """The idempotency key was used before for a different submission."""


class NotFoundError(VigiaError):
    """There is no case, alert, run or protocol passage with this id."""


class NotPossibleError(VigiaError):
    """What is asked does not fit the state in which things are now; nothing was changed."""


class ErasedError(NotFoundError):
    """The patient's data was erased: the key to it is destroyed."""


class MustBeKeptError(VigiaError):
    """Deleting this is refused; nothing was deleted."""


class LegalHoldError(MustBeKeptError):
    """Somebody has put a hold on the patient or one of the cases; release it first."""


class RetentionPeriodError(MustBeKeptError):
    """The time for which this must be kept is not over, or would be shortened."""


class ClockDoubtError(MustBeKeptError):
    """The clock may have jumped: nothing goes because its time seems to be over."""


class OpenWorkError(MustBeKeptError):
    """A case has not ended or an alert waits for somebody."""


class KeyInUseError(MustBeKeptError):
    """Something is still wrapped by this key, or was a moment ago."""


class UnavailableError(VigiaError):
    """Something that Vigia stands on is away; the same call may succeed later."""

    retryable = True


class DatabaseUnavailableError(UnavailableError):
    """The database does not answer, or its tables are missing or old."""


class BrokerUnavailableError(UnavailableError):
    """The message broker does not answer. Accepted cases wait and run when it is back."""


class KeyUnavailableError(UnavailableError):
    """The key-encryption key cannot be had: its keeper is away, or lacks this version."""


class StorageFullError(UnavailableError):
    """No room is left for pictures or rows; new cases are refused until there is."""


class ChannelError(VigiaError):
    """A channel did not take a notification. Its text holds no address and no secret."""


class ChannelTemporaryError(ChannelError):
    """The channel may take it later: too many requests, a time-out, an error of its server.

    Attributes:
        retry_after_s: how long the provider asks to be left alone, in seconds; None: it said
            nothing.
    """

    retryable = True

    def __init__(
        self, template: str = "", /, *, retry_after_s: float | None = None, **values: object
    ) -> None:
        super().__init__(template, **values)
        self.retry_after_s = retry_after_s


class ChannelAwayError(ChannelTemporaryError):
    """The channel's server does not answer at all, so neither does it for anybody else.

    Attributes:
        slow: it let us wait, and so kept a worker from other messages.
    """

    def __init__(self, template: str = "", /, *, slow: bool = False, **values: object) -> None:
        super().__init__(Phrase(template, **values))
        self.slow = slow


class ChannelPermanentError(ChannelError):
    """The channel will never take it: wrong address, refused credentials, closed channel."""


class AnswerRefusedError(VigiaError):
    """Somebody's answer to an alert does not count; the alert goes on as if it had not come."""

    reason = "refused"


class ForgedLinkError(AnswerRefusedError):
    """The link, or the request that carries the answer, is not genuine."""

    reason = "forged"


class ExpiredLinkError(AnswerRefusedError):
    """The link's time is over."""

    reason = "expired"


class UsedLinkError(AnswerRefusedError):
    """The link, or the request that carries the answer, was used before."""

    reason = "used"


class UnauthorisedAnswerError(AnswerRefusedError):
    """This person may not give this answer."""

    reason = "unauthorised"


class AccessError(VigiaError):
    """Who asks is not known or may not do this; nothing was done."""


class PermissionDeniedError(AccessError):
    """The roles of who asks do not allow this. The attempt is in the audit trail.

    Attributes:
        action: what was asked for.
        policy: the id of the policy that decided.
    """

    def __init__(self, action: str, policy: str) -> None:
        super().__init__("{action} ({policy})", action=action, policy=policy)
        self.action = action
        self.policy = policy


class LoginRequiredError(AccessError):
    """Nobody has logged in on this machine, or the login or token is over or revoked."""


class LoginRefusedError(AccessError):
    """The login does not count. Its text never says which part of it was wrong."""


class ConfigurationError(VigiaError):
    """A setting, key or file that Vigia needs is missing or wrong."""


class InvalidPolicyError(ConfigurationError):
    """The escalation policies could leave somebody untold, or name what is not there."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(_told("\n", problems))
        self.problems = problems


class PoisonMessageError(VigiaError):
    """A message on a queue cannot be read, or names nothing of ours; it is dropped.

    Attributes:
        code: how it is wrong.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CheckpointConflictError(ConfigurationError):
    """A checkpoint kept outside of the database contradicts the trail: it was rewritten."""


class InvalidProtocolError(ConfigurationError):
    """A protocol passage does not fit its form; each problem names file and field."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(_told("\n", problems))
        self.problems = problems


class LanguageModelError(UnavailableError):
    """There is no answer from the language model. Nothing else depends on one."""

    reason = "away"


class ModelAwayError(LanguageModelError):
    """The server does not answer, or is left alone for a while after many failures.

    Attributes:
        retry_after_s: how long it asks to be left alone, in seconds; None: it said nothing.
    """

    def __init__(
        self, template: str = "", /, *, retry_after_s: float | None = None, **values: object
    ) -> None:
        super().__init__(template, **values)
        self.retry_after_s = retry_after_s


class ModelFaultError(LanguageModelError):
    """The server answered with a fault of its own, or is left alone after many of them."""

    reason = "server_error"


class ModelSlowError(LanguageModelError):
    """The answer was not whole in time."""

    reason = "slow"
    retryable = False


class ModelRefusedError(LanguageModelError):
    """The server or the model will not answer this."""

    reason = "refused"
    retryable = False


class ModelInvalidError(LanguageModelError):
    """What the model wrote is cut off, is no JSON, or does not fit its form."""

    reason = "invalid"
    retryable = False


class NoNarrativeError(VigiaError):
    """There is no narrative of this case; nothing else depends on one.

    Attributes:
        reason: a value of `domain.narrative.NoNarrativeReason`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = reason in {ModelAwayError.reason, ModelFaultError.reason}


class WaitTimeoutError(VigiaError):
    """The case did not reach its end in the time given; it goes on nevertheless."""


class StageError(VigiaError):
    """A stage run failed; the retry policy decides what happens next."""

    retryable = True


class StageTimedOutError(StageError):
    """The stage ran into its soft time limit."""


class CorruptDataError(StageError):
    """Stored data does not decrypt or decode; another try cannot help."""

    retryable = False


class LeaseLostError(StageError):
    """This attempt is no longer the current one; its result was not written."""

    retryable = False
