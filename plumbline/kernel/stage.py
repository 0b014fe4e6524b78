"""How every stage starts and ends."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn

from plumbline.kernel import git, log, runtime, text
from plumbline.kernel.errors import PlumblineError


def run(main: Callable[[], None]) -> NoReturn:
    """Run `main` under the pinned runtime; an error of the user's ends it with a message, not a traceback."""
    git.forget_hook()
    runtime.pin()
    try:
        text.check_given(sys.argv[1:], os.environ)
        log.configure()
        main()
    except PlumblineError as error:
        sys.exit(f"error: {error}")
    sys.exit(0)
