"""Check the raw files against the contract and report every violation."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from dataclasses import asdict
from pathlib import Path

from plumbline.kernel import contract, jsonfile, log, stage, validation


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--output", type=Path, required=True, help="the report, as JSON")
    arguments = parser.parse_args()
    rows, found = validation.validate(arguments.files, contract.read(arguments.contract))
    jsonfile.write(arguments.output, {"rows": rows, "violations": [asdict(item) for item in found]})
    validation.refuse(found)
    log.get("validate").info("valid", rows=rows)


if __name__ == "__main__":
    stage.run(main)
