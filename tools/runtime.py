"""What must be the same for the same commit to give the same bytes, set by the project and not by a shell."""

import os
import sys

PINNED = {
    "OMP_NUM_THREADS": "1",  # HistGradientBoosting stores its thread count
    "OPENBLAS_NUM_THREADS": "1",  # sums in another order differ in the last bits
    "OPENBLAS_CORETYPE": "Haswell",  # the BLAS kernel is otherwise chosen by the machine's CPU
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",  # the order of sets of strings
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
}


def pin() -> None:
    """Start this process again under `PINNED` unless it already runs under it.

    BLAS and OpenMP read their settings when they are loaded and Python reads the hash seed when it starts, so an
    assignment later in the process comes too late. Call it first thing in a stage's main block.
    """
    if any(os.environ.get(name) != value for name, value in PINNED.items()):
        os.environ.update(PINNED)
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the same program
