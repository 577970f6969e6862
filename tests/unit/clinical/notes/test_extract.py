"""Single readings that have gone wrong, or must never."""

import pytest

from vigia_detect.clinical.notes import extract

TEMP, SBP, ODOUR = "vitals.temp_c", "vitals.sbp_mmhg", "lesions[].odour"
FEVER, SEPSIS = "symptoms.fever", "symptoms.suspected_sepsis"
PUS = "lesions[].exudate_type"


def values(text: str, field: str, lang: str = "es") -> list[object]:
    return [one.value for one in extract(text, lang) if one.field == field]


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("T° 38,5", TEMP, [38.5]),
        ("Tº 38.5", TEMP, [38.5]),
        ("T 38'5", TEMP, [38.5]),
        ("38,5 °C", TEMP, [38.5]),
        ("T° 385", TEMP, []),
        ("cabecera a 30°", TEMP, []),
        ("suero a 37 °C", TEMP, []),
        ("sin T° mayor a 38", TEMP, []),
        ("avisar si T° > 38", TEMP, []),
        ("PA 80/45, repite 92/50", SBP, [80, 92]),
        ("PA basal 140/80", SBP, []),
        ("PA 90/60 (habitual)", "vitals.baseline_sbp_mmhg", [90]),
        ("PA habitual 120/70, hoy 88/50", SBP, [88]),
        ("PA basal 130/80; actual 92/60", SBP, [92]),
        ("PA 130/70 ayer, ahora 88/50", SBP, [130, 88]),
        ("curado hoy 10/11", SBP, []),
        ("TAS 85 mmHg", SBP, [85]),
        ("precion arterial 85/50", SBP, [85]),
        ("Antecedente de sepsis en 2019 con fiebre de 39,5", TEMP, []),
        ("Antecedente de ACV en 2019. Con T° 38,5", TEMP, [38.5]),
        ("Antecedente de ACV en 2019, hoy con T° 38,5", TEMP, [38.5]),
        ("PA 12/8", SBP, []),
        ("curado el 7/10", "lesions[].pain_0_10", []),
        ("EVA 7-8/10", "lesions[].pain_0_10", [7, 8]),
        ("albúmina 41 g/L", "labs.albumin_g_dl", [4.1]),
        ("albúmina 28", "labs.albumin_g_dl", []),
        ("albúmina 2,8 mg/dL", "labs.albumin_g_dl", []),
        ("albúmina 20% 50 ml", "labs.albumin_g_dl", []),
        ("ringer lactato 20 ml", "labs.lactate_mmol_l", []),
        ("lactato > 4", "labs.lactate_mmol_l", [4]),
        ("SatO2 > 92%", "vitals.spo2_percent", []),
        ("GCS E4V5M6", "vitals.gcs", [15]),
        ("glicemia 14 mmol/L", "labs.glucose_mg_dl", [252]),
    ],
)
def test_figures(text: str, field: str, expected: list[object]) -> None:
    assert values(text, field) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BP usually 130/80, now 85/50", [85]),
        ("BP 130/80 yesterday, today 88/52", [130, 88]),
        ("wound reviewed today 10/11", []),
    ],
)
def test_a_pressure_of_now_after_the_usual_one(text: str, expected: list[object]) -> None:
    assert values(text, SBP, "en") == expected


def test_a_change_in_mental_status_is_new() -> None:
    note = "change in mental status since last night"
    assert values(note, "vitals.mental_state", "en") == ["confused"]
    assert values(note, "vitals.mental_state_new", "en") == [True]


@pytest.mark.parametrize(
    ("text", "lang", "celsius"),
    [("temp 102.2 F", "en", 39.0), ("T 101.3", "en", 38.5), ("T° 101,3", "es", None)],
)
def test_fahrenheit_goes_without_saying_only_in_english(
    text: str, lang: str, celsius: float | None
) -> None:
    assert values(text, TEMP, lang) == ([] if celsius is None else [celsius])


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("Afebril", FEVER, [False]),
        ("no febril", FEVER, [False]),
        ("sin fiebre, herida con pus", PUS, ["purulent"]),
        ("sin fiebre, pus abundante", PUS, ["purulent"]),
        ("sin fiebre, pus ni mal olor", PUS, []),
        ("niega fiebre, calofríos, mal olor", ODOUR, ["none"]),
        ("niega alergias, sangrado activo", "lesions[].bleeding", ["brisk"]),
        ("sin visitas, sangrado activo, mal olor", "lesions[].bleeding", ["brisk"]),
        ("no presenta: calofríos, crepitación", "lesions[].crepitus", [False]),
        ("sin compromiso de conciencia", "vitals.mental_state", ["alert"]),
        ("sin fiebre, confusión ni calofríos", "vitals.mental_state", []),
        ("no sin pus", PUS, ["purulent"]),
        ("no solo tiene mal olor", ODOUR, ["foul"]),
        ("sin mejoría del mal olor", ODOUR, ["foul"]),
        ("no impresiona séptico", SEPSIS, [False]),
        ("no se descarta sepsis", SEPSIS, [True]),
        ("se descarta sepsis", SEPSIS, [False]),
        ("mal olor: sí", ODOUR, ["foul"]),
        ("mal olor: no", ODOUR, ["none"]),
        ("fiebre: no\npus: sí", PUS, ["purulent"]),
        ("¿fiebre? no", FEVER, [False]),
        ("sin exudado purulento", "lesions[].exudate_amount", []),
        ("eritema que no avanza", "lesions[].erythema_advancing", [False]),
        ("pulso pedio no palpable", "lesions[].distal_pulse", ["absent"]),
        ("no está orientada", "vitals.mental_state", ["confused"]),
        ("no está confusa", "vitals.mental_state", []),
    ],
)
def test_denial(text: str, field: str, expected: list[object]) -> None:
    assert values(text, field) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Antecedentes:\n- sepsis en 2019\n- gangrena",
        "Antecedentes familiares: madre con sepsis y fiebre",
        "hace 2 semanas presentó fiebre",
        "fiebre en su hermano",
        "si presenta fiebre o pus, avisar",
        "educación sobre signos de alarma: fiebre, pus, mal olor",
        "prevención de infecciones",
        "fiebre, ya resuelta",
        "estado grave, crítico, severo, ayuda",
        "orina de mal olor",
        "crépitos bibasales",
    ],
)
def test_what_is_not_the_patients_present_is_not_found(text: str) -> None:
    assert extract(text, "es") == ()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Antecedentes de DM2, HTA, febril 38,9, PA 80/40", SBP),
        ("Antecedente de LPP, hoy con pus", PUS),
        ("úlcera de 2019, hoy con pus", PUS),
        ("la hija refiere fiebre", FEVER),
        ("hija presente, herida con pus", PUS),
        ("la hija con la que vive refiere fiebre", FEVER),
        ("riesgo de caídas, herida con pus", PUS),
        ("tuvo fiebre anoche", FEVER),
        ("operada en 2019 ingresa confusa con PA 80/40", SBP),
        ("antecedente de HTA, exudado purulento", PUS),
        ("se educa sobre reposo, herida con pus", PUS),
        ("paracetamol SOS, herida con pus", PUS),
        ("mantener apósito limpio, herida con pus", PUS),
        ("noradrenalina suspendida, pus en herida", PUS),
        ("8 AM fiebre 39", FEVER),
        ("ante PA 80/40 se avisa", SBP),
    ],
)
def test_what_stands_beside_history_family_or_plans_is_found(text: str, field: str) -> None:
    assert values(text, field)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ("fievre", FEVER),
        ("fibere", FEVER),
        ("secresion purulneta", PUS),
        ("mal olro", ODOUR),
        ("crepitasion", "lesions[].crepitus"),
        ("confuza", "vitals.mental_state"),
    ],
)
def test_misspelt_red_flags_are_found(wrong: str, field: str) -> None:
    assert values(wrong, field)


@pytest.mark.parametrize("text", ["contusión en pierna", "paciente agotada", "no entiende"])
def test_right_words_are_not_corrected_into_red_flags(text: str) -> None:
    assert extract(text, "es") == ()


def test_a_misspelling_never_turns_a_denial_around() -> None:
    assert values("afevril", FEVER) == [False]
    assert values("niega fievre", FEVER) == [False]


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("confusa desde esta mañana", [True]),
        ("más confusa que lo habitual", [True]),
        ("confusión basal sin cambio", [False]),
        ("hoy con su confusión habitual", [False]),
        ("confusa", []),
        ("lúcida (basal)", [False]),
    ],
)
def test_whether_a_mental_state_is_new(text: str, new: list[bool]) -> None:
    assert values(text, "vitals.mental_state_new") == new
