# The official model: judged, checked before a merge, rebuilt and recorded after it.
.PHONY: gate
gate: setup ## Judge the bundle by model/configs/gate.yaml, for promotion to champion
	@$(PLUMB) model gate --promotion

.PHONY: pr-check
pr-check: setup ## Check this branch as its pull request will: pull, lint, tests, gate, reports/pr.md
	@$(PLUMB) model pull
	env -u MLFLOW_TRACKING_URI $(MAKE) lint unit # tests write to registries of their own alone
	@$(PLUMB) model check

.PHONY: official
official: setup keys ## Rebuild this commit, compare with the developer's build, judge, push, record and register it
	@$(PLUMB) model official

.PHONY: tune
tune: setup ## Search model/configs/search.yaml, resuming, and write the winner into model/params.yaml (TRIALS=10)
	dvc repro --quiet featurize
	python model/src/tune.py $(if $(TRIALS),--trials $(TRIALS))

# DVC runs queued experiments in folders of their own: their code comes from there, their runs go to this clone's MLflow.
.PHONY: experiment
experiment: export PYTHONPATH := .
experiment: export MLFLOW_TRACKING_URI := $(or $(MLFLOW_TRACKING_URI),sqlite:///$(CURDIR)/.plumbline/mlflow.db)
experiment: export MLFLOW_EXPERIMENT_NAME := experiments
experiment: setup ## Queue, run and compare variants: make experiment SET="train.seed=1,2 train.coverage=0.9"
	@test -n "$(SET)" || { echo 'error: what to vary? make experiment SET="train.estimator=linear,dummy"' >&2; exit 2; }
	mkdir -p .plumbline
	dvc exp run --queue $(SET:%=--set-param model/params.yaml:%)
	dvc exp run --run-all
	dvc exp show --md --only-changed

.PHONY: mlproject
mlproject: export MLFLOW_TRACKING_URI := $(or $(MLFLOW_TRACKING_URI),sqlite:///$(CURDIR)/.plumbline/mlflow.db)
mlproject: setup ## Run the whole pipeline as an MLflow project, in one run
	mkdir -p .plumbline
	mlflow run . --env-manager local --experiment-name plumbline
