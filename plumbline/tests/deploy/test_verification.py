"""When a deployment is done, and when it is certain that it will not be."""

import pytest

from plumbline.deploy import verification
from plumbline.deploy.diagnosis import Snapshot


class Moving:
    """Stands for a cluster: shows each snapshot once, the last one again and again."""

    def __init__(self, *snapshots):
        self.snapshots = list(snapshots)

    def snapshot(self, application):
        return self.snapshots.pop(0) if len(self.snapshots) > 1 else self.snapshots[0]


def deployed(revision, abort):
    health = "Degraded" if abort else "Healthy"
    application = {"metadata": {"name": "a"}, "status": {"sync": {"status": "Synced", "revision": revision}}}
    application["status"]["health"] = {"status": health}
    rollout = {"metadata": {"name": "predict"}, "status": {"phase": health, "abort": abort, "message": "taken back"}}
    return Snapshot(application=application, rollouts=[rollout])


@pytest.fixture
def hasty(monkeypatch):
    """No grace for what is final; the overlay of HEAD is that of the revision `new`."""
    monkeypatch.setattr(verification, "_GRACE", 0)
    monkeypatch.setattr(verification, "_PAUSE", 0.01)
    monkeypatch.setattr("plumbline.deploy.commits.changed_since", lambda revision, where: revision != "new")


def test_the_end_of_the_deployment_before_is_not_taken_for_the_end_of_this_one(overlay, hasty):
    before = [deployed("old", abort=True)] * 5
    assert verification.wait(Moving(*before, deployed("new", abort=False)), overlay, "a", 60) == []


def test_a_deployment_that_the_cluster_took_back_ends_the_wait(overlay, hasty):
    findings = verification.wait(Moving(deployed("new", abort=True)), overlay, "a", 60)
    assert ("rollout", True) in [(finding.problem, finding.final) for finding in findings]
    assert "time" not in [finding.problem for finding in findings]


def test_a_commit_that_never_arrives_is_named_when_the_time_is_up(overlay, hasty):
    findings = verification.wait(Moving(deployed("old", abort=True)), overlay, "a", 0.1)
    assert (findings[0].problem, "was this commit pushed?" in findings[0].what) == ("time", True)
