"""The parts of an OpenAPI document that are made from the structs of requests and answers."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from plumbline.bundle.contract import Contract
from services.common import problems

_TEMPLATE = "#/components/schemas/{name}"
# A row's schema is the contract's own.
Row = Annotated[dict[str, Any], msgspec.Meta(extra_json_schema={"$ref": _TEMPLATE.format(name="Row")})]


class OneRow(msgspec.Struct, forbid_unknown_fields=True):
    """A request about one row."""

    input: Row


class Rows(msgspec.Struct, forbid_unknown_fields=True):
    """A request about several rows."""

    inputs: Annotated[list[Row], msgspec.Meta(min_length=1)]


def components(contract: Contract, *kinds: type[msgspec.Struct]) -> dict[str, Any]:
    """Describe structs, and what they consist of, by their names; a description is the first paragraph of a docstring.

    Args:
        contract: Of the model that is served, which says what a row is.
        kinds: The structs of requests and answers; that of problems is among them anyway.
    """
    _, found = msgspec.json.schema_components((*kinds, problems.Details), ref_template=_TEMPLATE)
    for schema in found.values():
        if "description" in schema:
            schema["description"] = schema["description"].partition("\n\n")[0].replace("\n", " ")
    return {"Row": contract.row_schema()} | found


def ref(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Refer to a struct of the document's components."""
    return {"$ref": _TEMPLATE.format(name=kind.__name__)}


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a response that is no refusal."""
    return {"description": "The answer.", "content": {"application/json": {"schema": schema}}}


def refusals(meanings: Mapping[str, str], *statuses: str) -> dict[str, Any]:
    """Describe the responses with these statuses, which mean what `meanings` says."""
    content = {problems.MEDIA_TYPE: {"schema": ref(problems.Details)}}
    return {status: {"description": meanings[status], "content": content} for status in statuses}
