"""What dvc.yaml, the make targets and the parameters say of the same thing is the same."""

import re

import yaml

from tests.conftest import ROOT

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]


def test_make_preproc_runs_the_command_of_the_stage() -> None:
    recipe = re.search(r"^preproc:.*\n\t(.+)$", (ROOT / "make/proof.mk").read_text(), flags=re.MULTILINE)
    assert recipe is not None
    assert recipe[1] == STAGES["preprocess"]["cmd"]
    assert recipe[1] == "python data/src/preprocess.py --seed 42 --output data/preprocessor.joblib"


def test_a_stage_is_a_script_of_its_name_and_depends_on_it() -> None:
    for name, stage in STAGES.items():
        script = re.search(rf"(data|model)/src/{name}\.py", stage["cmd"])
        assert script is not None
        assert script[0] in stage["deps"]


def test_the_preprocessor_is_neither_cached_nor_tracked_by_git() -> None:
    assert STAGES["preprocess"]["outs"] == [{"data/preprocessor.joblib": {"cache": False}}]
    assert "/preprocessor.joblib" in (ROOT / "data/.gitignore").read_text().split()


def test_the_seed_of_the_command_is_that_of_the_parameters() -> None:
    seed = yaml.safe_load((ROOT / "data/params.yaml").read_text())["preprocess"]["seed"]
    assert f"--seed {seed} " in STAGES["preprocess"]["cmd"]
