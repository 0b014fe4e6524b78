"""A Ray cluster scores a folder as one process does, also when one of its raylets is killed while it scores."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import psutil
import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.local.score import manifest, run
from plumbline.local.score.folders import Folder
from plumbline.testing import ray_cluster
from plumbline.testing.ray_cluster import Raylet
from tests.acceptance.story import until

pytestmark = [pytest.mark.slow, pytest.mark.needs("ray")]
FILES, ROWS = 6, 4000


@pytest.fixture
def plants(golden: pd.DataFrame, house: Path) -> Path:
    """Tables: of many rows, with a row that is refused, and one that cannot be read."""
    folder = house / "plants"
    folder.mkdir()
    many = pd.concat([golden] * (ROWS // len(golden)), ignore_index=True).astype(object)
    for number in range(FILES):
        many.iloc[number:].to_csv(folder / f"{number}.csv", index=False)
    many.iloc[7, 0] = "nonsense"
    many.to_csv(folder / "refused.csv", index=False)
    (folder / "none.parquet").write_bytes(b"PAR1")
    return folder


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[Raylet]:
    """The second raylet of a cluster that the environment names."""
    with ray_cluster.head() as (head, folder):
        second = Raylet(folder, head.address, mark="second")
        try:
            monkeypatch.setenv("RAY_ADDRESS", head.address)
            yield second
        finally:
            second.stop()


def content(folder: str) -> dict[str, bytes]:
    """Give every file by its name, but for the lock; a signature differs each time."""
    files = [path for path in Path(folder).rglob("*") if path.is_file() and path.name not in (".lock", "bundle.sig")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def scores(raylet: Raylet) -> bool:
    """Whether a process of the raylet has a scorer."""
    for process in raylet.processes():
        try:
            if "services.predict.app.batch" in process.cmdline():
                return True
        except psutil.Error:  # it has ended
            continue
    return False


def test_a_raylet_is_killed_while_it_scores_and_all_is_as_of_one_process(
    plants: Path, environment: dict[str, str], two: Raylet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as alone:
        alone.delenv("RAY_ADDRESS")
        single = run.score("plants", "single", environment, 1)

    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(run.score, "plants", "scored", environment, 0)
        until("the second raylet scores", lambda: asked.done() or scores(two))
        two.kill()
        found = asked.result()

    assert content("scored") == content("single")
    assert (found.records, list(found.failed)) == (single.records, ["none.parquet"])
    assert found.rows == sum(record["input"]["rows"] for record in found.records.values())
    assert found.records["refused.csv"]["rejected"]["rows"] == 1
    again = run.score("plants", "scored", environment, 0)
    assert (again.rows, again.records) == (0, found.records)
    (plants / "none.parquet").unlink()
    run.score("plants", "scored", environment, 0)
    assert len(manifest.verify(Folder("scored"))["files"]) == FILES + 1


def test_the_first_fault_ends_the_run_on_a_cluster_too(plants: Path, environment: dict[str, str], two: Raylet) -> None:
    with pytest.raises(PlumblineError, match=r"^none\.parquet cannot be read"):
        run.score("plants", "scored", environment, 0, stop=True)
    assert not Path("scored", manifest.MANIFEST).exists()


def test_without_a_cluster_the_address_is_named(
    plants: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "nowhere")
    with pytest.raises(PlumblineError, match="no Ray cluster can be joined at nowhere, which RAY_ADDRESS names"):
        run.score("plants", "scored", environment, 0)
