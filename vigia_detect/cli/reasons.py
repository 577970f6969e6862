"""Why some commands ask nobody for permission; `vigia permissions` and the reference say so too."""

FILES = "works on files that the caller gives; nothing of a stored case is read or written"
PROCESS = "runs a process of the system, with the keys that whoever starts it holds already"
THROW_AWAY = "test cases in a throw-away home"
DOCTOR = "must work when nothing else does; shows no patient data"
TABLES = "there are no people before it has run"
LOGIN = "comes before a login, or ends it"
PUBLIC = "who may do what is no secret"
