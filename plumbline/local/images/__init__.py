"""The container images, started and proved: `make smoke-images`."""
