"""The portable form of each of the kernel's transformers gives the bits of the transformer itself."""

import numpy as np
import pandas as pd
import pytest
from onnxruntime import InferenceSession
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType

from model.src import transformers
from plumbline.kernel.calendar import CalendarParts
from plumbline.kernel.combination import Combination, Combine

DAY = 86400.0


def answers(fitted: CalendarParts | Combine, frame: pd.DataFrame) -> np.ndarray:
    transformers.register()
    graph = to_onnx(fitted, initial_types=[("X", DoubleTensorType([None, frame.shape[1]]))], target_opset=21)
    return InferenceSession(graph.SerializeToString()).run(None, {"X": frame.to_numpy()})[0]


@pytest.mark.parametrize(("kind", "unit"), [("date", 1.0), ("timestamp", DAY)])
def test_every_part_of_the_calendar_has_the_same_bits(kind: str, unit: float) -> None:
    random = np.random.default_rng(1)
    days = np.concatenate([[0, -1, 10957, 11016, 19782, np.nan], random.integers(-700_000, 2_900_000, 5000)])
    moments = days * unit + (random.integers(0, int(DAY), len(days)) if kind == "timestamp" else 0)
    frame = pd.DataFrame({"sold": moments, "built": moments[::-1]})
    fitted = CalendarParts(kind).fit(frame)
    np.testing.assert_array_equal(answers(fitted, frame), fitted.transform(frame))


def test_every_combination_has_the_same_bits_and_the_logarithm_nearly() -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"area": random.normal(0, 3, 2000), "rooms": random.integers(0, 4, 2000).astype(float)})
    frame.iloc[0] = np.nan
    exact = Combine({name: Combination(name, "area", "rooms") for name in ("ratio", "difference", "product")}).fit(
        frame
    )
    np.testing.assert_array_equal(answers(exact, frame), exact.transform(frame))
    logarithm = Combine({"size": Combination("log1p", "area")}).fit(frame)
    np.testing.assert_allclose(answers(logarithm, frame), logarithm.transform(frame), rtol=1e-14)
