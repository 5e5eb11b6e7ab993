from pathlib import Path
from xml.etree import ElementTree

import pytest

from compendium.project.site_url import NAMESPACE, base_path, listed_pages, read_site_url, sitemap


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", ""), (" ", ""), ("https://a.example", "https://a.example/"),
        ("http://a.example:8000/b/c", "http://a.example:8000/b/c/"), ("https://a.example/b/", "https://a.example/b/"),
    ],
)  # fmt: skip
def test_an_address_ends_with_a_slash(said: str, found: str) -> None:
    assert read_site_url({"ADDRESS": said}) == found


WRONG = ["a.example", "/book/", "ftp://a.example", "https://", "https://a.example/?q", "https://a.example/#x",
         "https://a.example/ b", 'https://a.example/"', "https://a.example:x/", "http://[a/", "1"]  # fmt: skip


@pytest.mark.parametrize("said", WRONG)
def test_what_is_no_address_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"ADDRESS: found .*; expected the address"):
        read_site_url({"ADDRESS": said})


@pytest.mark.parametrize(("site", "root"), [("", "/"), ("https://a.example/", "/"), ("https://a.example/b/", "/b/")])
def test_the_root_of_a_site_is_a_path(site: str, root: str) -> None:
    assert base_path(site) == root


def test_a_sitemap_names_each_page_once_and_those_alone_that_are_to_be_found(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    leads_on = '<meta http-equiv="refresh" content="0">'
    pages = {"index.html": leads_on, "404.html": "", "search.html": "", "a b/ü&.html": "", "b.html": ""}
    for name, head in pages.items():
        (tmp_path / name).write_text(f"<head>{head}</head>it says {leads_on}", encoding="utf-8")
    assert listed_pages(tmp_path) == ["a b/ü&.html", "b.html"]
    root = ElementTree.fromstring(sitemap(tmp_path, "https://x.example/s/"))
    assert [place.text for place in root.iter(f"{{{NAMESPACE}}}loc")] == [
        "https://x.example/s/a%20b/%C3%BC%26.html", "https://x.example/s/b.html",
    ]  # fmt: skip
