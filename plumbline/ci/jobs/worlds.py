"""The events for which the workflows are played."""

from typing import Any

from plumbline.ci.jobs.play import World
from plumbline.ci.routing import pipelines

_ALL = tuple(entry.workflow for entry in pipelines.read())
_PUSHED = (*_ALL, "ci.yml")
_ROUTED = {entry.name: "true" for entry in pipelines.read()} | {"certain": "true"}
_ALONE = _ROUTED | {"model": "false"}
_NONE = dict.fromkeys(_ROUTED, "false") | {"certain": "true"}


def _github(event: str, ref: str, fork: bool = False, visibility: str = "private") -> dict[str, Any]:
    request = {"number": 1, "head": {"repo": {"fork": fork}}} if event == "pull_request" else None
    return {
        "event_name": event,
        "ref": f"refs/{ref}",
        "event": {
            "pull_request": request,
            "repository": {"visibility": visibility},
            "client_payload": {"reason": "drift"},
        },
        "actor": "someone",
        "ref_name": ref.rpartition("/")[2],
    }


_MAIN = _github("push", "heads/main")
_REQUEST = _github("pull_request", "pull/1/merge")
WORLDS = {
    "request": ("a pull request that touches everything", World(("pr-gate.yml",), _REQUEST, routes=_ROUTED)),
    "unrouted": ("one that touches what no pipeline owns", World(("pr-gate.yml",), _REQUEST, routes=_NONE)),
    "service": ("one of a service", World(("pr-gate.yml",), _REQUEST, routes=_NONE | {"services": "true"})),
    "docs": ("one of documents", World(("pr-gate.yml",), _REQUEST, routes=_NONE | {"docs": "true"})),
    "fork": (
        "a fork's, which gets no secrets",
        World(("pr-gate.yml",), _github("pull_request", "pull/1/merge", True, "public"), known=False, routes=_ROUTED),
    ),
    "queue": (
        "the merge queue",
        World(("pr-gate.yml",), _github("merge_group", "heads/gh-readonly-queue/main/pr-1"), routes=_ROUTED),
    ),
    "main": ("a push to `main`", World(_PUSHED, _MAIN, routes=_ALONE)),
    "overlay": ("one of an overlay", World(("deploy.yml",), _MAIN)),
    "both": ("one that starts the model pipeline itself", World(("data-pipeline.yml",), _MAIN, routes=_ROUTED)),
    "unsure": (
        "one whose files cannot be known",
        World(("data-pipeline.yml",), _MAIN, routes=_ROUTED | {"certain": "false"}),
    ),
    "kept": ("one whose model is not promoted", World(("model-pipeline.yml",), _MAIN, promoted=False)),
    "bare": ("one without a secret or variable", World(_PUSHED, _MAIN, known=False, routes=_ALONE)),
    "public": (
        "the same of a public repository",
        World(_PUSHED, _github("push", "heads/main", visibility="public"), known=False, routes=_ALONE),
    ),
    "develop": ("a push to `develop`", World(_PUSHED, _github("push", "heads/develop"), routes=_ALONE)),
    "hand": (
        "started by hand, on `main`",
        World(
            (*_PUSHED, "deploy.yml"),
            _github("workflow_dispatch", "heads/main"),
            {"trials": 0, "reason": "by hand"},
            routes=_ROUTED,
        ),
    ),
    "aside": (
        "by hand, on another branch",
        World((*_PUSHED, "deploy.yml", "watch.yml"), _github("workflow_dispatch", "heads/topic")),
    ),
    "unset": (
        "by hand, on `main`, without a secret or variable",
        World(
            ("promotion.yml", "watch.yml"),
            _github("workflow_dispatch", "heads/main"),
            {"reason": "by hand"},
            known=False,
        ),
    ),
    "search": (
        "by hand, with trials",
        World(("model-pipeline.yml",), _github("workflow_dispatch", "heads/main"), {"trials": 5, "reason": "by hand"}),
    ),
    "merged": ("a push to `main`, what takes long", World(("acceptance.yml",), _MAIN)),
    "night": ("each night", World(("acceptance.yml",), _github("schedule", "heads/main"))),
    "week": ("each week", World(("watch.yml",), _github("schedule", "heads/main"))),
    "alert": ("an alert of drift", World(("model-pipeline.yml",), _github("repository_dispatch", "heads/main"))),
}
