import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from vigia_detect.docs.settings import variables
from vigia_detect.errors import ConfigurationError
from vigia_detect.settings import Settings, load_settings

WRONG = {
    "VIGIA_LANG": "fr",
    "VIGIA_LOG_LEVEL": "loud",
    "MEDICAL_TASK_TIMEOUT": "1",
    "IMAGE_ANALYSIS_TIMEOUT": "soon",
    "CELERY_WORKER_CONCURRENCY": "0",
    "CELERY_WORKER_PREFETCH": "-1",
    "VIGIA_LEASE_S": "0.5",
    "VIGIA_SWEEP_S": "2",
    "VIGIA_FAILURE_WINDOW_S": "9",
    "VIGIA_FAILURE_RATE": "0",
    "VIGIA_FAILURE_LEAST": "0",
    "VIGIA_WEB_PORT": "70000",
    "VIGIA_HEARTBEAT_S": "0",
    "VIGIA_MAX_IMAGE_MB": "0",
    "VIGIA_MAX_IMAGE_MEGAPIXELS": "501",
    "VIGIA_MIN_FREE_MB": "-1",
    "VIGIA_AUDIT_CHECKPOINT_ENTRIES": "0",
    "VIGIA_AUDIT_CHECKPOINT_S": "0.5",
    "VIGIA_AUTH": "maybe",
    "VIGIA_SESSION_S": "59",
    "VIGIA_ANSWER_CACHE_S": "-1",
    "VIGIA_LLM_BASE_URL": "ftp://h",
    "VIGIA_LLM_TIMEOUT_S": "0",
    "VIGIA_LLM_DEADLINE_S": "0",
    "VIGIA_LLM_SLOTS": "0",
    "VIGIA_LLM_PICTURE": "maybe",
    "VIGIA_LLM_MAX_TOKENS": "63",
    "VIGIA_ACK_LINK_S": "59",
    "VIGIA_REVIEW_LEASE_S": "59",
    "VIGIA_CHANNEL_TIMEOUT_S": "0",
    "VIGIA_SLACK_PEOPLE": "U1",
    "VIGIA_SMTP_PORT": "0",
    "VIGIA_SMTP_TLS": "maybe",
    "VIGIA_KEY_SOURCE": "drawer",
    "VIGIA_VAULT_URL": "http://vault.example.org:8200",
    "VIGIA_RETENTION_AUDIT_YEARS": "6",
    "VIGIA_RETENTION_RECORD_YEARS": "0",
    "VIGIA_RETENTION_IMAGES_YEARS": "0",
    "VIGIA_RETENTION_DETAILS_YEARS": "0",
    "VIGIA_RETENTION_IDEMPOTENCY_DAYS": "0",
    "VIGIA_RETENTION_NOTIFICATIONS_DAYS": "0",
}

SPECIAL = {
    "lang": "en",
    "log_level": "error",
    "sweep_s": "0.25",
    "broker": "redis://h",
    "ack_link_s": "61",
    "review_lease_s": "61",
    "failure_window_s": "61",
    "failure_rate": "0.5",
    "auth": "required",
    "oidc_issuer": "https://h",
    "session_s": "61",
    "llm_base_url": "https://h/v1",
    "llm_timeout_s": "61",
    "llm_deadline_s": "61",
    "llm_picture": "before",
    "llm_max_tokens": "65",
    "heartbeat_url": "https://h",
    "timestamp_url": "http://tsa.example/",
    "public_url": "https://h",
    "slack_api_url": "https://h",
    "slack_people": "U1=Ana",
    "smtp_tls": "tls",
    "key_source": "vault",
    "vault_url": "https://h",
    "retention_audit_years": "8",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, field in Settings.model_fields.items():
        for variable in (*variables(name, field), f"VIGIA_{name.upper()}"):
            monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize("variable", WRONG)
def test_a_wrong_value_stops_with_an_error_that_names_the_variable(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, WRONG[variable])
    with pytest.raises(ConfigurationError, match=rf"^{variable}: "):
        load_settings()


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in WRONG.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as found:
        load_settings()
    assert set(re.findall(r"(?:^|; )([A-Z_]+):", str(found.value))) == set(WRONG)


def test_every_setting_with_limits_has_a_wrong_value_here() -> None:
    limited = {
        variables(name, field)[0]
        for name, field in Settings.model_fields.items()
        if field.metadata or "Literal" in str(field.annotation)
    }
    assert limited == set(WRONG) - {
        "VIGIA_LLM_BASE_URL",
        "VIGIA_SLACK_PEOPLE",
        "VIGIA_VAULT_URL",
    }  # read by a validator, not by limits


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_documented_variable_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field = Settings.model_fields[name]
    value = SPECIAL.get(name, "7")
    for variable in variables(name, field):
        with monkeypatch.context() as environment:
            environment.setenv(variable, value)
            assert getattr(load_settings(), name) != field.default


def test_the_celery_variable_of_the_broker_counts_before_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://second")
    assert load_settings().broker == "redis://second"
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://first")
    assert load_settings().broker == "redis://first"


def test_without_any_variable_all_state_lies_in_the_home() -> None:
    settings = load_settings()
    root = Path("~/.vigia").expanduser()
    assert settings.root == root
    assert settings.embedded_broker
    assert settings.sql_url == f"sqlite:///{root}/vigia.db"
    assert settings.master_key_file == root / "keys" / "master.key"
    assert settings.image_folder == root / "images"


def test_a_home_may_be_relative(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIA_HOME", "here")
    assert load_settings().root == tmp_path / "here"


def test_settings_do_not_change_while_a_process_runs() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.lang = "en"


def test_the_people_of_slack_are_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIA_SLACK_PEOPLE", " U1=Ana Soto, U2 = Luis Rey,")
    assert load_settings().people_of_slack == {"U1": "Ana Soto", "U2": "Luis Rey"}


def test_a_secret_is_not_shown_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIA_SLACK_TOKEN", "xoxb-very-secret")
    assert "very-secret" not in repr(load_settings())


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://secret", "https://", "http://[secret"]
)
@pytest.mark.parametrize("name", ["HEARTBEAT_URL", "PUBLIC_URL", "SLACK_API_URL"])
def test_an_address_is_of_the_web_and_not_quoted(
    name: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VIGIA_{name}", url)
    with pytest.raises(ConfigurationError, match=f"VIGIA_{name}") as found:
        load_settings()
    assert "secret" not in str(found.value)
