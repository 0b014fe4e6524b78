from pathlib import Path

import joblib
import numpy as np

from plumbline.kernel import canonical


def test_equal_objects_give_equal_bytes_whatever_their_strings_identity(tmp_path: Path) -> None:
    one = "".join(["la", "bel"])
    other = "".join(["lab", "el"])
    assert one is not other
    canonical.dump([one, one, np.dtype("f8")], tmp_path / "a")
    canonical.dump([one, other, np.dtype("f8")], tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_loading_and_dumping_again_changes_no_byte(tmp_path: Path) -> None:
    canonical.dump({"names": ["a", "b", "a"], "values": np.arange(5.0)}, tmp_path / "a")
    canonical.dump(canonical.load(tmp_path / "a"), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert joblib.load(tmp_path / "a")["names"] == ["a", "b", "a"]
