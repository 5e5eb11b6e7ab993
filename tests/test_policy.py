"""The policy that every page states: what it allows, and that it names its own scripts by their hash."""

import re

from compendium.builder.sphinx_ext.content_security_policy import policy, script_hash


def directives(text: str) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in text.split("; "))


def test_a_script_is_allowed_by_the_hash_of_its_text() -> None:
    # FIPS 180-2, appendix B.1: the SHA-256 of "abc", here in base64.
    assert script_hash("abc") == "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='"
    assert script_hash("Caf\u00e9") != script_hash("Cafe")


def test_a_page_starts_from_nothing_and_allows_its_own() -> None:
    found = directives(policy("one", "two"))
    assert next(iter(found)) == "default-src"
    assert found["script-src"].split() == ["'self'", script_hash("one"), script_hash("two")]
    for name in ("default-src", "object-src", "base-uri"):
        assert found[name] == "'none'"
    for name in ("style-src", "img-src", "connect-src", "form-action"):
        assert found[name] == "'self'"


def test_nothing_unsafe_and_no_other_place_is_ever_allowed() -> None:
    for text in (policy(), policy("one")):
        words = set(re.findall(r"'[^']+'|[^\s;']+", text)) - set(directives(text))
        assert all(re.fullmatch(r"'(none|self|sha256-[A-Za-z0-9+/=]+)'", word) for word in words), words
