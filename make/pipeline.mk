# The main job, step by step.
.PHONY: pipeline
pipeline: setup ## Run the stages of dvc.yaml that have something to do
	dvc repro

.PHONY: register
register: setup ## Register the bundle as challenger and release it to the model store
	@$(PLUMB) release register
