"""What a cluster shows is named, with what to do. The objects were recorded on a real cluster, one state a pod."""

import json
from pathlib import Path
from typing import Any

import pytest

from plumbline.deploy import diagnosis
from plumbline.deploy.diagnosis import Finding, Snapshot

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded_cluster.json").read_text())
APPLICATION = {"metadata": {"name": "plumbline-staging"}, "status": {"sync": {"status": "Synced"}}}


def snapshot(**changes: Any) -> Snapshot:
    logs = {(pod, container): text for pod, container, text in RECORDED["logs"]}
    return Snapshot(**({"application": APPLICATION, "logs": logs} | changes))


def recorded() -> Snapshot:
    return snapshot(**{name: RECORDED[name] for name in ("pods", "events", "analyses", "rollouts")})


@pytest.mark.parametrize(
    ("problem", "where", "what"),
    [
        ("image", "Pod image, container main", "registry.invalid/plumbline-predict:1"),
        ("configuration", "Pod configuration, container main", 'configmap "absent" not found'),
        ("unschedulable", "Pod unschedulable", "Insufficient cpu"),
        ("crash", "Pod crash, container main", "error: PREDICT_PORT is no number"),
        ("memory", "Pod memory, container main", "more memory than its limit"),
        ("probe", "Pod probe", "Readiness probe failed"),
        ("volume", "Pod volume", 'secret "absent" not found'),
        ("bundle", "Pod bundle, container bundle", "/nowhere cannot be read"),
        ("quota", "ReplicaSet", "exceeded quota"),
        ("security", "ReplicaSet", "violates PodSecurity"),
        ("analysis", "AnalysisRun", "golden-parity is failed"),
        ("rollout", "Rollout predict", "timed out progressing"),
    ],
)
def test_a_state_of_a_real_cluster_is_named(problem: str, where: str, what: str) -> None:
    found = [finding for finding in diagnosis.diagnose(recorded()) if finding.problem == problem]

    assert [finding for finding in found if where in finding.where and what in finding.what], found
    assert all(finding.remedy for finding in found)


def test_a_canary_that_nobody_can_judge_waits_and_the_remedy_says_so() -> None:
    [analysis] = [item for item in RECORDED["analyses"] if item["status"]["phase"] == "Failed"][:1]
    results = [result | {"phase": "Inconclusive"} for result in analysis["status"]["metricResults"]]
    unjudged = analysis | {"status": analysis["status"] | {"phase": "Inconclusive", "metricResults": results}}

    [found] = diagnosis.diagnose(snapshot(analyses=[unjudged], rollouts=RECORDED["rollouts"]))[:1]

    assert (found.problem, found.final) == ("analysis", True)
    assert "is inconclusive" in found.what
    assert "kubectl argo rollouts promote predict" in found.remedy


def test_the_same_of_the_same_object_is_told_once() -> None:
    found = diagnosis.diagnose(snapshot(pods=RECORDED["pods"], events=RECORDED["events"] * 3))

    assert len({(finding.problem, finding.where) for finding in found}) == len(found)


def test_an_application_that_is_not_there_is_told() -> None:
    assert diagnosis.diagnose(snapshot(application=None))[0].problem == "argocd"


@pytest.mark.parametrize(
    "status",
    [
        {"conditions": [{"type": "ComparisonError", "message": "app path does not exist"}]},
        {"operationState": {"phase": "Failed", "message": "one or more objects failed to apply"}},
    ],
)
def test_what_argocd_cannot_do_is_told(status: dict[str, Any]) -> None:
    found = diagnosis.diagnose(snapshot(application={"metadata": {"name": "plumbline-staging"}, "status": status}))

    assert [finding.problem for finding in found] == ["argocd"]


def test_the_analysis_of_an_earlier_version_is_not_blamed() -> None:
    later = [{"metadata": {"name": "predict", "generation": 8}, "status": {"currentPodHash": "another"}}]

    assert diagnosis.diagnose(snapshot(analyses=RECORDED["analyses"], rollouts=later)) == []


def test_a_rollout_that_was_aborted_before_the_newest_commit_is_not_blamed() -> None:
    rollout = RECORDED["rollouts"][0]
    newer = rollout | {"metadata": rollout["metadata"] | {"generation": 9}}

    assert diagnosis.diagnose(snapshot(rollouts=[newer])) == []


def test_why_predict_refused_a_bundle_is_taken_from_its_log() -> None:
    status = {"containerStatuses": [{"name": "predict", "ready": False, "state": {"running": {}}}]}
    pod = {"metadata": {"name": "predict-1"}, "status": status}
    line = json.dumps({"event": "bundle_refused", "why": "bundle.sig was not made by a key of /keys/signing.pub.pem"})

    found = diagnosis.diagnose(snapshot(pods=[pod], logs={("predict-1", "predict"): f"starting\n{line}\n"}))

    assert [(one.problem, one.what) for one in found] == [("bundle", json.loads(line)["why"])]


def test_all_is_well() -> None:
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}

    assert diagnosis.diagnose(snapshot(pods=[{"metadata": {"name": "predict-1"}, "status": ready}])) == []


def test_a_finding_says_whether_waiting_can_mend_it() -> None:
    assert Finding("image", "Pod", "", "").final is False
    final = {finding.problem for finding in diagnosis.diagnose(recorded()) if finding.final}
    assert {"analysis", "rollout", "image"} == final
