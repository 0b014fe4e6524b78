"""The matcher: the examples of GitHub's cheat sheet, and properties that hold for every name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.ci.routing import patterns
from plumbline.kernel.errors import PlumblineError

SPECIAL = "*?+[]!\\"
SEGMENT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=8)
PATH = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)
PLAIN = PATH.filter(lambda path: not set(path) & set(SPECIAL))


def matches(pattern: str, name: str) -> bool:
    return patterns.selected_by([pattern], name) is not None


def escape(name: str) -> str:
    return re.sub(r"([*?+\[\]!\\])", r"\\\1", name)


@pytest.mark.parametrize(
    ("pattern", "matched", "not_matched"),
    [
        ("feature/*", ["feature/my-branch", "feature/"], ["feature/a/b", "feature"]),
        ("feature/**", ["feature/beta-a/my-branch", "feature/b"], ["feature", "my/feature/b"]),
        ("*", ["main", "README.md", ""], ["js/app.js"]),
        ("**", ["all/the/branches", "every/tag", ".github/x"], []),
        ("*feature", ["mona-feature", "feature"], ["ver-10-feature-2", "a/feature"]),
        ("v2*", ["v2", "v2.0", "v2.9"], ["av2"]),
        ("v[12].[0-9]+.[0-9]+", ["v1.10.1", "v2.0.0"], ["v3.0.0", "v1.1", "v1..1"]),
        ("*.jsx?", ["page.js", "page.jsx"], ["page.jsxx", "page.j", "a/page.js"]),
        ("**.js", ["index.js", "js/index.js", "src/js/app.js"], ["index.jsx"]),
        ("docs/*", ["docs/README.md", "docs/file.txt"], ["docs/a/b.md"]),
        ("docs/**/*.md", ["docs/README.md", "docs/mona/hello.md", "docs/a/b/c.md"], ["docs.md", "docs/a.txt"]),
        ("**/docs/**", ["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"], ["mydocs/a", "docs"]),
        ("**/README.md", ["README.md", "js/README.md"], ["js/OLD-README.md"]),
        ("**/*src/**", ["a/src/app.js", "my-src/code/js/app.js"], ["src-of/app.js"]),
        ("**/*-post.md", ["my-post.md", "path/their-post.md"], ["post.md"]),
        ("**/migrate-*.sql", ["migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"], ["migrate.sql"]),
        ("[CB]at", ["Cat", "Bat"], ["cat", "CBat", "at"]),
        ("[1-2]00", ["100", "200"], ["300", "-00"]),
        ("a+b", ["ab", "aaab"], ["b", "a+b"]),
        (r"a\+b\[1\]\?", ["a+b[1]?"], ["aab1"]),
        ("a.b(c)|d^$", ["a.b(c)|d^$"], ["axbc"]),
        ("app.py", ["app.py"], ["src/app.py", "app.pyc", "APP.py", "app.py\n"]),
        ("a**/b", ["ax/b", "ax/y/b", "a/b"], ["ab"]),
    ],
)
def test_a_pattern_matches_what_the_cheat_sheet_says(pattern: str, matched: list[str], not_matched: list[str]) -> None:
    assert [name for name in matched if not matches(pattern, name)] == []
    assert [name for name in not_matched if matches(pattern, name)] == []


@pytest.mark.parametrize(
    ("listed", "name", "decided_by"),
    [
        (["*.md", "!README.md"], "hello.md", "*.md"),
        (["*.md", "!README.md"], "README.md", None),
        (["*.md", "!README.md", "README*"], "README.md", "README*"),
        (["!README.md", "*.md"], "README.md", "*.md"),
        (["sub/**", "!sub/docs/**"], "sub/docs/a.md", None),
        (["sub/**", "!sub/docs/**"], "other.md", None),
        (["a!b"], "a!b", "a!b"),
    ],
)
def test_the_last_pattern_that_matches_decides(listed: list[str], name: str, decided_by: str | None) -> None:
    assert patterns.selected_by(listed, name) == decided_by


@pytest.mark.parametrize("pattern", ["?a", "+", "**?", "*+", "a++", "a?+", "[]", "[a", "[z-a]", "[.]", "a\\", "", "!"])
def test_a_pattern_that_github_does_not_take_is_refused_with_its_place(pattern: str) -> None:
    with pytest.raises(PlumblineError, match=r"^here: .*pattern"):
        patterns.check(["fine", pattern], "here")


def test_a_list_of_negations_alone_is_refused() -> None:
    with pytest.raises(PlumblineError, match="add one without `!`"):
        patterns.check(["!docs/**"], "here")


@given(PATH)
def test_an_escaped_name_matches_itself(name: str) -> None:
    assert matches(escape(name), name)


@given(PLAIN, PATH)
def test_a_plain_name_matches_nothing_else(name: str, other: str) -> None:
    assert matches(name, other) == (name == other)


@given(PATH)
def test_two_stars_match_everything(name: str) -> None:
    assert matches("**", name)
    assert matches(f"**/{escape(name.rsplit('/')[-1])}", name)


@given(PLAIN, PATH)
def test_a_folder_with_two_stars_matches_exactly_what_is_under_it(folder: str, name: str) -> None:
    assert matches(f"{folder}/**", f"{folder}/{name}")
    assert matches(f"{folder}/**", name) == name.startswith(f"{folder}/")


@given(PATH)
def test_one_star_stays_in_its_folder(name: str) -> None:
    assert matches("*", name) == ("/" not in name)


@given(st.lists(PLAIN, min_size=1, max_size=4), PATH)
def test_a_negation_takes_away_and_a_later_pattern_gives_back(listed: list[str], name: str) -> None:
    away = [*listed, "**", f"!{escape(name)}"]
    assert patterns.selected_by(away, name) is None
    assert patterns.selected_by(away, f"{name}x") is not None
    assert patterns.selected_by([*away, "**"], name) == "**"


@given(st.text("ab/*?+[]!\\-1", max_size=8), PATH)
def test_any_text_is_a_pattern_or_is_refused(pattern: str, name: str) -> None:
    try:
        patterns.check([pattern], "here")
    except PlumblineError:
        return
    assert patterns.selected_by([pattern], name) in (None, pattern)
