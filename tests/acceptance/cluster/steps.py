"""The steps of the story; each does one thing, sees that it happened, and gives a sentence for the table."""

import json

import yaml

from plumbline.kernel import jsonfile
from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError
from plumbline.registry.registry import model_name
from tests.acceptance.cluster import images, kube, world
from tests.acceptance.cluster.kill import kill, killer
from tests.acceptance.cluster.kube import kubectl
from tests.acceptance.cluster.mesh import gateway, overlay, scraping
from tests.acceptance.cluster.parts import (
    answers,
    api_key,
    canary_share,
    check_verifier,
    create_application,
    deploy,
    missing,
    object_store,
    rollback,
    running,
    serves,
    start_load,
    verify,
    wanted,
)
from tests.acceptance.cluster.world import NAMESPACE, OVERLAY, TESTBED, World
from tests.acceptance.story import until

PREFIX = "localhost/plumbline-"


def build(story: World) -> str:
    """Build api, predict and a predict that answers wrongly, and load them into the cluster."""
    wanted_here = {"PLUMBLINE_ENGINE": images.engine(), "PLUMBLINE_BUILD_OPTIONS": settings().build_options}
    story.plumb("images", "build", "api", "predict", "--tag", story.tag, "--prefix", PREFIX, **wanted_here)
    bad = f"{PREFIX}predict:{'bad0' * 10}"
    images.build("bad.Dockerfile", bad, PREDICT=f"{PREFIX}predict:{story.tag}")
    images.load(f"{PREFIX}api:{story.tag}", f"{PREFIX}predict:{story.tag}", bad)
    story.known["bad image"] = bad
    return f"api, predict:{story.tag[:12]}, and one that answers wrongly"


def testbed(story: World) -> str:
    """Start what the cluster lacks."""
    image = f"{PREFIX}testbed:{story.tag}"
    images.build("Dockerfile", image)
    images.load(image)
    given = (story.clone / images.TESTBED / "prometheus.yml").read_text()
    if story.mesh:
        given = scraping.config(given, yaml.safe_load_all(kubectl("kustomize", str(story.clone / OVERLAY))))
    world.start_testbed(image, given)
    story.known["testbed"] = image
    if story.mesh:
        overlay.know_database(story.clone)
        gateway.certify()
    with object_store() as (_, client):
        client.create_bucket(Bucket="models")
    return "git, object store, PostgreSQL, Prometheus with the repository's rules"


def train(story: World) -> str:
    """Build two models, judge, sign and register them; the third is the second, signed by a key nobody trusts."""
    story.run("make", "--old-file=setup", "data", "pipeline")
    found = [register(story)]
    params = story.clone / "model/params.yaml"
    text = params.read_text(encoding="utf-8")
    parsed = yaml.safe_load(text)["train"]
    params.write_text(text.replace(f"seed: {parsed['seed']}", f"seed: {parsed['seed'] + 1}", 1), encoding="utf-8")
    story.run("dvc", "repro")
    story.run("git", "commit", "--quiet", "--all", "--message", "Train with another seed")
    found.append(register(story))
    story.known["bundles"] = found
    if found[0] == found[1]:
        raise PlumblineError("both models have the same bundle: the change of the seed changed nothing")
    return " and ".join(f"{sha256[:12]}" for sha256 in found)


def register(story: World) -> str:
    """Judge and register what was built; give the sha256 of the bundle."""
    story.plumb("model", "gate", "--promotion")
    story.plumb("release", "register")
    return str(jsonfile.read(story.clone / ".plumbline/release.json")["bundle_sha256"])


def first(story: World) -> str:
    """Deploy the first version by a commit, and let Argo CD bring it into the cluster."""
    key = (story.clone / ".plumbline/keys/signing.pub.pem").read_text()
    (story.clone / OVERLAY / "signing.pub.pem").write_text(key)
    story.run("git", "add", str(OVERLAY))
    story.run("git", "commit", "--quiet", "--message", "Trust the key of this story")
    deploy(story, "image", f"{PREFIX}api:{story.tag}")
    deploy(story, "bundle", story.known["bundles"][0], "--image", f"{PREFIX}predict:{story.tag}")
    commit = story.push()
    create_application()
    verify(story)
    check_verifier()
    pods = kube.listed(NAMESPACE, "pods")
    story.known["key"] = api_key("story")
    story.known["load key"] = api_key("load", "--requests-per-minute", "100000")
    return f"commit {commit[:12]}: {len(pods)} pods ready under Pod Security `restricted`"


def price(story: World) -> str:
    """Price a golden row through api; the answer names the bundle and the commit."""
    text = verify(story, PLUMBLINE_API_KEY=story.known["key"])
    said = json.loads(next(line for line in text.splitlines() if '"verify-deploy"' in line))
    return f"{said['price']:.0f}, by {said['bundle'][:12]} of commit {said['lineage'][:12]}"


def users(story: World) -> str:
    """Let users ask from now on, at a rate that leaves the node its air."""
    story.known["load"] = "users"
    start_load(story, "users", 1200)
    return "four users, without a pause longer than 0.1 s"


def promoted(story: World) -> str:
    """A new bundle by commit: the canary's steps are judged by what Prometheus measured, then it serves alone."""
    deploy(story, "bundle", story.known["bundles"][1])
    story.push()
    seen: list[str] = []

    def weights() -> bool:
        rollout = kube.get(NAMESPACE, "rollouts.argoproj.io", "predict") or {}
        status = rollout.get("status", {})
        share = canary_share(story, status)
        if status.get("updatedReplicas", 0) and (not seen or seen[-1] != share):
            seen.append(share)
        return status.get("phase") == "Healthy" and bool(seen) and wanted(rollout, story.known["bundles"][1])

    until("the new bundle is promoted", weights, 300)
    verify(story, PLUMBLINE_API_KEY=story.known["key"])
    runs = kube.listed(NAMESPACE, "analysisruns.argoproj.io")
    measured = [m for run in runs for r in run["status"].get("metricResults", []) for m in r.get("measurements", [])]
    if len(runs) < 3 or any(run["status"]["phase"] != "Successful" for run in runs) or not measured:
        raise PlumblineError(f"the analyses did not judge it: {[run['status'] for run in runs]}")
    if story.mesh and [share for share in seen if share not in {"0 %", "100 %"}] != ["5 %", "25 %", "50 %"]:
        raise PlumblineError(
            f"Istio's weights did not follow the canary's steps, or something healed them away: {seen}"
        )
    return f"the canary's share: {', '.join(seen)}; {len(runs)} analyses, {len(measured)} measurements"


def bad_bundle(story: World) -> str:
    """A bundle whose signature nobody trusts: its pods never get ready, and the Rollout gives up by itself."""
    sha256 = story.known["bundles"][0]
    deploy(story, "bundle", sha256)  # which publishes it whole
    with object_store() as (_, client):
        body = client.get_object(Bucket="models", Key=f"{model_name()}/{sha256}/bundle.sig")["Body"].read()
        client.put_object(Bucket="models", Key=f"{model_name()}/{sha256}/bundle.sig", Body=body.replace(b"A", b"B"))
    story.push()
    said = verify(story, fails=True)
    if "bundle.sig was not made by a key" not in said:
        raise PlumblineError(f"the diagnosis does not name the signature:\n{said}")
    serves(story, story.known["bundles"][1])
    rollback(story)
    with object_store() as (_, client):
        client.put_object(Bucket="models", Key=f"{model_name()}/{sha256}/bundle.sig", Body=body)
    return "refused by its signature, taken back by itself, reverted in git"


def bad_image(story: World) -> str:
    """An image that answers wrongly: the golden rows find it, and the Rollout takes it back by itself."""
    deploy(story, "image", story.known["bad image"])
    story.push()
    said = verify(story, fails=True)
    if "golden-parity" not in said:
        raise PlumblineError(f"the diagnosis does not name the analysis:\n{said}")
    serves(story, story.known["bundles"][1])
    rollback(story)
    return "found by golden-parity, taken back by itself, reverted in git"


def killed(story: World) -> str:
    """SIGKILL of a pod of predict and of api under load: whatever was answered is in the store."""
    start_load(story, "killed", 40)
    with killer():
        for service in ("predict", "api"):
            pods = kube.listed(NAMESPACE, "pods", f"app.kubernetes.io/name={service}")
            kill(pods[0], story.known["testbed"])
    until("the load ends", lambda: not running("killed"), 120)
    answered, failed = answers("killed")
    lost = missing(answered)
    if not answered or lost:
        raise PlumblineError(f"{len(lost)} of {len(answered)} answered predictions are not in the store: {lost[:3]}")
    return f"{len(answered)} answered, all stored; {len(failed)} refused meanwhile"


def undisturbed(story: World) -> str:
    """What users saw while versions came and were taken back."""
    name = story.known["load"]
    kubectl("-n", TESTBED, "exec", f"job/{name}", "--", "sh", "-c", "kill 1")
    until("the load ends", lambda: not running(name), 60)
    answered, failed = answers(name)
    if failed or not answered:
        raise PlumblineError(f"users saw {len(failed)} failures, {len(answered)} answers: {failed[:3]}")
    lost = missing(answered)
    if lost:
        raise PlumblineError(f"{len(lost)} answered predictions are not in the store")
    return f"{len(answered)} requests answered, none failed, all stored"


def ledger(story: World) -> str:
    """The ledger tells the story, and no line of it was edited."""
    story.plumb("release", "verify")
    lines = [json.loads(line) for line in (story.clone / ".plumbline/ledger.jsonl").read_text().splitlines()]
    events = [line["event"] for line in lines]
    if events.count("deployment-aborted") != 2 or events.count("deployed") < 4:
        raise PlumblineError(f"the ledger does not tell the story: {events}")
    return ", ".join(f"{events.count(event)} {event}" for event in dict.fromkeys(events))
