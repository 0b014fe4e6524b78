"""Columns drawn by a seed: the same cells on every machine, because only whole numbers are computed with."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.random import PCG64, SeedSequence
from numpy.typing import NDArray

Whole = NDArray[np.int64]


class Draws:
    """Draws for the rows of a table.

    A column's draws depend on the seed, its name and the row's number alone: neither another column nor more rows
    change them. Method: PCG64's own 64 bits, whose stream NumPy promises to keep (NEP 19), of which the upper half
    times the number of outcomes gives one of them, as likely as the others but for one part in 2**32.

    Args:
        seed: Another seed is another table.
        rows: How many are drawn.
        first: The number of the first of them, from 0, so that a table can be drawn a part at a time.
    """

    def __init__(self, seed: int, rows: int, first: int = 0) -> None:
        self._seed, self.rows, self._first = seed, rows, first

    def whole(self, column: str, low: int, high: int) -> Whole:
        """Draw whole numbers from `low` to `high`, all as likely; shape (rows,)."""
        return low + self._below(column, high - low + 1)

    def early(self, column: str, low: int, high: int) -> Whole:
        """Draw whole numbers from `low` to `high`, small ones more often: a share of a share; shape (rows,)."""
        first, second = self._below(column, 1 << 16), self._below(f"{column}, again", 1 << 16)
        return low + ((first * second >> 16) * (high - low + 1) >> 16)

    def bell(self, column: str, width: int, parts: int) -> Whole:
        """Draw the sum of `parts` whole numbers from -`width` to `width`; shape (rows,); see `bell_variance`."""
        return sum((self.whole(f"{column}, {part}", -width, width) for part in range(parts)), np.zeros(1, np.int64))

    def chosen(self, column: str, weights: Sequence[int]) -> Whole:
        """Draw positions of `weights`, each as often as its weight says; shape (rows,)."""
        return np.searchsorted(np.cumsum(weights), self._below(column, sum(weights)), side="right")

    def one_in(self, column: str, count: int) -> NDArray[np.bool_]:
        """Draw what is true in one of `count` rows; shape (rows,)."""
        drawn: NDArray[np.bool_] = self._below(column, count) == 0
        return drawn

    def _below(self, column: str, outcomes: int) -> Whole:
        stream = PCG64(SeedSequence([self._seed, zlib.crc32(column.encode())])).advance(self._first)
        bits = stream.random_raw(self.rows)
        return ((bits >> np.uint64(32)) * np.uint64(outcomes) >> np.uint64(32)).astype(np.int64)


def bell_variance(width: int, parts: int) -> float:
    """Give the variance of `Draws.bell`: each part is uniform on 2 * width + 1 whole numbers."""
    return parts * ((2 * width + 1) ** 2 - 1) / 12
