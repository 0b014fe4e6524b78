"""The container images, started and proved: `plumb images smoke`."""
