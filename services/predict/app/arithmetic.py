"""The arithmetic of a graph as steps over registers, each a double: what _forest.c does behind the sums of its trees.

A tensor of shape (rows, n) is n registers, so that Concat costs nothing and Softmax is made of simpler steps.
"""

import struct
from functools import reduce
from typing import Any

import numpy as np

from services.predict.app.onnx_file import Node, UnsupportedError

_UNARY = {"Exp": "e", "Log": "l", "Neg": "n", "Sigmoid": "s"}
_BINARY = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Sum": "+", "Max": ">", "Min": "<"}
_MOST_REGISTERS = 2048  # see _forest.c


class Program:
    """Grows with each node.

    Attributes:
        steps: The operations, as _forest.c reads them.
    """

    def __init__(self, sums: list[str], constants: dict[str, Any]) -> None:
        """Begin a program.

        Args:
            sums: Names of what the trees add up to, which the first registers hold.
            constants: The graph's, as arrays by name; those of another type are None.
        """
        self._places = {name: [number] for number, name in enumerate(sums)}
        self._values = [0.0] * len(sums)
        self._constants = constants
        self.steps = bytearray()

    @property
    def registers(self) -> bytes:
        """The doubles that the registers begin with."""
        return np.array(self._values, "<f8").tobytes()

    def visit(self, node: Node) -> None:
        """Add the steps of a node.

        Raises:
            UnsupportedError: It is none of the operators that registers are enough for.
        """
        given = [self.find(name) for name in node.inputs]
        if node.kind in _UNARY:
            made = [self._step(_UNARY[node.kind], place, place) for place in given[0]]
        elif node.kind in _BINARY:
            made = reduce(lambda left, right: self._pairwise(_BINARY[node.kind], left, right), given)
        elif node.kind == "Identity":
            made = given[0]
        elif node.kind == "Concat" and node.attributes["axis"] in {1, -1}:
            made = [place for places in given for place in places]
        elif node.kind == "Softmax" and node.attributes.get("axis", -1) in {1, -1}:
            made = self._softmax(given[0])
        else:
            raise UnsupportedError(f"{node.kind} is none of the operators that a forest has")
        self._places[node.outputs[0]] = made

    def find(self, name: str) -> list[int]:
        """Give the registers of a tensor.

        Raises:
            UnsupportedError: It is made by none of the visited nodes, and is no constant in double precision.
        """
        if name not in self._places:
            values = self._constants.get(name)
            if values is None or values.dtype != np.float64:
                raise UnsupportedError(f"{name} is neither a sum of leaves nor a number")
            self._places[name] = [self._allocate(value) for value in values.tolist()]
        return self._places[name]

    def _softmax(self, places: list[int]) -> list[int]:
        largest = reduce(lambda left, right: self._step(">", left, right), places)
        powers = [self._step("e", place, place) for place in self._pairwise("-", places, [largest])]
        total = reduce(lambda left, right: self._step("+", left, right), powers)
        return self._pairwise("/", powers, [total])

    def _pairwise(self, code: str, left: list[int], right: list[int]) -> list[int]:
        width = max(len(left), len(right))
        if {len(left), len(right)} - {1, width}:
            raise UnsupportedError(f"columns do not pair: {len(left)} and {len(right)}")
        pairs = zip(left * (width // len(left)), right * (width // len(right)), strict=True)
        return [self._step(code, *pair) for pair in pairs]

    def _step(self, code: str, left: int, right: int) -> int:
        target = self._allocate(0.0)
        self.steps += struct.pack("<4H", ord(code), left, right, target)
        return target

    def _allocate(self, value: float) -> int:
        if len(self._values) == _MOST_REGISTERS:
            raise UnsupportedError(f"the arithmetic takes more than {_MOST_REGISTERS} registers")
        self._values.append(value)
        return len(self._values) - 1
