"""Plant the fault of bad.Dockerfile under a root folder, and compile it; no image compares bytecode with source."""

import pathlib
import py_compile
import sys

WHERE = "services/predict/app/routes/predict.py"
RIGHT, WRONG = "model.score(rows)", "1.1 * model.score(rows)"

route = pathlib.Path(sys.argv[1], WHERE)
text = route.read_text(encoding="utf-8")
assert text.count(RIGHT) == 1, f"{WHERE} does not hold `{RIGHT}` once: the fault has to be planted elsewhere"
route.write_text(text.replace(RIGHT, WRONG), encoding="utf-8")
py_compile.compile(str(route), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
