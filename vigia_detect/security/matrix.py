"""What each role may do: the policies asked once for each pair."""

from collections.abc import Mapping

from vigia_detect.domain.access import Action, Decision, Principal, PrincipalKind, Role
from vigia_detect.security.policies import PolicyBook


def matrix(book: PolicyBook) -> Mapping[Action, Mapping[Role, Decision]]:
    """Return the decision for a person who has one role and nothing else, by action and role."""
    return {
        action: {role: book.decide(somebody(role), action) for role in Role} for action in Action
    }


def somebody(*roles: Role) -> Principal:
    """Return a person without a name who has these roles."""
    return Principal(PrincipalKind.PERSON, "somebody", roles=frozenset(roles))
