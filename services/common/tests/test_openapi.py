"""The documents' parts: made from structs, complete, and each described."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from plumbline.bundle.contract import Contract
from plumbline.bundle.files import decode
from services.api.app import openapi as of_api
from services.common.tests import toy
from services.predict.app import openapi as of_predict


@pytest.fixture
def contract(tmp_path) -> Contract:
    toy.build(tmp_path / "bundle", toy.PLANTS)
    return decode((tmp_path / "bundle/contract.json").read_bytes(), Contract, "contract.json")


@pytest.mark.parametrize("document", [of_api.document, of_predict.document], ids=["api", "predict"])
def test_whatever_a_document_refers_to_is_described_in_it(
    contract: Contract, document: Callable[[Contract], dict[str, Any]]
) -> None:
    made = document(contract)
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(made)))

    assert named == set(made["components"]["schemas"])
    assert all(schema.get("description") for name, schema in made["components"]["schemas"].items() if name != "Row")
