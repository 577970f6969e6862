"""Every setting, in one frozen object. Nothing else in Vigia reads the environment.

`docs/reference/settings.md` is generated from this file and a test keeps the two the same.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from vigia_detect.access_settings import AccessSettings
from vigia_detect.errors import ConfigurationError
from vigia_detect.keeping_settings import KeepingSettings
from vigia_detect.knowledge_settings import KnowledgeSettings
from vigia_detect.llm_settings import LlmSettings
from vigia_detect.phrase import Phrase
from vigia_detect.validation import said

WEB_SCHEMES = ("http", "https")
BROKER_SCHEMES = ("redis", "rediss", "redis+socket")


class Settings(KeepingSettings, AccessSettings, KnowledgeSettings, LlmSettings):
    """What an operator can set, by environment variable."""

    model_config = SettingsConfigDict(
        env_prefix="VIGIA_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(
        Path("~/.vigia"), description="Folder that holds all state of the embedded default."
    )
    lang: Literal["es", "en"] = Field("es", description="Language of messages: `es` or `en`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )

    database_url: str = Field(
        "", description="SQLite or PostgreSQL URL; empty: `vigia.db` in `VIGIA_HOME`."
    )
    broker: str = Field(
        "",
        validation_alias=AliasChoices("CELERY_BROKER_URL", "REDIS_URL"),
        description="Redis or Valkey URL of the broker (`CELERY_BROKER_URL`, else `REDIS_URL`); "
        "empty: the embedded server in `VIGIA_HOME`.",
    )
    result_backend: str = Field(
        "",
        validation_alias="CELERY_RESULT_BACKEND",
        description="Handed to Celery for tasks that are not Vigia's own. Vigia's results live "
        "in its database and are never sent to a result backend.",
    )

    medical_task_timeout: int = Field(
        300,
        ge=2,
        le=3600,
        validation_alias="MEDICAL_TASK_TIMEOUT",
        description="Hard limit in seconds of one run of a medical task.",
    )
    image_analysis_timeout: int = Field(
        240,
        ge=2,
        le=3600,
        validation_alias="IMAGE_ANALYSIS_TIMEOUT",
        description="Hard limit in seconds of one run of image analysis.",
    )
    worker_concurrency: int = Field(
        2,
        ge=1,
        le=256,
        validation_alias="CELERY_WORKER_CONCURRENCY",
        description="Processes of a general worker.",
    )
    worker_prefetch: int = Field(
        1,
        ge=1,
        le=100,
        validation_alias="CELERY_WORKER_PREFETCH",
        description="Messages that a worker process may hold in advance. More than 1 lets an "
        "emergency wait behind them.",
    )

    lease_s: float = Field(
        10.0,
        ge=1.0,
        le=600.0,
        description="Seconds after which the work of a silent process is given to another.",
    )
    sweep_s: float = Field(
        0.5,
        ge=0.05,
        le=1.0,
        description="Seconds between two looks for lost messages, lapsed leases and deadlines.",
    )
    failure_window_s: float = Field(
        300.0, ge=10.0, le=86_400.0, description="Seconds over which failed attempts are counted."
    )
    failure_rate: float = Field(
        0.2,
        gt=0.0,
        le=1.0,
        description="Share of failed attempts at which a system alert opens, once an episode; it "
        "ends when the share has fallen to half of this.",
    )
    failure_least: int = Field(
        10,
        ge=1,
        le=100_000,
        description="Failed attempts in the window below which no such alert opens.",
    )
    escalation_file: Path | None = Field(
        None,
        description="YAML file with the hospital's own people, roles and escalation policies; "
        "empty: `escalation.yaml` in `VIGIA_HOME`, if it is there.",
    )
    time_zone: str = Field(
        "America/Santiago",
        description="The hospital's time zone (IANA name), for shifts and quiet hours.",
    )

    heartbeat_url: str = Field(
        "",
        description="http(s) address outside of the house that is called while everything due has "
        "fired, and that raises the alarm when no call comes; empty: none.",
    )
    heartbeat_s: float = Field(
        60.0, ge=1.0, le=3600.0, description="Seconds between two looks of the watchdog."
    )

    max_image_mb: int = Field(30, ge=1, le=500, description="Largest accepted picture file, MB.")
    max_image_megapixels: int = Field(
        60, ge=1, le=500, description="Largest accepted picture, million pixels."
    )
    min_free_mb: int = Field(
        200, ge=0, description="New cases are refused when less room than this is left, MB."
    )
    database_app_role: str = Field(
        "",
        description="PostgreSQL role that the processes work as, when `vigia db upgrade` is run by "
        "the tables' owner: it gets what it needs, and may only read and add to the audit trail.",
    )
    audit_key_file: Path | None = Field(
        None,
        description="File with the key that signs the audit trail's checkpoints, mode 0600; empty: "
        "`keys/audit.key` in `VIGIA_HOME`, made on first use.",
    )
    audit_folder: Path | None = Field(
        None,
        description="Folder outside of the database where checkpoints are kept as well, best on "
        "another machine; empty: `audit` in `VIGIA_HOME`.",
    )
    audit_checkpoint_entries: int = Field(
        500,
        ge=1,
        le=1_000_000,
        description="A checkpoint is signed at least every so many entries.",
    )
    audit_checkpoint_s: float = Field(
        60.0,
        ge=1.0,
        le=86_400.0,
        description="Seconds after which new entries get a checkpoint, however few they are.",
    )
    profile: Path | None = Field(
        None, description="YAML file with the hospital's own cut-offs and times."
    )

    review_lease_s: float = Field(
        1800.0, ge=60.0, le=86_400.0, description="Seconds for which a claim for review holds."
    )

    public_url: str = Field(
        "",
        description="Where people reach Vigia's web pages, such as `https://vigia.hospital.cl`; "
        "empty: messages carry no link to answer by.",
    )
    web_host: str = Field(
        "127.0.0.1",
        description="Address on which `vigia serve` listens; a reverse proxy stands before it.",
    )
    web_port: int = Field(
        8000,
        ge=0,
        le=65535,
        description="Its port. `vigia up` serves it, too, when links or Slack's buttons are set up "
        "(`VIGIA_PUBLIC_URL`, `VIGIA_SLACK_SIGNING_SECRET`, `VIGIA_SLACK_APP_TOKEN`); 0: never.",
    )
    ack_link_s: float = Field(
        43_200.0,
        ge=60.0,
        le=604_800.0,
        description="Seconds for which a link to answer an alert is good; the default is a shift "
        "of 12 hours.",
    )
    channel_timeout_s: float = Field(
        5.0,
        ge=0.1,
        le=60.0,
        description="Seconds that a channel's server may be silent before another try or channel.",
    )
    ca_file: Path | None = Field(
        None,
        description="PEM file with the hospital's own certificate authority, trusted besides the "
        "system's by broker, Vault, e-mail, webhook, Slack and the language model's client; alone "
        "for the identity provider.",
    )

    slack_token: SecretStr | None = Field(
        None, description="Slack bot token (`xoxb-...`) with the scope `chat:write`."
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="Slack signing secret, which proves that a pressed button is Slack's."
    )
    slack_app_token: SecretStr | None = Field(
        None,
        description="Slack app-level token (`xapp-...`) with the scope `connections:write`: then "
        "buttons are heard by Socket Mode, and Slack need not reach Vigia; empty: by HTTP only.",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", description="Base URL of Slack's Web API, ending with a slash."
    )
    slack_people: str = Field(
        "",
        description="Slack user ids and the people behind them, such as "
        "`U02A1B2C3=Ana Soto,U02D4E5F6=Luis Rey`; nobody else's button counts.",
    )

    smtp_host: str = Field("", description="Mail server; empty: no e-mail.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_user: str = Field("", description="User at the mail server; empty: no login.")
    smtp_password: SecretStr | None = Field(None, description="Password of that user.")
    smtp_from: str = Field("", description="Sender of mails, such as `Vigia <vigia@hospital.cl>`.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the way to the mail server is encrypted; certificates are always "
        "verified. `none` refuses to log in.",
    )

    webhook_secret: SecretStr | None = Field(
        None,
        description="Secret that signs webhooks: `whsec_` and base64 (standardwebhooks.com).",
    )

    @field_validator("broker")
    @classmethod
    def _check_broker(cls, url: str) -> str:
        """Refuse here what would fail at the first message. The text must not quote the URL."""
        if not url:
            return url
        known = ", ".join(f"{scheme}:" for scheme in BROKER_SCHEMES)
        try:
            parts = urlsplit(url)
            fits = parts.scheme in BROKER_SCHEMES and parts.port != 0
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(
                Phrase(
                    "must be a URL that starts with one of {known} and has a right port",
                    known=known,
                )
            )
        return url

    @field_validator("heartbeat_url", "oidc_issuer", "public_url", "slack_api_url", "timestamp_url")
    @classmethod
    def _check_web(cls, url: str) -> str:
        """Refuse other schemes here. The text must not quote the URL: it may be a secret."""
        try:
            fits = not url or (urlsplit(url).scheme in WEB_SCHEMES and bool(urlsplit(url).hostname))
        except ValueError:
            fits = False
        if not fits:
            raise ValueError("must be a URL that starts with http: or https:")
        return url

    @field_validator("slack_people")
    @classmethod
    def _check_people(cls, text: str) -> str:
        _people(text)
        return text

    @property
    def people_of_slack(self) -> Mapping[str, str]:
        """Person by Slack user id."""
        return _people(self.slack_people)

    @property
    def serves_web(self) -> bool:
        """Whether `vigia up` serves answers: somebody could give one by a link or a button."""
        ways = (self.public_url, self.slack_signing_secret, self.slack_app_token)
        return self.web_port > 0 and any(ways)

    @property
    def root(self) -> Path:
        """`home`, absolute."""
        return self.home.expanduser().absolute()

    @property
    def embedded_broker(self) -> bool:
        """Whether the broker is the embedded server."""
        return not self.broker

    @property
    def sql_url(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.root / 'vigia.db'}"

    @property
    def master_key_file(self) -> Path:
        """Where the master key lies."""
        return self.key_file or self.root / "keys" / "master.key"

    @property
    def signing_key_file(self) -> Path:
        """Where the key lies that signs the trail's checkpoints."""
        return self.audit_key_file or self.root / "keys" / "audit.key"

    @property
    def checkpoint_folder(self) -> Path:
        """Where checkpoints are kept outside of the database."""
        return self.audit_folder or self.root / "audit"

    @property
    def own_escalation(self) -> Path | None:
        """The hospital's file of escalation policies, or None when it has none."""
        if self.escalation_file is not None:
            return self.escalation_file
        usual = self.root / "escalation.yaml"
        return usual if usual.exists() else None

    @property
    def own_permissions(self) -> Path | None:
        """The hospital's file of permissions, or None when it has none."""
        if self.permissions_file is not None:
            return self.permissions_file
        usual = self.root / "permissions.cedar"
        return usual if usual.exists() else None

    @property
    def session_file(self) -> Path:
        """Where `vigia login` keeps its token."""
        return self.root / "session"

    @property
    def protocol_folder(self) -> Path:
        """Where the hospital's own protocol passages lie, or would lie."""
        return self.protocols or self.root / "protocols"

    @property
    def own_protocols(self) -> Path | None:
        """That folder, or None when the hospital has none."""
        usual = self.protocol_folder
        return usual if self.protocols is not None or usual.exists() else None

    @property
    def image_folder(self) -> Path:
        """Where encrypted pictures lie."""
        return self.root / "images"


def _people(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(user.strip() and person.strip() for user, _, person in pairs):
        raise ValueError("must be pairs of a Slack user id, `=` and a name, separated by commas")
    return {user.strip(): person.strip() for user, _, person in pairs}


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        ConfigurationError: a variable has a wrong value; the text names it and what is allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            Phrase("{name}: {problem}", name=_variable(str(one["loc"][0])), problem=said(one))
            for one in error.errors()
        ]
        raise ConfigurationError(Phrase.joined("; ", problems)) from None


def _variable(name: str) -> str:
    return f"VIGIA_{name.upper()}" if name in Settings.model_fields else name
