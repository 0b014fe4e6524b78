"""The rehearsal, step by step: each does what its docstring says, checks it, and tells what happened."""

import sys
from collections.abc import Callable
from pathlib import Path

from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse import clone, customers, pipelines, replay, sales, serving, watch
from plumbline.loop.rehearse.state import Outcome, Rehearsal, hashes_of

Step = Callable[[Rehearsal], Outcome]
_KNOWN = 2008  # the last year whose sales the first model learns from
_RULES = ("rmsle", "r2")  # what no model that always says the same price can pass


def hold_back(_: Rehearsal) -> Outcome:
    """The sales up to 2008 are extracted, versioned and committed."""
    return pipelines.version_data(_KNOWN, "data", "extract", "--new-version")


def train(rehearsal: Rehearsal) -> Outcome:
    """The model pipeline trains, gates, registers and promotes the first model."""
    rehearsal.sales = sales.by_month(_KNOWN + 1)
    return pipelines.build(promoted=True)


def serve(rehearsal: Rehearsal) -> Outcome:
    """The services start with it."""
    champion = serving.champion()
    rehearsal.running = serving.start(champion)
    lineage = rehearsal.services.served()["lineage"]["data"]
    rows = sum(item["rows"] for item in lineage.values())
    return Outcome(f"predict and api are ready, with a model of {rows} sales", champion.version, hashes_of(champion))


def replay_2009(rehearsal: Rehearsal) -> Outcome:
    """2009's sales are asked for month by month; prices come a month later; the monitor looks each month."""
    return replay.months(rehearsal, "2009")


def version_fresh_data(_: Rehearsal) -> Outcome:
    """The data pipeline brings 2009's sales: only what is new is extracted, versioned and committed."""
    return pipelines.version_data(_KNOWN + 1, "data", "update")


def retrain(_: Rehearsal) -> Outcome:
    """The commit of the data retrains: the model pipeline builds, gates, registers and promotes."""
    return pipelines.build(promoted=True)


def change_bundles(rehearsal: Rehearsal) -> Outcome:
    """The running services change to the new bundle under load."""
    return replay.change(rehearsal)


def replay_2010(rehearsal: Rehearsal) -> Outcome:
    """2010's sales are asked for; the first model is asked too, as if nobody had retrained."""
    outcome = replay.months(rehearsal, "2010")
    customers.tell(rehearsal.services, rehearsal.unpaid)
    rehearsal.unpaid = []
    return outcome


def push_bad_model(rehearsal: Rehearsal) -> Outcome:
    """Someone pushes a model that always says the same price; the gate refuses it."""
    good = clone.head()
    clone.edit("model/params.yaml", "train", "estimator", value="dummy")
    command.run(sys.executable, "-m", "dvc", "repro", "--quiet")
    clone.commit("Train a simpler model")
    before = rehearsal.services.served()["release"]["version"]
    outcome = pipelines.build(promoted=False)
    report = pipelines.PROMOTION.read_text()
    missing = [rule for rule in _RULES if rule not in report.partition("failed: ")[2].partition("\n")[0]]
    if missing:
        raise PlumblineError(f"{pipelines.PROMOTION} does not name the rule {missing[0]} as the reason:\n{report}")
    if rehearsal.services.served()["release"]["version"] != before:
        raise PlumblineError(f"the services do not serve version {before} any more")
    clone.git("revert", "--no-edit", f"{good}..HEAD")
    return outcome


def promote_wrong_prices(rehearsal: Rehearsal) -> Outcome:
    """Someone extracts wrong prices; their evaluation is as wrong, so the gate passes, and the services change."""
    parameters = sales.PARAMETERS.read_text(encoding="utf-8")
    wrong = parameters.replace("Sale_Price as sale_price", "cast(Sale_Price * 0.8 as bigint) as sale_price")
    if wrong == parameters:
        raise PlumblineError(f"the query of {sales.PARAMETERS} does not select the price as this step expects")
    sales.PARAMETERS.write_text(wrong, encoding="utf-8")
    pipelines.version_data(_KNOWN + 1, "data", "extract", "--new-version")
    pipelines.build(promoted=True)
    return replay.change(rehearsal)


def notice(rehearsal: Rehearsal) -> Outcome:
    """2010's sales are asked for again; the monitor raises the alert."""
    champion = serving.champion()
    begin = watch.now()
    sold = [sale for items in rehearsal.year("2010").values() for sale in items]
    customers.tell(rehearsal.services, customers.ask(rehearsal.services, sold))
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
    """The ledger is verified; a price is traced back to the commit of the data it comes from."""
    clone.plumb("release", "verify")
    priced = rehearsal.months[-1].priced[-1]
    chain = clone.plumb(
        "release",
        "lineage",
        "--prediction",
        priced.id,
        PLUMBLINE_API_URL=rehearsal.services.api,
        PLUMBLINE_API_KEY=rehearsal.services.key,
    )
    served = rehearsal.services.served()
    data = {Path(path).name: item["md5"] for path, item in served["lineage"]["data"].items()}
    release = served["release"]
    for what in (priced.id, release["bundle_sha256"], release["git_commit"], *data.values()):
        if what not in chain:
            raise PlumblineError(f"the lineage of prediction {priced.id} does not lead to {what}:\n{chain}")
    return Outcome(f"the ledger is whole; prediction {priced.id} leads to its data", str(release["version"]), data)


STEPS: list[Step] = [
    hold_back,
    train,
    serve,
    replay_2009,
    version_fresh_data,
    retrain,
    change_bundles,
    replay_2010,
    push_bad_model,
    promote_wrong_prices,
    notice,
    roll_back,
    hold,
    verify,
]
