"""Load the bundle that was released last in the real services, and tell whether they get ready."""

from tools import log, processes, stack, stage
from tools.demo import free_port


def main() -> None:
    """Run from the command line."""
    programs = stack.services(free_port(), free_port(), prefix="readiness-")
    try:
        processes.start_all(programs)
    finally:
        for program in reversed(programs):
            processes.stop(program.name)
    log.get("readiness").info("ready", release=str(stack.RELEASE))


if __name__ == "__main__":
    stage.run(main)
