"""Rules of the Dockerfiles that no linter knows; each gives what breaks it."""

import json
import re
from typing import NamedTuple

USER = "10001:10001"


class Instruction(NamedTuple):
    """An instruction of a Dockerfile with its continued lines joined, options included."""

    name: str
    value: str


def parse(text: str) -> list[Instruction]:
    """Read a Dockerfile."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines()]


def values(instructions: list[Instruction], name: str) -> list[str]:
    return [item.value for item in instructions if item.name == name]


def last_stage(instructions: list[Instruction]) -> list[Instruction]:
    start = max(number for number, item in enumerate(instructions) if item.name == "FROM")
    return instructions[start:]


def unpinned_base(text: str) -> list[str]:
    """Every stage starts from the argument BASE_IMAGE, whose default has a version, or from a digest."""
    instructions = parse(text)
    argument = re.compile(r"BASE_IMAGE=\S+:[\w.-]*\d[\w.-]*$")
    found = [
        value
        for value in values(instructions, "ARG")
        if value.startswith("BASE_IMAGE") and not argument.fullmatch(value)
    ]
    if not any(value.startswith("BASE_IMAGE=") for value in values(instructions, "ARG")):
        found.append("no ARG BASE_IMAGE")
    pinned = re.compile(r"(\$\{BASE_IMAGE\}|\S+@sha256:[0-9a-f]{64})( AS \w+)?")
    return found + [value for value in values(instructions, "FROM") if not pinned.fullmatch(value)]


def root_user(text: str) -> list[str]:
    """The image that runs has a numeric user that is not root, as Kubernetes' runAsNonRoot needs it."""
    users = values(last_stage(parse(text)), "USER")
    return [] if users and users[-1] == USER else users[-1:] or ["no USER"]


def nameless_user(text: str) -> list[str]:
    """The user has a name in the image itself: `getpass.getuser` fails without one, and DVC calls it."""
    user, group = USER.split(":")
    added = " ".join(values(last_stage(parse(text)), "RUN"))
    entry = re.search(rf"'[a-z]+:x:{user}:{group}::/tmp:\S+' >> /etc/passwd", added)
    return [] if entry else [f"no name for {USER}"]


def pip_without_hashes(text: str) -> list[str]:
    """What pip installs is a list of hashes, not resolved anew, and nothing of pip reaches the image that runs."""
    commands = [part for run in values(parse(text), "RUN") for part in re.split(r"&&|;", run)]
    installs = [part for part in commands if re.search(r"\bpip3?\b.* install\b", part)]
    last = [run for run in values(last_stage(parse(text)), "RUN") if re.search(r"\bpip3? install\b", run)]
    careless = [part.strip() for part in installs if not {"--require-hashes", "--no-deps"} <= set(part.split())]
    return careless + last


def shell_form(text: str) -> list[str]:
    """The service itself is process 1 and gets the signals; its health is looked at without a shell."""
    stage = last_stage(parse(text))
    found = [] if values(stage, "CMD") else ["no CMD"]
    found += [] if values(stage, "HEALTHCHECK") else ["no HEALTHCHECK"]
    for value in values(stage, "CMD") + values(stage, "ENTRYPOINT") + values(stage, "HEALTHCHECK"):
        command = value.partition("CMD ")[2] or value
        try:
            exec_form = command == "NONE" or isinstance(json.loads(command), list)
        except ValueError:
            exec_form = False
        found += [] if exec_form else [value]
    return found


def copied_whole(text: str) -> list[str]:
    """The last stage takes what it names from the stage that built it, and nothing of the context."""
    return [value for value in values(last_stage(parse(text)), "COPY") if not value.startswith("--from=build ")]


CHECKS = (unpinned_base, root_user, nameless_user, pip_without_hashes, shell_form, copied_whole)
