"""The portable forms of the kernel's transformers, as skl2onnx takes them: the same operators, bit for bit."""

from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType

from plumbline.kernel.calendar import CalendarParts
from plumbline.kernel.combination import Combine


class _Nodes:
    """Adds operators to a graph of skl2onnx; an edge is a name."""

    def __init__(self, scope: Any, operator: Any, container: Any) -> None:
        self._scope, self._container = scope, container
        self.input: str = operator.inputs[0].full_name
        self.output: str = operator.outputs[0].full_name

    def op(self, kind: str, *edges: str | float, to: str = "", **attributes: Any) -> str:
        output = to or str(self._scope.get_unique_variable_name(kind.lower()))
        named = [edge if isinstance(edge, str) else self.constant([edge]) for edge in edges]
        name = self._scope.get_unique_operator_name(kind)
        self._container.add_node(kind, named, [output], name=name, op_version=None, **attributes)
        return output

    def constant(self, values: list[Any], kind: int = TensorProto.DOUBLE) -> str:
        name = str(self._scope.get_unique_variable_name("constant"))
        self._container.add_initializer(name, kind, [len(values)], values)
        return name

    def divide(self, edge: str, by: float) -> str:
        return self.op("Floor", self.op("Div", edge, by))

    def rest(self, edge: str, whole: str, size: float) -> str:
        return self.op("Sub", edge, self.op("Mul", whole, size))


def register() -> None:
    """Tell skl2onnx how to convert the kernel's transformers."""
    for kind, convert in ((CalendarParts, _calendar), (Combine, _combine)):
        update_registered_converter(kind, f"Plumbline{kind.__name__}", _shape, convert, overwrite=True)


def _shape(operator: Any) -> None:
    rows = operator.inputs[0].get_first_dimension()
    width = len(operator.raw_operator.get_feature_names_out())
    operator.outputs[0].type = DoubleTensorType([rows, width])


def _calendar(scope: Any, operator: Any, container: Any) -> None:
    """Write `CalendarParts.transform`."""
    fitted, nodes = operator.raw_operator, _Nodes(scope, operator, container)
    hours = []
    if fitted.kind == "timestamp":
        days = nodes.divide(nodes.input, 86400.0)
        hours = [nodes.divide(nodes.rest(nodes.input, days, 86400.0), 3600.0)]
    else:
        days = nodes.op("Floor", nodes.input)
    from_monday = nodes.op("Add", days, 3.0)
    weekday = nodes.rest(from_monday, nodes.divide(from_monday, 7.0), 7.0)
    parts = [days, *_civil(nodes, days), weekday, *hours]
    axis = nodes.constant([2], TensorProto.INT64)
    stacked = nodes.op("Concat", *(nodes.op("Unsqueeze", part, axis) for part in parts), axis=2)
    shape = nodes.constant([-1, fitted.n_features_in_ * len(parts)], TensorProto.INT64)
    nodes.op("Reshape", stacked, shape, to=nodes.output)


def _civil(nodes: _Nodes, days: str) -> tuple[str, str, str]:
    """Write `plumbline.kernel.calendar.civil`, with its names."""
    shifted = nodes.op("Add", days, 719468.0)
    era = nodes.divide(shifted, 146097.0)
    day_of_era = nodes.rest(shifted, era, 146097.0)
    fours, centuries, last = (nodes.divide(day_of_era, size) for size in (1460.0, 36524.0, 146096.0))
    leaps = nodes.op("Sub", nodes.op("Sub", centuries, fours), last)
    year_of_era = nodes.divide(nodes.op("Add", day_of_era, leaps), 365.0)
    before = nodes.op("Add", nodes.op("Mul", year_of_era, 365.0), nodes.divide(year_of_era, 4.0))
    day_of_year = nodes.op("Sub", day_of_era, nodes.op("Sub", before, nodes.divide(year_of_era, 100.0)))
    from_march = nodes.divide(nodes.op("Add", nodes.op("Mul", day_of_year, 5.0), 2.0), 153.0)
    begun = nodes.divide(nodes.op("Add", nodes.op("Mul", from_march, 153.0), 2.0), 5.0)
    day = nodes.op("Add", nodes.op("Sub", day_of_year, begun), 1.0)
    next_year = nodes.divide(from_march, 10.0)
    month = nodes.rest(nodes.op("Add", from_march, 3.0), next_year, 12.0)
    year = nodes.op("Add", nodes.op("Add", year_of_era, nodes.op("Mul", era, 400.0)), next_year)
    return year, month, day


def _combine(scope: Any, operator: Any, container: Any) -> None:
    """Write `Combine.transform`."""
    nodes = _Nodes(scope, operator, container)
    features = []
    for operation, columns in operator.raw_operator.terms_:
        first, *others = (
            nodes.op("Gather", nodes.input, nodes.constant([column], TensorProto.INT64), axis=1) for column in columns
        )
        if operation == "log1p":
            inside = nodes.op("Where", nodes.op("Greater", first, -1.0), first, np.nan)
            features.append(nodes.op("Log", nodes.op("Add", inside, 1.0)))
        elif operation == "ratio":
            divisor = nodes.op("Where", nodes.op("Equal", others[0], 0.0), np.nan, others[0])
            features.append(nodes.op("Div", first, divisor))
        else:
            features.append(nodes.op({"difference": "Sub", "product": "Mul"}[operation], first, others[0]))
    nodes.op("Concat", *features, axis=1, to=nodes.output)
