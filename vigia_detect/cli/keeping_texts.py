"""What the commands about keys, holds, retention and erasure say; part of `TEXTS`."""

from collections.abc import Mapping

KEEPING_TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "ClockDoubtError": "El reloj puede haber saltado: no se borró nada",
        "LegalHoldError": "Bajo retención legal: no se borró nada",
        "RetentionPeriodError": "El plazo de conservación lo impide: no se borró nada",
        "OpenWorkError": "Hay trabajo sin terminar: no se borró nada",
        "KeyInUseError": "La llave está en uso: no se destruyó",
        "KeyUnavailableError": "La llave de cifrado no está disponible",
        "check_retention": "plazos de conservación",
        "check_audit": "registro de auditoría (quién firma)",
        "audit_conflict": "Los puntos de control guardados fuera contradicen el registro: la base "
        "de datos fue reescrita o repuesta. Guarde ambos y ejecute vigia audit verify; cuando se "
        "aclare, vigia alert close.",
        "erased": "(datos borrados el {at})",
        "key_version": "Versión",
        "key_state": "Estado",
        "key_wraps": "Llaves que cifra",
        "created_at": "Creada (UTC)",
        "destroyed_at": "Destruida (UTC)",
        "keys_progress": "{count} llaves cifradas de nuevo…",
        "keys_rotated": "La versión {version} cifra desde ahora; {count} llaves cifradas de nuevo.",
        "keys_resumed": "Se terminó la rotación interrumpida.",
        "keys_next": "Cuando ya no haga falta ninguna versión anterior: vigia keys destroy VERSION",
        "keys_destroyed": "Versión {version} destruida: lo que solo ella cifraba ya no se puede "
        "leer, tampoco en copias de seguridad.",
        "signing_rotated": "Desde ahora firma {public}. La llave anterior se destruyó; la primera "
        "llave pública sigue sirviendo para verificar. Copie la llave nueva a los demás equipos y "
        "a su respaldo.",
        "keys_good": "{count} llaves se abren.",
        "keys_bad": "No se abre: {name}",
        "keys_left_over": "La versión {version} se destruyó, pero sigue donde se guardan las "
        "llaves: repita vigia keys destroy {version}",
        "subject": "Paciente o caso",
        "reason": "Motivo",
        "reference": "Referencia",
        "placed_at": "Desde (UTC)",
        "placed_by": "Puesta por",
        "released_at": "Levantada (UTC)",
        "hold": "Retención",
        "hold_placed": "Retención {hold} puesta: nada de {subject} se borra.",
        "hold_released": "Retención {hold} levantada: lo de {subject} sigue sus plazos.",
        "no_holds": "No hay retenciones.",
        "kind_of_data": "Datos",
        "period": "Plazo (días)",
        "goes": "Se borraría",
        "gone": "Se borró",
        "held": "Retenido",
        "examples": "Por ejemplo",
        "audit_stays": "Las entradas de auditoría no se borran.",
        "erase_plan": "Paciente {patient}: {cases} casos, {files} archivos.",
        "erase_possible": "Se puede borrar. Nada se ha borrado todavía.",
        "erase_done": "Paciente borrado: {cases} casos, {files} archivos. Queda como {name}.",
        "erase_backups": "Las copias de seguridad anteriores aún guardan la llave del paciente: "
        "deben caducar, o rote la llave y destruya la versión anterior.",
        "erase_not_scrubbed": "La base de datos está ocupada: sus restos se sobrescriben con "
        "vigia retention run.",
        "erase_who": "Indique un seudónimo o --patient-code-from-stdin, y solo uno.",
    },
    "en": {
        "ClockDoubtError": "The clock may have jumped: nothing was deleted",
        "LegalHoldError": "Under legal hold: nothing was deleted",
        "RetentionPeriodError": "The period of retention forbids it: nothing was deleted",
        "OpenWorkError": "Work is still open: nothing was deleted",
        "KeyInUseError": "The key is in use: it was not destroyed",
        "KeyUnavailableError": "The encryption key cannot be had",
        "check_retention": "periods of retention",
        "check_audit": "audit trail (who signs)",
        "audit_conflict": "Checkpoints kept outside contradict the trail: the database was "
        "rewritten or set back. Keep both and run vigia audit verify; once it is cleared up, "
        "vigia alert close.",
        "erased": "(data erased on {at})",
        "key_version": "Version",
        "key_state": "State",
        "key_wraps": "Keys it wraps",
        "created_at": "Made (UTC)",
        "destroyed_at": "Destroyed (UTC)",
        "keys_progress": "{count} keys wrapped anew…",
        "keys_rotated": "Version {version} wraps from now on; {count} keys wrapped anew.",
        "keys_resumed": "The interrupted rotation was finished.",
        "keys_next": "When no earlier version is needed any more: vigia keys destroy VERSION",
        "keys_destroyed": "Version {version} destroyed: what it alone wrapped cannot be read any "
        "more, in backups neither.",
        "signing_rotated": "{public} signs from now on. The key before was destroyed; the first "
        "public key is still what verifies. Copy the new key to the other hosts and to its backup.",
        "keys_good": "{count} keys open.",
        "keys_bad": "Does not open: {name}",
        "keys_left_over": "Version {version} was destroyed, but is still where the keys are kept: "
        "repeat vigia keys destroy {version}",
        "subject": "Patient or case",
        "reason": "Reason",
        "reference": "Reference",
        "placed_at": "Since (UTC)",
        "placed_by": "Placed by",
        "released_at": "Released (UTC)",
        "hold": "Hold",
        "hold_placed": "Hold {hold} placed: nothing of {subject} is deleted.",
        "hold_released": "Hold {hold} released: {subject} follows its periods again.",
        "no_holds": "There are no holds.",
        "kind_of_data": "Data",
        "period": "Period (days)",
        "goes": "Would go",
        "gone": "Gone",
        "held": "Held",
        "examples": "For example",
        "audit_stays": "Audit entries are not deleted.",
        "erase_plan": "Patient {patient}: {cases} cases, {files} files.",
        "erase_possible": "It can be erased. Nothing has been deleted yet.",
        "erase_done": "Patient erased: {cases} cases, {files} files. What is left is {name}.",
        "erase_backups": "Earlier backups still hold the patient's key: they must expire, or "
        "rotate the key and destroy the version before.",
        "erase_not_scrubbed": "The database is busy: what is left in its files is overwritten by "
        "vigia retention run.",
        "erase_who": "Name a pseudonym or --patient-code-from-stdin, and only one.",
    },
}
