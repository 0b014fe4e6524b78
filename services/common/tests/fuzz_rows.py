"""A fuzzer on the decoder: python -m services.common.tests.fuzz_rows -max_total_time=60.

Whatever the bytes, the decoder gives rows that the contract allows or refuses them with a problem;
it never raises anything else, and the fast and the careful path agree.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["services.common"]):
    import msgspec

    from services.common import moments, violations
    from services.common.problems import Problem
    from services.common.rows import RowReader
    from services.common.tests.test_rows import BIKES

SEEDS = (
    b'{"inputs":[{"weather":"dry","temperature":21.5,"hour":17,"prediction":true,"gr\xc3\xb6\xc3\x9fe":"2026-01-31T12:00:00Z"},{"hour":3.0}]}',
    b'{"input":{"weather":null,"temperature":-1e1,"hour":NaN,"day/of the ride.":"2026-01-31","features":"Ulm"}}',
)
READER = RowReader(BIKES, 100)


def one_input(data: bytes) -> None:
    """Decode once in both forms."""
    for read in (READER.read, lambda body: READER.read_either(body)[0]):
        try:
            rows = read(data)
        except Problem as problem:
            if problem.status not in {400, 422} or not problem.errors:
                raise AssertionError(problem.body()) from problem
            continue
        document = {"inputs": msgspec.to_builtins(rows, enc_hook=moments.encode)}
        assert list(violations.of_document(document, BIKES, 100, allow_one=False)) == []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            Path(corpus, str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, "-max_len=4096", corpus], one_input)
        atheris.Fuzz()
