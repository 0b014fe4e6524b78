"""Git: hooks, the user's own configuration, a clone that is another user's."""

from tests.acceptance.everyday.world import World

# Tests that commit, clone and push.
_COMMITTING = ("python", "-m", "pytest", "-n0", "-q", "plumbline/tests/ci/test_pull_request.py")


def tests_in_a_hook(world: World) -> None:
    """Tests that a pre-commit hook of a linked worktree runs leave its branch and files alone."""
    main = world.fresh()
    main.run("git", "worktree", "add", "--quiet", "-b", "work", "linked")
    linked = type(main)(main.root / "linked")
    hook = main.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {' '.join(_COMMITTING)}\n")
    hook.chmod(0o755)
    before = linked.run("git", "rev-parse", "HEAD").strip()
    linked.run("git", "commit", "--quiet", "--allow-empty", "--message", "mine")
    assert linked.run("git", "log", "--format=%s", f"{before}..HEAD") == "mine\n", "the tests committed here"
    assert linked.run("git", "status", "--porcelain") == "", "the tests changed files"


def tests_of_a_user_who_signs(world: World) -> None:
    """Tests of a user who signs every commit and has hooks and templates of their own pass."""
    clone, theirs = world.fresh(), world.folder()
    for name in ("hooks", "template/hooks"):
        (theirs / name).mkdir(parents=True)
        hook = theirs / name / "pre-commit"
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    (theirs / "config").write_text(
        f"[commit]\n  gpgsign = true\n[gpg]\n  program = false\n[core]\n  hooksPath = {theirs}/hooks\n"
        f"[init]\n  templateDir = {theirs}/template\n"
    )
    clone.run(*_COMMITTING, GIT_CONFIG_GLOBAL=str(theirs / "config"))


def clone_of_another_user(world: World) -> None:
    """Nothing is registered from a clone that git does not trust, and git's advice is shown."""
    clone = world.built()
    before = clone.run("plumb", "release", "history")
    text = clone.refused("plumb", "release", "register", GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert "git config --global --add safe.directory" in text, text
    assert clone.run("plumb", "release", "history").splitlines()[0] == before.splitlines()[0]
    assert "version 2" not in clone.run("plumb", "release", "history"), "it was registered"


CASES = (tests_in_a_hook, tests_of_a_user_who_signs, clone_of_another_user)
