"""Both interfaces against their own OpenAPI documents, by schemathesis."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"
CHECKS += ",response_schema_conformance,negative_data_rejection,ignored_auth"


@pytest.mark.parametrize("service", ["predict", "api"])
def test_the_service_does_what_its_document_says(service, predict, api, tmp_path):
    check({"predict": predict, "api": api}[service], tmp_path)


@pytest.mark.parametrize("service", ["predict", "api"])
def test_a_classifier_does_what_its_document_says(service, classifier, class_api, tmp_path):
    check({"predict": classifier, "api": class_api}[service], tmp_path)


def check(running, tmp_path):
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{running.url}/openapi.json"]
    command += ["--phases", "examples,coverage,fuzzing", "--max-examples", "30", "--seed", "1"]
    command += ["--checks", CHECKS, "--exclude-path", "/readyz"]
    if authorization := running.client.headers.get("authorization"):
        command += ["--header", f"Authorization: {authorization}"]

    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=180, check=False)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_documents_examples_work(api):
    document = api.client.get("/openapi.json").json()
    content = document["paths"]["/v1/predictions"]["post"]["requestBody"]["content"]
    bodies = [
        ("application/json", json.dumps(example["value"]))
        for example in content["application/json"]["examples"].values()
    ]
    bodies.append(("text/csv", content["text/csv"]["example"]))

    for media_type, body in bodies:
        response = api.client.post("/v1/predictions", content=body, headers={"content-type": media_type})
        assert response.status_code == 201, response.text
