"""Swapping the data set touches no code of the pipeline and none of the services."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from plumbline.local import demo, processes, stack
from plumbline.testing.repository import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def api(second_dataset: Path) -> Iterator[httpx.Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(second_dataset)
        programs = stack.services(*demo.free_ports())
        try:
            processes.start_all(programs)
            headers = {"authorization": f"Bearer {stack.key('test')}"}
            url = programs[-1].ready.removesuffix("/readyz")
            with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
                yield client
        finally:
            for program in programs:
                processes.stop(program.name)


@pytest.fixture(scope="module")
def sample(second_dataset: Path) -> dict[str, Any]:
    run(second_dataset, "plumb", "data", "sample", "--output", ".plumbline/sample.json")
    return json.loads((second_dataset / ".plumbline/sample.json").read_text())


def test_the_services_answer_for_another_data_set_unchanged(api: httpx.Client, sample: dict[str, Any]) -> None:
    answer = api.post("/v1/predictions", json={"input": sample["input"]}).raise_for_status().json()
    assert answer["interval"]["lower"] < answer["prediction"] < answer["interval"]["upper"]
    assert answer["model"]["name"] == "diamonds"
    assert answer["prediction"] == pytest.approx(sample["actual"], rel=0.5)


def test_a_missing_number_and_a_missing_label_are_answered(api: httpx.Client, sample: dict[str, Any]) -> None:
    given = {name: value for name, value in sample["input"].items() if name not in ("table", "color")}
    for body in (given, given | {"color": None}):
        answer = api.post("/v1/predictions", json={"input": body}).raise_for_status().json()
        assert answer["prediction"] > 0


def test_its_own_contract_is_what_refuses_a_row(api: httpx.Client, sample: dict[str, Any]) -> None:
    answer = api.post("/v1/predictions", json={"input": sample["input"] | {"of_another_house": 5000, "cut": "Superb"}})
    assert 400 <= answer.status_code < 500
    assert {"of_another_house", "cut"} <= {error["field"].rsplit("/")[-1] for error in answer.json()["errors"]}


def test_an_answer_leads_back_to_its_query(
    api: httpx.Client, sample: dict[str, Any], second_dataset: Path, tmp_path: Path
) -> None:
    answer = api.post("/v1/predictions", json={"input": sample["input"]}).raise_for_status()
    (tmp_path / "answer.json").write_bytes(answer.content)
    chain = run(
        second_dataset,
        "plumb",
        "release",
        "lineage",
        "--prediction",
        str(tmp_path / "answer.json"),
    )
    kinds = [line.split()[0] for line in chain.stdout.splitlines()]
    assert kinds[:5] == ["prediction", "version", "bundle", "run", "commit"]
    assert "query  of " in chain.stdout
