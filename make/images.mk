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

LAYERS := .plumbline/layers

.PHONY: image-cached
image-cached: ## Build IMAGES=… by BUILDX_BUILDER, with the layers that .plumbline/layers keeps
	@rm -rf $(LAYERS)-new
	@$(MAKE) images BUILD_ARGS="--load --cache-from type=local,src=$(LAYERS) --cache-to type=local,dest=$(LAYERS)-new,mode=max"
	@rm -rf $(LAYERS); mv $(LAYERS)-new $(LAYERS)

SAVED := reports/images

.PHONY: image-save
image-save: ## Write the built IMAGES=… to reports/images/NAME.tar
	@mkdir -p $(SAVED); for name in $(IMAGES); do \
		'$(ENGINE)' save --output $(SAVED)/$$name.tar $(IMAGE_PREFIX)$$name:$(TAG); \
	done

.PHONY: image-load
image-load: ## Take the images of reports/images/NAME.tar, which another machine built
	@for file in $(SAVED)/*.tar; do '$(ENGINE)' load --quiet --input $$file; done

.PHONY: image-sbom
image-sbom: ## Write what is in reports/images/NAME.tar to reports/sbom-NAME.cdx.json, as CycloneDX (needs trivy)
	@command -v trivy >/dev/null || { echo 'error: trivy is not installed: https://trivy.dev says how to have it' >&2; exit 2; }
	@for file in $(SAVED)/*.tar; do \
		name=$$(basename $$file .tar); \
		trivy image --quiet --input $$file --format cyclonedx --output reports/sbom-$$name.cdx.json; \
	done

.PHONY: push-images
push-images: setup ## Push the built images to docker.io/DOCKER_USERNAME by the commit's hash, and say their digests
	@$(PLUMB) ci push-images --engine '$(ENGINE)' --prefix $(IMAGE_PREFIX) --tag $(TAG) $(IMAGES)

COSIGN := .plumbline/bin/cosign

.PHONY: sign-images
sign-images: $(COSIGN) ## Sign the pushed REFERENCES="docker.io/…@sha256:…" without a key, and attest their SBOMs
	@test -n "$${REFERENCES:-}" || { echo 'error: which images? REFERENCES is what `make push-images` says' >&2; exit 2; }
	@for reference in $$REFERENCES; do \
		name=$${reference##*/plumbline-}; \
		$(COSIGN) sign --yes $$reference; \
		$(COSIGN) attest --yes --type cyclonedx --predicate reports/sbom-$${name%@*}.cdx.json $$reference; \
	done

.PHONY: verify-images
verify-images: $(COSIGN) ## Check that REFERENCES="docker.io/…@sha256:…" were signed on main by images.yml of GITHUB_REPOSITORY=owner/name
	@test -n "$${REFERENCES:-}" -a -n "$${GITHUB_REPOSITORY:-}" || { echo 'error: which images, and whose? set REFERENCES and GITHUB_REPOSITORY' >&2; exit 2; }
	@for reference in $$REFERENCES; do \
		$(COSIGN) verify --certificate-oidc-issuer https://token.actions.githubusercontent.com \
			--certificate-identity "https://github.com/$$GITHUB_REPOSITORY/.github/workflows/images.yml@refs/heads/main" \
			$$reference >/dev/null; \
	done

# Go's checksum database vouches for the source.
$(COSIGN):
	GOBIN=$(CURDIR)/$(@D) go install github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5

RELEASE := .plumbline/release.json

.PHONY: smoke-images
smoke-images: setup | $(RELEASE) ## Start the built images, price a house, stop them under load, and rebuild the bundle
	@$(PLUMB) ci smoke --engine '$(ENGINE)' --prefix $(IMAGE_PREFIX) --tag $(TAG) $(IMAGES)

.PHONY: readiness-image
readiness-image: setup | $(RELEASE) ## Load the bundle that was released last in the real image of predict
	@$(MAKE) images IMAGES=predict
	@$(PLUMB) ci readiness --engine '$(ENGINE)' --image $(IMAGE_PREFIX)predict:$(TAG)

.PHONY: compose-env
compose-env: setup | $(RELEASE) ## Write .env for compose.yaml: the built images, the released bundle, new passwords where none are; and the rules
	@$(PLUMB) ci rules .plumbline/prometheus
	@$(PLUMB) ci compose-env --prefix $(IMAGE_PREFIX) --tag $(TAG)

$(RELEASE):
	$(MAKE) data pipeline register
