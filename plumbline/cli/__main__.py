"""The entry of `plumb`, and of `python -m plumbline.cli`."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from plumbline.bundle import BundleError
from plumbline.kernel import git, runtime, text
from plumbline.kernel.errors import PlumblineError

USAGE = 2
_ROOT = Path(__file__).resolve().parents[2]
INTERRUPTED = 130  # as a shell says it of SIGINT


def main() -> NoReturn:
    """Run a command under the pinned runtime; what the user can mend ends it with one line, not a traceback."""
    git.forget_hook()
    _leave_modules()
    runtime.pin()
    # What a command starts is found though no environment is active: its own programs, and what make installs.
    own = f"{Path(sys.executable).parent}:{Path('.plumbline/bin').absolute()}"
    if not os.environ.get("PATH", "").startswith(own):
        os.environ["PATH"] = f"{own}:{os.environ.get('PATH', os.defpath)}"
    from cyclopts import CycloptsError  # here, because pinning starts the process again

    from plumbline.cli import app

    try:
        text.check_given(sys.argv[1:], os.environ)
        sys.exit(app.run(sys.argv[1:]))
    except CycloptsError as error:
        words = " ".join(["plumb", *(error.command_chain or ())])
        sys.stderr.write(f"error: {str(error).splitlines()[0]} (`{words} --help` says what there is)\n")
        sys.exit(USAGE)
    except (PlumblineError, BundleError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _leave_modules() -> None:
    """Start again without what a user's PYTHONPATH puts before the libraries of this and all that it starts."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [folder for folder in given if folder and Path(folder).resolve().is_relative_to(_ROOT)]
    if given not in ([""], kept):
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the same program


if __name__ == "__main__":
    main()
