"""What an entry point says about itself, and for whom its body then works."""

import threading

import pytest

from vigia_detect.bootstrap import Vigia, caller, declared, install, needs, open_to_all, reset
from vigia_detect.domain.access import Action, Principal, PrincipalKind
from vigia_detect.errors import LoginRequiredError
from vigia_detect.security.caller import working_for
from vigia_detect.settings import Settings

ANA = Principal(PrincipalKind.PERSON, "ana")


def test_an_entry_point_names_its_action_or_why_it_is_open() -> None:
    def silent() -> None: ...

    assert declared(silent) is None
    assert declared(needs(Action.CASE_READ)(silent)) == Action.CASE_READ
    assert declared(open_to_all("because")(silent)) == "because"


def test_the_caller_is_known_inside_and_forgotten_after() -> None:
    with working_for(ANA):
        assert caller() == ANA
        with working_for(Principal(PrincipalKind.LOCAL, "local:x")):
            assert caller().name == "local:x"
        assert caller() == ANA
    with pytest.raises(LookupError):
        caller()


def test_another_thread_does_not_inherit_the_caller() -> None:
    found: list[object] = []

    def look() -> None:
        try:
            found.append(caller())
        except LookupError as error:
            found.append(type(error))

    with working_for(ANA):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert found == [LookupError]


def test_the_body_does_not_run_for_who_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    ran = []
    vigia = Vigia(Settings(home=tmp_path_factory.mktemp("home"), auth="required"))
    vigia.store.upgrade()
    install(vigia)
    try:
        with pytest.raises(LoginRequiredError):
            needs(Action.CASE_READ)(lambda: ran.append(1))()
    finally:
        reset()
        vigia.close()
    assert ran == []
