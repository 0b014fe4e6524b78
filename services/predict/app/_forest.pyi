class Forest:
    def __new__(
        cls,
        row_type: type,
        features: list[tuple[str, dict[str | None, int] | None, int, bytes, bytes]],
        stride: int,
        width: int,
        leaves: bytes,
        ends: bytes,
        steps: bytes,
        registers: bytes,
        outputs: bytes,
    ) -> Forest: ...
    def score(self, rows: list[object]) -> bytes: ...
