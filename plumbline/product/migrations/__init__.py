"""What an upgrade changes in a team's files: `NNNN_what_it_does.py`, with a function `migrate(root: Path) -> None`.

Each runs once, in the order of the numbers, and `migrated` in plumbline.toml says which was the last. The release that
is upgraded from runs them, so that a migration imports nothing of Plumbline. It changes nothing if its work is done.
"""
