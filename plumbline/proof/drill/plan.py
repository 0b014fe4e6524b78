"""The plan: a change of data on its way from a developer to CI, step by step.

Each step takes the world, does what its docstring says, and returns what happened; a DrillError says what did not.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import yaml

from plumbline.kernel import table
from plumbline.kernel.contract import read as read_contract
from plumbline.proof.drill.world import DrillError, World

Step = Callable[[World], str]
TRAINING = "data/raw/training_data.tsv"
PREPROCESSOR = "data/preprocessor.joblib"
_NUMBERS = ("integer", "number")


def push(world: World) -> str:
    """The developer pushes data and model to the remote."""
    world.run(world.developer, "dvc", "push")
    world.plumb(world.developer, "data", "check")
    return "every object that git names is on the remote"


def pull(world: World) -> str:
    """A fresh clone pulls."""
    clone = world.clone()
    output = world.run(clone, "dvc", "pull")
    if "missing" in output.lower():
        raise DrillError(f"`dvc pull` speaks of something missing:\n{output}")
    outs = [out for stage in _stages(clone).values() for out in stage.get("outs", [])]
    absent = [out["path"] for out in outs if not (clone / out["path"]).exists()]
    if absent != [PREPROCESSOR] or not (clone / TRAINING).exists():
        raise DrillError(f"after `dvc pull` {absent} are absent; only {PREPROCESSOR} should be")
    return f"everything is there but {PREPROCESSOR}, and nothing is called missing"


def rebuild(world: World) -> str:
    """The clone rebuilds everything without any cache, and the hashes match."""
    clone = _latest(world)
    world.run(clone, "dvc", "repro", "--no-run-cache", "--force")
    world.plumb(clone, "hashes")
    return "dvc repro --no-run-cache --force gives the expected hashes"


def run_two_stages(world: World) -> str:
    """The clone runs `dvc repro train evaluate`."""
    output = world.run(_latest(world), "dvc", "repro", "train", "evaluate")
    if "Running stage" in output:
        raise DrillError(f"a stage ran again although nothing had changed:\n{output}")
    return "dvc repro train evaluate has nothing to do"


def refuse_value(world: World) -> str:
    """Someone changes a cell of the training data, and the contract refuses it."""
    known, changed, column = _change_cell(world.developer)
    output = world.run(world.developer, "dvc", "repro", fails=True)
    if changed not in output or column not in output or TRAINING not in output:
        raise DrillError(f"validate does not name file, column and value:\n{output[-2000:]}")
    return f"validate stops at {column} = {changed!r} (was {known!r}), naming file, line, column and rule"


def see_hash_differ(world: World) -> str:
    """The preprocessor is rebuilt from the changed data; CI's check fails."""
    world.run(world.developer, "python", "data/src/preprocess.py", "--seed", "42", "--output", PREPROCESSOR)
    output = world.plumb(world.developer, "hashes", fails=True)
    if PREPROCESSOR not in output:
        raise DrillError(f"the check does not name {PREPROCESSOR}:\n{output}")
    return f"make hashes names {PREPROCESSOR}, expected and actual, and fails"


def accept_change(world: World) -> str:
    """The change is intended: the contract allows the value, hashes are updated, all is committed and pushed."""
    clone = world.developer
    path = clone / "data/contract.yaml"
    raw = yaml.safe_load(path.read_text())
    frame = table.read_text(clone / TRAINING)
    for name, column in raw["columns"].items():
        if column["type"] == "category":
            column["categories"] += sorted(set(frame[name]) - {"", *column["categories"]})
        elif column["type"] in _NUMBERS:
            column["maximum"] = max([column["maximum"], *pd.to_numeric(frame[name]).dropna().tolist()])
    path.write_text(yaml.safe_dump(raw, sort_keys=False, allow_unicode=True))
    world.run(clone, "dvc", "add", TRAINING)
    world.run(clone, "dvc", "repro")
    world.plumb(clone, "hashes", "--update")
    world.commit("Change one cell")
    world.run(clone, "dvc", "push")
    return "dvc add, dvc repro, plumb hashes --update, commit, dvc push"


def check_change(world: World) -> str:
    """CI checks the commit in a fresh clone."""
    clone = world.clone()
    world.run(clone, "dvc", "pull")
    world.plumb(clone, "data", "check")
    world.run(clone, "dvc", "repro", "--no-run-cache")
    world.plumb(clone, "hashes")
    return "pull, repro and hashes pass"


def comment(world: World) -> str:
    """A change of comments only keeps every hash."""
    for name in ("data/src/preprocess.py", "model/src/train.py", "model/src/portable.py"):
        with (world.developer / name).open("a") as file:
            file.write("# A comment.\n")
    world.run(world.developer, "dvc", "repro")
    world.plumb(world.developer, "hashes")
    return "dvc repro ran the stages again, every hash is as before"


STEPS: list[Step] = [
    push,
    pull,
    rebuild,
    run_two_stages,
    refuse_value,
    see_hash_differ,
    accept_change,
    check_change,
    comment,
]


def _latest(world: World) -> Path:
    return max(world.folder.glob("clone-*"), key=lambda path: int(path.name.partition("-")[2]))


def _stages(clone: Path) -> dict[str, dict[str, list[dict[str, str]]]]:
    stages: dict[str, dict[str, list[dict[str, str]]]] = yaml.safe_load((clone / "dvc.lock").read_text())["stages"]
    return stages


def _change_cell(clone: Path) -> tuple[str, str, str]:
    """Change one cell to what the contract refuses: a label to another case, or else a number beyond its maximum.

    Returns:
        What stood there, what stands there now, and the column.

    Raises:
        DrillError: No column of this house has such a cell.
    """
    path, rules = clone / TRAINING, read_contract(clone / "data/contract.yaml")
    frame: pd.DataFrame = table.read_text(path)
    labels = [name for name in rules.categories if not rules.columns[name].open]
    numbers = [name for name in rules.numbers if rules.columns[name].type in _NUMBERS]
    for name in labels + numbers:
        column = rules.columns[name]
        for row, known in frame[name].items():
            changed = known.swapcase() if name in labels else f"{column.most + 1:.15g}"
            if known and changed not in (known, *column.categories):
                frame.loc[row, name] = changed
                table.write_tsv(frame, path)
                return known, changed, name
    raise DrillError("the contract has neither a number nor a closed category whose labels have letters")
