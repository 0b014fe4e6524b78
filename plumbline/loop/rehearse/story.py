"""The rehearsal, step by step: each does what its docstring says, checks it, and tells what happened."""

from collections.abc import Callable
from pathlib import Path

from ruamel.yaml.scalarstring import LiteralScalarString

from plumbline.dvc import call
from plumbline.ingest.extract import Parameters
from plumbline.judge import gate
from plumbline.kernel.config import read_yaml, section
from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse import clone, customers, past, pipelines, replay, serving, watch
from plumbline.loop.rehearse.state import Outcome, Rehearsal, hashes_of

Step = Callable[[Rehearsal], Outcome]


def hold_back(_: Rehearsal) -> Outcome:
    """What the first model shall know is extracted, versioned and committed."""
    if not past.settings().compare:
        clone.edit(str(gate.CONFIG), "champion", "compare", value=False)
    return pipelines.version_data(past.settings().parts[0], "data", "extract", "--new-version")


def train(rehearsal: Rehearsal) -> Outcome:
    """The model pipeline trains, gates, registers and promotes the first model."""
    rehearsal.cases = past.by_month()
    return pipelines.build(promoted=True)


def serve(rehearsal: Rehearsal) -> Outcome:
    """The services start with it."""
    champion = serving.champion()
    rehearsal.running = serving.start(champion)
    lineage = rehearsal.services.served()["lineage"]["data"]
    rows = sum(item["rows"] for item in lineage.values())
    return Outcome(f"predict and api are ready, with a model of {rows} rows", champion.version, hashes_of(champion))


def replay_part(rehearsal: Rehearsal) -> Outcome:
    """The next months are asked for one by one; what came true comes a month later; the monitor looks each month."""
    return replay.months(rehearsal, 1)


def version_fresh_data(_: Rehearsal) -> Outcome:
    """The data pipeline brings these months: they are extracted, only they if a column tells, and committed."""
    grows = "update" in read_yaml(past.PARAMETERS)
    words = ("data", "update") if grows else ("data", "extract", "--new-version")
    return pipelines.version_data(past.settings().parts[1], *words)


def retrain(_: Rehearsal) -> Outcome:
    """The commit of the data retrains: the model pipeline builds, gates, registers and promotes."""
    return pipelines.build(promoted=True)


def change_bundles(rehearsal: Rehearsal) -> Outcome:
    """The running services change to the new bundle under load."""
    return replay.change(rehearsal)


def replay_next_part(rehearsal: Rehearsal) -> Outcome:
    """The months after are asked for; the first model is asked too, as if nobody had retrained."""
    outcome = replay.months(rehearsal, 2)
    customers.tell(rehearsal.services, rehearsal.untold)
    rehearsal.untold = []
    return outcome


def push_bad_model(rehearsal: Rehearsal) -> Outcome:
    """Someone pushes a model that always answers the same; the gate refuses it."""
    good = clone.head()
    clone.edit("model/params.yaml", "train", "estimator", value="dummy")
    call.run("repro", "--quiet")
    clone.commit("Train a simpler model")
    before = rehearsal.services.served()["release"]["version"]
    outcome = pipelines.build(promoted=False)
    report = pipelines.PROMOTION.read_text()
    missing = [
        rule for rule in past.settings().refused if rule not in report.partition("failed: ")[2].partition("\n")[0]
    ]
    if missing:
        raise PlumblineError(f"{pipelines.PROMOTION} does not name the rule {missing[0]} as the reason:\n{report}")
    if rehearsal.services.served()["release"]["version"] != before:
        raise PlumblineError(f"the services do not serve version {before} any more")
    clone.git("revert", "--no-edit", f"{good}..HEAD")
    return outcome


def promote_wrong_actuals(rehearsal: Rehearsal) -> Outcome:
    """Someone extracts wrong actuals; their evaluation is as wrong, so the gate passes, and the services change."""
    query = section(Parameters, past.PARAMETERS, "extract").query
    mistake = past.settings().mistake
    if query.count(mistake.right) != 1:
        raise PlumblineError(
            f"the query of {past.PARAMETERS} does not hold {mistake.right!r} once, which {past.SETTINGS} names"
        )
    wrong = LiteralScalarString(query.replace(mistake.right, mistake.wrong))
    clone.edit(str(past.PARAMETERS), "extract", "query", value=wrong)
    pipelines.version_data(past.settings().parts[1], "data", "extract", "--new-version")
    pipelines.build(promoted=True)
    return replay.change(rehearsal)


def notice(rehearsal: Rehearsal) -> Outcome:
    """The last months are asked for again; the monitor raises the alert."""
    champion = serving.champion()
    begin = watch.now()
    cases = [case for items in rehearsal.part(2).values() for case in items]
    customers.tell(rehearsal.services, customers.ask(rehearsal.services, cases))
    seen = watch.look("bad-model", champion, begin, watch.now())
    if "error" not in seen.alerts:
        raise PlumblineError(f"the monitor should have raised the alert `error`; its alerts: {seen.alerts or 'none'}")
    return Outcome("; ".join(seen.texts), champion.version, hashes_of(champion))


def roll_back(rehearsal: Rehearsal) -> Outcome:
    """A person rolls back; the services go back under load."""
    bad = serving.champion()
    clone.plumb("release", "rollback", "--reason", "the error alert", actor=clone.PERSON)
    back = serving.champion()
    if back.sha256 == bad.sha256:
        raise PlumblineError(f"after the rollback version {back.version} still has the bad bundle {bad.sha256}")
    return replay.change(rehearsal)


def hold(_: Rehearsal) -> Outcome:
    """Automation tries to promote the bad model again; the person's rollback holds."""
    champion = serving.champion()
    clone.plumb("release", "policy")
    report = pipelines.PROMOTION.read_text()
    if serving.champion() != champion or "end-hold" not in report:
        raise PlumblineError(f"the person's rollback should have held:\n{report}")
    return Outcome(pipelines.reason(), champion.version, hashes_of(champion))


def verify(rehearsal: Rehearsal) -> Outcome:
    """The ledger is verified; a prediction is traced back to the commit of the data it comes from."""
    clone.plumb("release", "verify")
    answered = rehearsal.months[-1].answered[-1]
    chain = clone.plumb(
        "release",
        "lineage",
        "--prediction",
        answered.id,
        PLUMBLINE_API_URL=rehearsal.services.api,
        PLUMBLINE_API_KEY=rehearsal.services.key,
    )
    served = rehearsal.services.served()
    data = {Path(path).name: item["md5"] for path, item in served["lineage"]["data"].items()}
    release = served["release"]
    for what in (answered.id, release["bundle_sha256"], release["git_commit"], *data.values()):
        if what not in chain:
            raise PlumblineError(f"the lineage of prediction {answered.id} does not lead to {what}:\n{chain}")
    return Outcome(f"the ledger is whole; prediction {answered.id} leads to its data", str(release["version"]), data)


STEPS: list[Step] = [
    hold_back,
    train,
    serve,
    replay_part,
    version_fresh_data,
    retrain,
    change_bundles,
    replay_next_part,
    push_bad_model,
    promote_wrong_actuals,
    notice,
    roll_back,
    hold,
    verify,
]
