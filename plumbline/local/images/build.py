"""Build the images, named and labelled by the commit that they are built from."""

import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path

from plumbline.kernel import command
from plumbline.kernel.config import settings
from plumbline.local.images import images
from plumbline.local.images.images import HERE, Images

_CREDENTIALS = re.compile(r"://[^/@]*@")


def labels(name: str, tag: str) -> dict[str, str]:
    """Give the labels of an image, as the OCI image specification names them."""
    source = command.run("git", "config", "--default", "", "--get", "remote.origin.url").strip()
    version = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return {
        "org.opencontainers.image.title": f"plumbline-{name}",
        "org.opencontainers.image.revision": tag,
        "org.opencontainers.image.source": _CREDENTIALS.sub("://", source),
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.licenses": "Apache-2.0",
    }


def main(*names: str, named: Images = HERE, base_image: str = "", layers: Path | None = None) -> None:
    """Build the images, tagged by the commit.

    Args:
        names: Of the images; all but `ray` if none is said.
        named: How they are called, and the engine.
        base_image: What they stand on; PLUMBLINE_BASE_IMAGE, or else what the Dockerfile says.
        layers: A folder that keeps BuildKit's layers; for one image.

    Raises:
        PlumblineError: No engine works here, there is no such image, or a build fails.
    """
    where = named.resolved()
    if where.tag.endswith("-dirty"):
        sys.stderr.write(f"warning: files differ from the commit, so the tag is {where.tag}: do not deploy it\n")
    base = base_image or settings().base_image
    options = [] if Path(where.engine).name == "docker" else ["--format", "docker", "--layers"]
    options += ["--build-arg", f"BASE_IMAGE={base}"] if base else []
    options += shlex.split(settings().build_options)
    for name in images.chosen(names):
        marks = [word for key, value in labels(name, where.tag).items() for word in ("--label", f"{key}={value}")]
        print(f"building {where.image(name)} with {where.engine}", flush=True)  # noqa: T201
        more = ["--build-arg", "RAY=yes"] if name == images.RAY else []
        tail = (*more, "--file", str(images.dockerfile(name)), "--tag", where.image(name), ".")
        where.run("build", "--quiet", *options, *marks, *_cache(layers), *tail)
        if layers:
            # Replaced as a whole: a cache that is added to grows for ever.
            shutil.rmtree(layers, ignore_errors=True)
            _new(layers).rename(layers)


def _new(layers: Path) -> Path:
    return layers.with_name(f"{layers.name}-new")


def _cache(layers: Path | None) -> list[str]:
    if not layers:
        return []
    shutil.rmtree(_new(layers), ignore_errors=True)
    places = (f"type=local,src={layers}", f"type=local,dest={_new(layers)},mode=max")
    return ["--load", "--cache-from", places[0], "--cache-to", places[1]]
