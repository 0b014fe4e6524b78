# Kubernetes: what the overlays amount to.
KUSTOMIZE = $(if $(shell command -v kustomize),kustomize build,kubectl kustomize)

.PHONY: manifests
manifests: ## Render every overlay to .plumbline/manifests (needs kustomize or kubectl)
	@mkdir -p .plumbline/manifests
	@cd infrastructure/kubernetes/overlays; for file in $$(find . -name kustomization.yaml | sort); do \
		folder=$$(dirname $${file#./}); rendered=.plumbline/manifests/$${folder//\//-}.yaml; \
		$(KUSTOMIZE) $$folder > $(CURDIR)/$$rendered; echo $$rendered; \
	done

.PHONY: schemas
schemas: setup ## Fetch the schemas that the manifests are validated against (with Go, or from their releases)
	@$(PLUMB) ci schemas
