"""Whether a policy allows an action, by the policy evaluation logic of the IAM user guide: a deny wins."""

from fnmatch import fnmatchcase
from typing import Any


def allows(policy: dict[str, Any], action: str, resource: str, **context: str) -> bool:
    """Evaluate a policy for one request.

    Args:
        policy: An identity policy.
        action: Such as `s3:GetObject`.
        resource: ARN of what is acted on.
        context: Condition keys of the request; `__` stands for the colon: `kms__ViaService`.
    """
    keys = {name.replace("__", ":"): value for name, value in context.items()}
    effects = {it["Effect"] for it in policy["Statement"] if _applies(it, action, resource, keys)}
    return effects == {"Allow"}


def _applies(statement: dict[str, Any], action: str, resource: str, context: dict[str, str]) -> bool:
    return (
        any(fnmatchcase(action, it) for it in _listed(statement["Action"]))
        and any(fnmatchcase(resource, it) for it in _listed(statement["Resource"]))
        and all(
            context.get(key) in _listed(values)
            for operator, pairs in statement.get("Condition", {}).items()
            for key, values in _known(operator, pairs)
        )
    )


def _known(operator: str, pairs: dict[str, Any]) -> list[tuple[str, Any]]:
    if operator != "StringEquals":
        raise NotImplementedError(f"{operator} is not evaluated here")
    return list(pairs.items())


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
