"""The machine: variables of the user, copies and paths of a clone, proxies, ports, line ends, two terminals."""

import os
import shutil
import socket
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.acceptance.everyday.world import BORROWED, Clone, World

_VENV = Path(".plumbline/environments/ci")  # the small one of the workflows' short jobs
_SETUP = ("make", "setup", f"VENV={_VENV}", "REQUIREMENTS=requirements/ci.txt")
_FIRST_START = ("python", "-c", "from plumbline import tracking; tracking.experiment()")
_PROXIES = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"), "http://127.0.0.1:9")


def _both(clone: Clone, *command: str) -> str:
    """Run a command twice at once, as in two terminals; both must succeed. Give what both said."""
    with ThreadPoolExecutor() as pool:
        said = list(pool.map(lambda _: clone.tried(*command, **BORROWED), range(2)))
    for one in said:
        assert one.code == 0, f"{command}: {one.text[-1000:]}"
        assert "Traceback" not in one.text, f"{command}: {one.text[-1000:]}"
    return "".join(one.text for one in said)


def _set_up(clone: Clone, **variables: str) -> str:
    return clone.run(*_SETUP, PYTHON=sys.executable, **variables)


def _code(clone: Clone) -> Path:
    """Give the folder whose code the clone's environment runs."""
    words = ("-P", "-c", "import plumbline; print(plumbline.__path__[0])")
    return Path(clone.run(str(clone.root / _VENV / "bin/python"), *words, PYTHONPATH="").strip()).parent


def variables_of_the_user(world: World) -> None:
    """What the user's uv, pip and Python are told by variables leads no package elsewhere and no module here."""
    clone, theirs, modules = world.fresh(), world.folder() / "theirs", world.folder()
    venv.create(theirs, symlinks=True)
    before = sorted(theirs.rglob("*"))
    for name in ("plumbline", "data", "model", "services"):
        (modules / name).mkdir()
        (modules / name / "__init__.py").write_text("raise SystemExit('not of this clone')\n")
    user = {"UV_SYSTEM_PYTHON": "1", "UV_PYTHON": str(theirs), "PIP_USER": "1", "PIP_TARGET": str(theirs)}
    _set_up(clone, VIRTUAL_ENV=str(theirs), PYTHONPATH=str(modules), **user)
    assert sorted(theirs.rglob("*")) == before
    assert _code(clone) == clone.root
    clone.run("make", "data", PYTHONPATH=str(modules), **BORROWED)
    libraries = world.folder()
    for name in ("pandas", "cyclopts"):
        (libraries / f"{name}.py").write_text("raise SystemExit('not of this clone')\n")
    clone.run("plumb", "data", "extract", PYTHONPATH=f"{libraries}:{clone.root}")


def copied_and_moved(world: World) -> None:
    """A clone that was copied or moved with its environment makes it anew, and runs its own code."""
    first = world.fresh()
    _set_up(first)
    copied = Clone(shutil.copytree(first.root, world.folder() / "copied", symlinks=True))
    _set_up(copied)
    assert _code(copied) == copied.root
    moved = Clone(first.root.rename(world.folder() / "moved"))
    assert "setting up" in _set_up(moved)
    assert _code(moved) == moved.root
    assert "setting up" not in _set_up(moved)
    (moved.root / _VENV / "bin/python").unlink()
    _set_up(moved)
    assert _code(moved) == moved.root


def path_with_spaces(world: World) -> None:
    """A clone below a folder with spaces is set up and builds there, and makes nothing elsewhere."""
    source, folder = world.fresh(), world.folder()
    clone = Clone(source.root.rename(folder / "my house of models"))
    _set_up(clone)
    clone.run("make", "data", "pipeline", "hashes", **BORROWED)
    assert [path.name for path in folder.iterdir()] == [clone.root.name]


def home_that_cannot_be_written(world: World) -> None:
    """A user who is not root, has no uv and cannot write HOME sets up and builds, and is told what variable helps."""
    clone, home = world.fresh(), world.folder()
    home.chmod(0o500)
    # Root without its powers over files, for whom these clones are another's no more than before.
    user = ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.geteuid() == 0 else ()
    theirs = {"HOME": str(home), "XDG_CACHE_HOME": "", "UV_CACHE_DIR": ""}
    said = clone.run(*user, *_SETUP, PYTHON=sys.executable, PATH=os.defpath, **theirs)
    assert "UV_CACHE_DIR names another folder" in said, said
    assert (clone.root / ".plumbline/environments/uv/bin/uv").exists()
    clone.run(*user, "make", "data", "preproc", **theirs, **BORROWED)
    assert list(home.iterdir()) == []


def linked_worktree(world: World) -> None:
    """A linked worktree extracts its data and builds the preprocessor."""
    main = world.fresh()
    main.run("git", "worktree", "add", "--quiet", "-b", "work", "linked")
    Clone(main.root / "linked").run("make", "data", "preproc", **BORROWED)


def proxy_without_exceptions(world: World) -> None:
    """With a proxy for everything the demo calls its own services without it."""
    world.built().run("plumb", "demo", **_PROXIES, **BORROWED)


def taken_port(world: World) -> None:
    """A port that another process holds is not taken for ours, and who holds it is said."""
    clone = world.built()
    with socket.socket() as ours:
        with suppress(OSError):  # whoever else holds it does as well
            ours.bind(("127.0.0.1", 8001))
            ours.listen()
        text = clone.refused("plumb", "up")
    assert "port 8001, where predict would listen, is taken by " in text, text
    assert clone.run("plumb", "status").startswith("nothing runs")


def two_terminals(world: World) -> None:
    """What two terminals start together succeeds in both: the setup, the data, the first start of MLflow."""
    clone = world.fresh()
    said = _both(clone, *_SETUP, f"PYTHON={sys.executable}", f"SETUP=requirements/setup {_VENV} requirements/ci.txt")
    assert "another make setup is running here (pid " in said, said
    _both(clone, "make", "data")
    (clone.root / ".plumbline/mlflow.db").unlink(missing_ok=True)
    _both(clone, *_FIRST_START)


def line_ends(world: World) -> None:
    """In a clone that turns line ends (core.autocrlf) nothing has changed, for git and for DVC."""
    built = world.built()
    clone = Clone(world.folder() / "clone")
    built.run("git", "clone", "--quiet", "--config", "core.autocrlf=true", str(built.root), str(clone.root))
    shutil.copytree(built.root / ".dvc/cache", clone.root / ".dvc/cache")
    clone.run("dvc", "checkout", "--quiet")
    clone.run("python", "data/src/preprocess.py", "--seed", "42", "--output", "data/preprocessor.joblib")
    assert clone.run("git", "status", "--porcelain") == ""
    assert "up to date" in clone.run("dvc", "status")


CASES = (
    proxy_without_exceptions,  # first, for it builds what others copy, while those beside it need no build
    variables_of_the_user,
    copied_and_moved,
    path_with_spaces,
    home_that_cannot_be_written,
    linked_worktree,
    two_terminals,
    taken_port,
    line_ends,
)
