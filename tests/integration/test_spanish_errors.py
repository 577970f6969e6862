"""In Spanish a person reads Spanish: the headline, the text, and what stands in it."""

import re
from pathlib import Path

import pytest
from command import Command

ENGLISH = re.compile(
    r"\b(the|is|are|not|no such|must|cannot|there|was|with|this|does|has|should|input|line|unknown"
    r"|file|read|written|be|an|of|for)\b",
    re.IGNORECASE,
)
UNTRANSLATED = re.compile(r"`[^`]*`|'[^']*'|[\w.\-/]*[/.]\w[\w.\-/]*|\([^)]*\)")
"""Commands, values, paths and lists of codes."""


def told(home: Path, *words: str, **environment: str) -> str:
    """Return what a command says in Spanish about what is wrong."""
    done = Command(home, lang="es")(*words, **environment)
    assert done.returncode not in {0, 1}
    assert "Traceback" not in done.stderr
    assert not ENGLISH.search(UNTRANSLATED.sub("", done.stderr)), done.stderr
    return done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home whose database has its tables."""
    folder = tmp_path / "hogar"
    assert Command(folder, lang="es")("db", "upgrade").returncode == 0
    return folder


def test_a_database_without_tables(tmp_path: Path) -> None:
    said = told(tmp_path / "hogar", "cases")
    assert said.startswith("La base de datos no responde o no está preparada.")
    assert "ejecute" in said
    assert "`vigia db upgrade`" in said


def test_a_case_that_is_not_there(home: Path) -> None:
    assert told(home, "case", "nada") == "No existe: No hay ningún caso nada.\n"


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    said = told(
        tmp_path / "hogar",
        "cases",
        VIGIA_WEB_PORT="x",
        VIGIA_LOG_LEVEL="loud",
        VIGIA_LLM_BASE_URL="ftp://a",
    )
    assert said.startswith("Configuración incorrecta: VIGIA_")
    assert "VIGIA_WEB_PORT: debe ser un número entero" in said
    assert "VIGIA_LOG_LEVEL: debe ser 'debug', 'info', 'warning' o 'error'" in said
    assert "VIGIA_LLM_BASE_URL: debe ser http:// o https:// y un equipo" in said


def test_a_context_with_wrong_fields(home: Path, tmp_path: Path) -> None:
    context = tmp_path / "contexto.json"
    context.write_text('{"vitals": {"temp_c": 99}, "scales": {"braden": {"moistur": 1}}}')
    picture = tmp_path / "foto.jpg"
    picture.write_bytes(b"x")
    said = told(home, "submit", str(picture), "--patient-code", "P", "--context", str(context))
    assert "patient_context.vitals.temp_c: fuera de rango" in said
    assert "¿quiso decir" in said


def test_codes_stay_as_they_are_typed(home: Path, tmp_path: Path) -> None:
    case = tmp_path / "caso.json"
    context = '{"lesions": [{"skin_loss": "x"}]}'
    case.write_text('{"patient_code": "P", "patient_context": ' + context + "}")
    said = told(home, "assess", str(case))
    assert "skin_loss: código desconocido (none, partial, full)" in said


def test_a_file_that_is_not_json(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "caso.json"
    broken.write_text("{")
    said = told(home, "assess", str(broken))
    assert said == (
        "Datos del paciente no válidos: archivo del caso: no es JSON en la línea 1, columna 2\n"
    )
    gone = told(home, "assess", str(tmp_path / "nada.json"))
    assert gone.endswith("archivo del caso: no se puede leer (no existe el archivo o la carpeta)\n")


def test_a_hospitals_file_with_a_wrong_line(home: Path, tmp_path: Path) -> None:
    own = tmp_path / "avisos.yaml"
    own.write_text('version: "1"\npeople:\n  eva:\n    contact: []\n')
    said = told(home, "escalation", "check", str(own))
    assert said.startswith("Configuración incorrecta: avisos.yaml:")
    assert "este campo no existe" in said
    own.write_text("version: 1: 2\n")
    assert "no es YAML (aquí no puede ir" in told(home, "escalation", "check", str(own))


def test_a_part_that_fails_is_told_by_the_doctor(home: Path) -> None:
    done = Command(home, lang="es")("doctor", VIGIA_CA_FILE=str(home / "nada.pem"))
    assert "La cola de mensajes no responde. Los casos aceptados se procesan" in done.stdout


def test_in_english_it_is_english(home: Path) -> None:
    done = Command(home, lang="en")("case", "nothing")
    assert done.stderr == "Not found: There is no case nothing.\n"
