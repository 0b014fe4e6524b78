"""Settings from the environment: typed, refused as a whole if one is unknown or wrong."""

import os
from collections.abc import Mapping
from typing import TypeVar

import msgspec

Settings = TypeVar("Settings", bound=msgspec.Struct)


class SettingsError(Exception):
    """One or more settings are wrong; the message names each of them."""


def read(kind: type[Settings], prefix: str, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the variables that start with `prefix` into a struct.

    Args:
        kind: The struct; a field `max_rows` is read from the variable `PREFIX_MAX_ROWS`.
        prefix: Ends with an underscore.
        environ: The variables; those of this process by default.

    Raises:
        SettingsError: Names every variable that is unknown, missing or of a wrong type.
    """
    environ = os.environ if environ is None else environ
    given = {key: value for key, value in environ.items() if key.startswith(prefix)}
    fields = {prefix + field.name.upper(): field for field in msgspec.structs.fields(kind)}
    values: dict[str, object] = {}
    faults = [_unknown(key, given[key], fields) for key in given if key not in fields]
    for key, field in fields.items():
        if key in given:
            try:
                values[field.name] = msgspec.convert(given[key], field.type, strict=False)
            except msgspec.ValidationError as error:
                faults.append(f"{key} is {given[key]!r}: {error}")
        elif field.required:
            faults.append(f"{key} is not set")
    if not faults:
        try:
            return kind(**values)
        except ValueError as error:  # a rule that spans several settings, in __post_init__
            faults.append(str(error))
    raise SettingsError("\n  ".join(["the settings are not as they must be:", *sorted(faults)]))


def _unknown(key: str, value: str, fields: Mapping[str, object]) -> str:
    if "_SERVICE_" in key or value.startswith("tcp://"):
        return f"{key} is a Kubernetes service link: set enableServiceLinks: false in the pod"
    return f"{key} is not a setting; the settings are {', '.join(fields)}"
