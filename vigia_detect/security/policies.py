"""The policies: ours with the hospital's over them, checked against the schema, and asked."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cedarpy

from vigia_detect.domain.access import Action, Decision, Principal
from vigia_detect.errors import ConfigurationError
from vigia_detect.phrase import Phrase

HERE = Path(__file__).parent
OURS = HERE / "policies.cedar"
SCHEMA = HERE / "schema.cedarschema"
NO_POLICY = "no-policy"
"""The deciding policy of what nothing permits."""

Policies = dict[str, dict[str, Any]]


class PolicyBook:
    """Answers what a principal may do. The same question always has the same answer."""

    def __init__(self, own: Path | None = None) -> None:
        """Read the policies.

        Args:
            own: the hospital's file, or None.

        Raises:
            ConfigurationError: a file cannot be read, does not fit the schema, or replaces what
                is locked.
        """
        schema = SCHEMA.read_text()
        self.text = merged(_read(OURS), _read(own) if own is not None else {})
        checked = cedarpy.validate_policies(self.text, schema)
        if not checked.validation_passed:
            problems = "; ".join(error.error for error in checked.errors)
            raise ConfigurationError("{file}: {problems}", file=own or OURS, problems=problems)
        self._policies = cedarpy.PolicySet.from_str(self.text)
        self._schema = cedarpy.Schema.from_str(schema)

    def decide(self, principal: Principal, action: Action) -> Decision:
        """Return whether `principal` may do `action`, and which policy says so.

        An error while a policy is evaluated means no: a forbid that failed must not be lost.
        """
        uid = {"type": principal.kind.value, "id": principal.name}
        request = {
            "principal": uid,
            "action": {"type": "Action", "id": action.value},
            "resource": {"type": "Installation", "id": "vigia"},
            "context": _context(principal, action),
        }
        roles = [{"type": "Role", "id": role.value} for role in sorted(principal.roles)]
        entities = [{"uid": uid, "attrs": {}, "parents": roles}]
        answer = cedarpy.is_authorized(request, self._policies, entities, self._schema)
        found = answer.diagnostics
        named = [found.id_annotations_by_reason[reason] for reason in found.reasons]
        allowed = answer.allowed and not found.errors
        return Decision(allowed, ",".join(sorted(named)) or NO_POLICY)


def _context(principal: Principal, action: Action) -> dict[str, object]:
    context: dict[str, object] = {"asked": action.value, "glass": bool(principal.glass_id)}
    if principal.scopes is not None:
        context["scopes"] = sorted(principal.scopes)
    return context


def merged(ours: Mapping[str, dict[str, Any]], own: Mapping[str, dict[str, Any]]) -> str:
    """Return the text of all policies; one of `own` takes the place of ours of the same id.

    Raises:
        ConfigurationError: one that is locked would be replaced.
    """
    taken = [name for name in own if "locked" in ours.get(name, {}).get("annotations", {})]
    if taken:
        raise ConfigurationError("permissions: {taken} cannot be replaced.", taken=", ".join(taken))
    document = {"templates": {}, "staticPolicies": {**ours, **own}, "templateLinks": []}
    return cedarpy.policies_from_json_str(json.dumps(document))


def _read(path: Path) -> Policies:
    """Return the policies of a file by their id.

    Raises:
        ConfigurationError: it is missing, no Cedar, or a policy has no id of its own.
    """
    try:
        document = json.loads(cedarpy.policies_to_json_str(path.read_text()))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            "{path} cannot be read as Cedar policies: {why}", path=path, why=Phrase.of(error)
        ) from None
    found: Policies = {}
    for policy in document["staticPolicies"].values():
        name = policy.get("annotations", {}).get("id")
        if not name or name in found:
            raise ConfigurationError("{path}: each policy needs an @id of its own.", path=path)
        found[name] = policy
    return found
