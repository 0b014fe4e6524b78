"""Write the pages that are made from the Terraform files: READMEs and the table of identities."""

from pathlib import Path

from plumbline.cloud.terraform import identities, readme
from plumbline.kernel import log

ROOT = Path("infrastructure/terraform")


def pages(root: Path) -> dict[Path, str]:
    """Give every page and what it must say."""
    found = {folder / "README.md": readme.page(folder) for folder in readme.folders(root)}
    return found | {root / "IDENTITIES.md": identities.page(root)}


def main() -> None:
    """Write what is made from the Terraform files and has changed: READMEs and the table of identities."""
    changed = {path: text for path, text in pages(ROOT).items() if not path.exists() or path.read_text() != text}
    for path, text in changed.items():
        path.write_text(text)
    log.get("terraform-docs").info("written", changed=[str(path) for path in changed])
