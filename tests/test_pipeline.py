"""What dvc.yaml, the make targets and the parameters say of the same thing is the same."""

import re

import yaml

from plumbline.testing.repository import ROOT, run

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]


def test_make_preproc_runs_the_command_of_the_stage() -> None:
    recipe = re.search(r"^preproc:.*\n\t(.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert recipe is not None
    assert recipe[1] == STAGES["preprocess"]["cmd"]
    assert recipe[1] == "python data/src/preprocess.py --seed 42 --output data/preprocessor.joblib"


def test_a_stage_is_a_script_of_its_name_and_depends_on_it() -> None:
    for name, stage in STAGES.items():
        script = re.search(rf"(data|model)/src/{name}\.py", stage["cmd"])
        assert script is not None
        assert script[0] in stage["deps"]


def test_every_stage_depends_on_the_whole_kernel_and_on_the_pinned_libraries() -> None:
    shared = {"plumbline/kernel", "requirements/pipeline.txt"}
    assert [name for name, stage in STAGES.items() if not shared <= set(stage["deps"])] == []


def test_compiled_files_of_the_kernel_are_no_part_of_what_a_stage_depends_on() -> None:
    compiled = "plumbline/kernel/__pycache__/log.cpython-311.pyc"
    assert run(ROOT, "dvc", "check-ignore", compiled, "plumbline/kernel/log.py").stdout.split() == [compiled]


def test_the_preprocessor_is_neither_cached_nor_tracked_by_git() -> None:
    assert STAGES["preprocess"]["outs"] == [{"data/preprocessor.joblib": {"cache": False}}]
    assert "/preprocessor.joblib" in (ROOT / "data/.gitignore").read_text().split()


def test_the_seed_of_the_command_is_that_of_the_parameters() -> None:
    seed = yaml.safe_load((ROOT / "data/params.yaml").read_text())["preprocess"]["seed"]
    assert f"--seed {seed} " in STAGES["preprocess"]["cmd"]
