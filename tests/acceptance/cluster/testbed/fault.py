"""Plant the fault of bad.Dockerfile, and compile it: the image never compares bytecode with its source."""

import pathlib
import py_compile

route = pathlib.Path("/app/services/predict/app/routes/predict.py")
text = route.read_text(encoding="utf-8")
assert "model.scorer.score(rows)" in text, "the fault has to be planted elsewhere"
route.write_text(text.replace("model.scorer.score(rows)", "(1.1 * model.scorer.score(rows))"), encoding="utf-8")
py_compile.compile(str(route), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
