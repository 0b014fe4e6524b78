# The container images: built by docker, podman or buildah, then started and proved.
IMAGE_PREFIX ?= localhost/plumbline-
ENGINE ?= $(firstword $(shell for name in docker podman; do $$name info >/dev/null 2>&1 && echo $$name; done; command -v buildah))
# Further options of `$(ENGINE) build`, such as the certificates of a proxy.
BUILD_ARGS ?=
# One for each Dockerfile of a service, and the training pipeline.
IMAGES ?= $(patsubst services/%/Dockerfile,%,$(wildcard services/*/Dockerfile)) pipeline
# An image is named after the commit that it was built from; one of altered files says so.
TAG ?= $(shell git rev-parse HEAD)$(if $(shell git status --porcelain),-dirty)

.PHONY: images
images: ## Build the images, tagged by the commit (ENGINE=docker, podman or buildah; IMAGE_PREFIX=, BASE_IMAGE=)
	@engine='$(ENGINE)'; tag=$(TAG); \
	test -n "$$engine" || { echo "error: neither docker, podman nor buildah works here: install one of them" >&2; exit 2; }; \
	case $$tag in *-dirty) echo "warning: files differ from the commit, so the tag is $$tag: do not deploy it" >&2;; esac; \
	case $$engine in *docker) options=;; *) options="--format docker --layers";; esac; \
	source=$$(git config --default '' --get remote.origin.url | sed -E 's|://[^/@]*@|://|'); \
	version=$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml); \
	for name in $(IMAGES); do \
		file=services/$$name/Dockerfile; test -e $$file || file=model/Dockerfile; \
		echo "building $(IMAGE_PREFIX)$$name:$$tag with $$engine"; \
		$$engine build --quiet $$options $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) \
			--label org.opencontainers.image.title=plumbline-$$name \
			--label org.opencontainers.image.revision=$$tag \
			--label org.opencontainers.image.source="$$source" \
			--label org.opencontainers.image.version="$$version" \
			--label org.opencontainers.image.licenses=Apache-2.0 \
			$(BUILD_ARGS) --file $$file --tag $(IMAGE_PREFIX)$$name:$$tag .; \
	done

RELEASE := .plumbline/release.json

.PHONY: smoke-images
smoke-images: setup | $(RELEASE) ## Start the built images, price a house, stop them under load, and rebuild the bundle
	@python -m tools.images --engine '$(ENGINE)' --prefix $(IMAGE_PREFIX) --tag $(TAG) --images $(IMAGES)

.PHONY: compose-env
compose-env: setup | $(RELEASE) ## Write .env for compose.yaml: the built images, the released bundle, new passwords where none are
	@python -m tools.images.environment --prefix $(IMAGE_PREFIX) --tag $(TAG)

$(RELEASE):
	$(MAKE) data pipeline register
