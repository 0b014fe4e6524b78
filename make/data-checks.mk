# Checks of the versioned data, and what git needs to merge it.
.PHONY: check-data
check-data: setup ## Check that git, DVC's cache and the remote tell the same story
	@$(PLUMB) data check

.PHONY: setup-git
setup-git: setup ## Make git merge dvc.lock stage by stage in this clone
	@git config merge.dvc-lock.name "dvc.lock, stage by stage"
	@git config merge.dvc-lock.driver "'$(BIN)/python' -m plumbline.dvc.merge_lock %O %A %B"

.PHONY: drill
drill: setup | $(BUILT) ## Rehearse the evaluation plan and every fault with real git and real DVC
	@$(PLUMB) drill
