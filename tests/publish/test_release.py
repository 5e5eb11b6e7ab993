"""The bundle of an edition: what stands in its way, what it holds, the same bytes twice, and what validators say."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from click.testing import CliRunner

from compendium.builder import print_files
from compendium.cli.app import main
from compendium.project.citation import read_edition
from compendium.project.paths import ROOT
from compendium.publish import codecheck, release, release_bundle, release_obstacles, ro_crate
from tests.conftest import Built
from tests.support import made_up

pytestmark = pytest.mark.slow

ADDRESS = "https://x.example/repo/"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up.project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def project(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that a test may spoil, on a machine that has a browser."""
    monkeypatch.setattr("compendium.project.browser.chromium", lambda: Path("chromium"))
    return Path(shutil.copytree(original, tmp_path / "project"))


def obstacles(project: Path, version: str = "1.1.0", *, draft: bool = False, stale: tuple[str, ...] = ()) -> list[str]:
    return release_obstacles.obstacles(version, draft=draft, find_stale=lambda: list(stale), root=project)


# --- what stands in the way


def test_nothing_stands_in_the_way_of_an_edition_that_is_ready(project: Path) -> None:
    assert obstacles(project) == []


def test_a_record_of_changes_that_is_not_that_of_the_tree_stands_in_the_way(project: Path) -> None:
    made_up.git(project, "tag", "v1.0.0")
    (project / "book" / "index.md").write_text("# Another front\n", encoding="utf-8")
    package = json.loads((project / "data" / "datapackage.json").read_text(encoding="utf-8"))
    columns = ["edition", "since", "kind", "subject", "said"]
    package["resources"].append(made_up.resource("changes", *columns))
    package["resources"][-1]["schema"]["primaryKey"] = columns
    (project / "data" / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    for rows, count in (("", 1), ("1.1.0,1.1.0,page,index,words\n", 0)):
        (project / "data" / "changes.csv").write_text(f"{','.join(columns)}\n{rows}", encoding="utf-8")
        made_up.git(project, "add", "--all")
        made_up.git(project, "commit", "--quiet", "--message", "Record")
        assert len([line for line in obstacles(project) if line.startswith("the record of what changed")]) == count
        assert obstacles(project, draft=True) == []


def rewritten(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(project: Path) -> None:
        path = project / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        made_up.git(project, "commit", "--quiet", "--all", "--message", "Spoilt")

    return change


def test_ids_that_are_not_kept_stand_in_the_way(small_data: Path) -> None:
    assert list(release_obstacles.unregistered_ids("9.9.9", small_data.parent)) == []
    path = small_data / "permanent.csv"
    known, last = path.read_text(encoding="utf-8").rstrip("\n").rsplit("\n", 1)
    path.write_text(f"{known}\n", encoding="utf-8")
    (said,) = release_obstacles.unregistered_ids("9.9.9", small_data.parent)
    assert said == f"ids are not kept yet: {' '.join(last.split(',')[:2])}; `register --write` keeps them"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (rewritten("pyproject.toml", "1.1.0", "1.0.9"), "pyproject.toml: found version 1.0.9; expected 1.1.0"),
        (rewritten("pyproject.toml", "[project]", "[tool]"), "pyproject.toml: cannot be read: 'project'"),
        (rewritten("CITATION.cff", "1.1.0", "1.2.0"), "CITATION.cff: found version 1.2.0; expected 1.1.0"),
        (rewritten("CITATION.cff", "2026-02-03", "2026-02-04"), "CHANGELOG.md: found 2026-02-03 for 1.1.0; C"),
        (rewritten("data/datapackage.json", "1.1.0", "2.0.0"), "data/datapackage.json: found version 2.0.0; e"),
        (rewritten("data/datapackage.json", "{", ""), "data/datapackage.json: cannot be read"),
        (rewritten("CHANGELOG.md", "## 1.1.0", "## 1.2.0"), "CHANGELOG.md: found 1.2.0 at its head; expected 1.1.0"),
        (rewritten("CHANGELOG.md", "What *1.1.0* brings.", " \n***"), "CHANGELOG.md: found no word under 1.1.0"),
        (rewritten("CHANGELOG.md", "## ", "### "), "CHANGELOG.md: found no entry; expected “## 1.1.0 — YYYY-MM-DD”"),
        (rewritten("CHANGELOG.md", "2025-01-01", "2025-02-31"), "CHANGELOG.md: cannot be read: 0.9.0: found the d"),
        (lambda project: (project / "new").touch(), "the tree is not clean: new; commit or remove them"),
        (lambda project: made_up.git(project, "tag", "v1.1.0"), "the tag v1.1.0 is there already"),
        (lambda project: made_up.git(project, "tag", "v1.10.0"), "the tag v1.10.0 is of a later edition than 1.1.0"),
        (lambda project: shutil.rmtree(project / ".git"), "this folder is no checkout"),
    ],
)  # fmt: skip
def test_each_obstacle_is_named(project: Path, spoil: Callable[[Path], object], said: str) -> None:
    spoil(project)
    assert [line for line in obstacles(project) if line.startswith(said)], obstacles(project)


def test_tags_of_earlier_editions_and_of_other_things_are_no_obstacle(project: Path) -> None:
    for name in ("v1.0.0", "v1.0.10", "v2", "v9.9.9-rc1", "other"):
        made_up.git(project, "tag", name)
    assert obstacles(project) == []


def test_all_obstacles_are_named_at_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compendium.project.browser.chromium", lambda: None)
    rewritten("pyproject.toml", "1.1.0", "1.0.9")(project)
    for number in range(8):
        (project / f"new{number}").touch()
    found = obstacles(project, stale=("book/a.ipynb: missing",))
    assert [line.partition(":")[0] for line in found] == [
        "pyproject.toml", "the tree is not clean", "no Chromium prints the PDF", "notebook not up to date",
    ]  # fmt: skip
    assert "new4 and 3 more" in found[1]


def test_neither_the_tree_nor_tags_stand_in_the_way_of_a_draft(project: Path) -> None:
    (project / "new").touch()
    made_up.git(project, "tag", "v1.1.0")
    assert obstacles(project, draft=True, stale=("x",)) == []
    assert obstacles(project, "1.2.0", draft=True) != []


def test_the_command_names_what_stands_in_the_way_and_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compendium.cli.book.build_book", lambda *_: pytest.fail("it has begun"))
    monkeypatch.setattr("compendium.builder.notebooks.stale_notebooks", lambda: [])
    result = CliRunner().invoke(main, ["release", "0.0.1"])
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "pyproject.toml: found version" in result.stderr
    assert result.stderr.endswith("Nothing was released.\n")
    for wrong in ("1.2", "v1.2.3", "", "1.2.3-draft"):
        assert CliRunner().invoke(main, ["release", wrong]).exit_code == 2


# --- what it holds


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle of the made-up project."""
    return made_up.bundled(made_up.project(tmp_path_factory.mktemp("made")), ADDRESS).paths[0]


def test_it_holds_what_belongs_into_it(bundle: Path) -> None:
    names = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    assert names >= {
        "CHANGES.md", "CITATION.cff", "LICENSE", "README.txt", "SHA256SUMS", "codecheck.yml",
        "data/claims.csv", "data/datapackage.json", "ledger.zip", "notebooks/index.ipynb",
        "notebooks/index.md", "requirements-authors.txt", "requirements.txt", "ro-crate-metadata.json",
        "site/book/index.html", "site/index.html", "source.zip", print_files.PDF_FILE,
    }  # fmt: skip
    assert (bundle / "CHANGES.md").read_text(encoding="utf-8") == "# 1.1.0 — 2026-02-03\n\nWhat *1.1.0* brings.\n"


def test_sha256sum_finds_every_file_as_it_is_told(bundle: Path) -> None:
    run = subprocess.run(
        ["sha256sum", "--check", "--strict", release_bundle.CHECKSUMS_FILE], cwd=bundle, capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert len(run.stdout.splitlines()) == sum(path.is_file() for path in bundle.rglob("*")) - 1
    archive = subprocess.run(
        ["sha256sum", "--check", f"{bundle.name}.zip.sha256"], cwd=bundle.parent, capture_output=True, text=True
    )
    assert archive.stdout == f"{bundle.name}.zip: OK\n"


def test_the_sources_say_which_commit_they_are_and_hold_all_of_it(bundle: Path) -> None:
    project = bundle.parents[2]
    with ZipFile(bundle / release_bundle.SOURCE_ARCHIVE) as sources:
        told = json.loads(sources.read(release_bundle.STATE_FILE))
        modes = {info.filename: info.external_attr >> 16 for info in sources.infolist()}
    assert told == {
        "commit": made_up.git(project, "rev-parse", "HEAD").strip(), "edition": "1.1.0", "released": "2026-02-03",
        "address": ADDRESS, "draft": False, "modified": False,
    }  # fmt: skip
    assert set(modes) == {release_bundle.STATE_FILE, *made_up.git(project, "ls-files").split()}
    assert {name for name, mode in modes.items() if mode & 0o100} == {"run"}


def test_the_commit_has_a_tag_that_says_what_is_new(bundle: Path) -> None:
    project = bundle.parents[2]
    assert made_up.git(project, "rev-parse", "v1.1.0^{commit}") == made_up.git(project, "rev-parse", "HEAD")
    assert "What *1.1.0* brings." in made_up.git(project, "cat-file", "tag", "v1.1.0")


def test_the_tag_keeps_lines_that_git_takes_for_comments(project: Path) -> None:
    rewritten("CHANGELOG.md", "What *1.1.0* brings.", "More.\n\n### New\n\n#1 is mended.")(project)
    release.set_tag(made_up.begun(project), project)
    assert "### New\n\n#1 is mended." in made_up.git(project, "cat-file", "tag", "v1.1.0")


def test_a_draft_has_no_tag_is_called_one_and_holds_what_lies_there(project: Path) -> None:
    (project / "new").write_text("new", encoding="utf-8")
    (project / "run").unlink()
    made = release.make_release(
        release.plan_release(draft=True, root=project),
        made_up.site(project),
        made_up.printed(project),
        project / "out",
        project,
    )
    assert made.tag == ""
    assert made_up.git(project, "tag") == ""
    assert made.paths[0].name == "made-up-1.1.0-draft"
    assert "a draft, not an edition" in (made.paths[0] / "README.txt").read_text(encoding="utf-8")
    with ZipFile(made.paths[0] / release_bundle.SOURCE_ARCHIVE) as sources:
        assert "new" in sources.namelist()
        assert "run" not in sources.namelist()
        told = json.loads(sources.read(release_bundle.STATE_FILE))
    assert (told["draft"], told["modified"]) == (True, True)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda root: (root / "_build/print" / print_files.PDF_FILE).unlink(),
            f"{print_files.PDF_FILE}: cannot be read",
        ),
        (lambda root: (root / "_build/html/ledger.zip").unlink(), r"ledger\.zip: cannot be read"),
        (lambda root: made_up.git(root, "tag", "v1.1.0"), "git tag: .*already exists"),
        (lambda root: (root / "out").write_text("a file"), "out"),
    ],
)
def test_where_something_is_missing_there_is_neither_bundle_nor_tag(
    project: Path, spoil: Callable[[Path], object], said: str
) -> None:
    html, printed = made_up.site(project), made_up.printed(project)
    spoil(project)
    before = made_up.git(project, "tag")
    with pytest.raises(release_bundle.ReleaseError, match=said):
        release.make_release(made_up.begun(project), html, printed, project / "out", project)
    assert made_up.git(project, "tag") == before
    assert not (project / "out").is_dir() or list((project / "out").iterdir()) == []


# --- the same bytes


def test_the_same_inputs_give_the_same_bytes_in_another_folder_and_at_another_time(
    bundle: Path, tmp_path: Path
) -> None:
    project = bundle.parents[2]
    again = Path(shutil.copytree(project, tmp_path / "elsewhere ə", ignore=shutil.ignore_patterns("out")))
    made_up.git(again, "tag", "--delete", "v1.1.0")
    code = (
        "import sys; from pathlib import Path; from tests.support import made_up; "
        "print(made_up.bundled(Path(sys.argv[1]), sys.argv[2]).files)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(again), ADDRESS], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": str(tmp_path),
             "PYTHONPATH": f"{ROOT}"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    names = sorted(path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file())
    other = again / "_build" / "out" / bundle.name
    assert [name for name in names if (bundle / name).read_bytes() != (other / name).read_bytes()] == []
    for ending in (".zip", ".zip.sha256"):
        assert other.with_name(bundle.name + ending).read_bytes() == bundle.with_name(bundle.name + ending).read_bytes()


@pytest.fixture(scope="module")
def real(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a draft of the book as it lies here, with a PDF of nothing."""
    printed = made_up.printed(tmp_path_factory.mktemp("printed"))
    return release_bundle.bundle_contents(release.plan_release(address=ADDRESS, draft=True), built[0], printed)


def test_the_book_itself_twice_is_the_same_book(real: dict[str, bytes], built: Built, tmp_path: Path) -> None:
    printed = made_up.printed(tmp_path)
    again = release_bundle.bundle_contents(release.plan_release(address=ADDRESS, draft=True), built[0], printed)
    assert list(again) == list(real)
    assert [name for name in real if again[name] != real[name]] == []
    assert len(real) > 500


# --- what validators say

UNMET = {
    "The organization SHOULD have a URL.",
    "An Organization entity SHOULD have a ROR identifier as its @id (e.g., https://ror.org/03f0f6041)",
    "An Organization's contactPoint SHOULD reference a ContactPoint contextual entity",
    "At least one author or publisher Person/Organization SHOULD have a contactPoint property",
}
"""What RO-Crates are recommended to say of those who make them, and nobody here can: they have no house and no desk."""


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], list[str]]]:
    """Gives what the validator of RO-Crates finds in a folder: all that is required, and all that is recommended."""
    from rdflib.plugins.sparql import processor
    from rocrate_validator.models import Severity, ValidationSettings
    from rocrate_validator.services import validate

    real = processor.SPARQLProcessor.query

    @cache
    def translated(query: str, base: str | None, names: tuple[tuple[str, str], ...]) -> Any:
        return processor.translateQuery(processor.parseQuery(query), base, dict(names))

    def query(own: Any, asked: Any, given: Any = None, names: Any = None, base: Any = None, **more: Any) -> Any:
        # The same few queries are asked hundreds of times; to parse each anew takes three quarters of the time.
        if isinstance(asked, str):
            asked = translated(asked, base, tuple((names or {}).items()))
        return real(own, asked, given, names, base, **more)

    cached = tmp_path_factory.mktemp("cache") / "http"
    warm(cached)

    def ask(folder: Path) -> list[str]:
        settings = ValidationSettings(
            rocrate_uri=str(folder), profile_identifier=f"ro-crate-{ro_crate.VERSION}", cache_path=cached, offline=True,
            requirement_severity=Severity.RECOMMENDED,
        )  # fmt: skip
        return sorted({issue.message for issue in validate(settings).get_issues()})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processor.SPARQLProcessor, "query", query)
        yield ask


def warm(path: Path) -> None:
    """Put the context of RO-Crates into the validator's store of what it has asked the network for.

    The context comes with the library that writes the crates; the validator asks nobody, and finds it there.
    """
    import rocrate
    import urllib3
    from requests import Response, adapters
    from requests_cache import CachedSession

    context = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()

    class Own(adapters.HTTPAdapter):
        def send(self, request: Any, *_: Any, **__: Any) -> Response:
            kind = {"Content-Type": "application/ld+json"}
            raw = urllib3.HTTPResponse(io.BytesIO(context), headers=kind, status=200, preload_content=False)
            return self.build_response(request, raw)

    with CachedSession(str(path), backend="sqlite", expire_after=-1) as session:
        session.mount("https://w3id.org/", Own())
        asked = {"Accept": "application/ld+json, application/json, */*;q=0.1"}
        assert session.get(f"https://w3id.org/ro/crate/{ro_crate.VERSION}/context", headers=asked).json()


QUIET = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
"""The validator's own ways with its libraries are its makers' office."""


@QUIET
def test_the_validator_of_ro_crates_finds_the_real_bundle_sound(
    real: dict[str, bytes], validated: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    for name, content in real.items():
        (tmp_path / "bundle" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bundle" / name).write_bytes(content)
    assert set(validated(tmp_path / "bundle")) == UNMET


@QUIET
def test_it_finds_what_is_wrong(bundle: Path, validated: Callable[[Path], list[str]], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle, tmp_path / "bundle"))
    told = json.loads((folder / ro_crate.RO_CRATE_FILE).read_text(encoding="utf-8"))
    for node in told["@graph"]:
        if node["@id"] == "./":
            del node["license"]
    (folder / ro_crate.RO_CRATE_FILE).write_text(json.dumps(told), encoding="utf-8")
    assert any("license" in said for said in set(validated(folder)) - UNMET)


def test_the_crate_tells_how_the_bundle_was_made_and_when(bundle: Path) -> None:
    nodes = {
        node["@id"]: node
        for node in json.loads((bundle / ro_crate.RO_CRATE_FILE).read_text(encoding="utf-8"))["@graph"]
    }
    root, making = nodes["./"], nodes["#making"]
    assert (root["version"], root["datePublished"], root["url"]) == ("1.1.0", "2026-02-03", ADDRESS)
    assert [nodes[own["@id"]]["name"] for own in root["license"]] == ["MIT", "CC-BY-4.0"]
    assert {own["@id"] for own in making["result"]} >= {
        "site/",
        print_files.PDF_FILE,
        "notebooks/index.ipynb",
        "ledger.zip",
    }
    assert {nodes[own["@id"]]["name"]: nodes[own["@id"]]["version"] for own in making["instrument"]} == {
        "Python": "3.11", "Chromium": "142",
    }  # fmt: skip
    assert nodes["notebooks/index.ipynb"]["name"] == "The front"


def test_codecheckers_are_told_what_to_get_again(bundle: Path) -> None:
    told = yaml.safe_load((bundle / codecheck.CODECHECK_FILE).read_text(encoding="utf-8"))
    assert told["version"] == "https://codecheck.org.uk/spec/config/1.0/"
    assert told["paper"]["authors"] == [{"name": "The makers"}]
    files = [own["file"] for own in told["manifest"]]
    assert files == sorted(["ledger.zip", "notebooks/index.ipynb", "site/", print_files.PDF_FILE])
    assert all((bundle / name).exists() for name in files)
    assert all(own["comment"] for own in told["manifest"])


def test_a_person_is_told_with_the_identifier_that_the_citation_gives() -> None:
    citation = b"authors: [{family-names: B, given-names: A, orcid: 'https://orcid.org/0000-0001'}, {name: C}]"
    book = read_edition(ROOT)
    told = yaml.safe_load(codecheck.codecheck_manifest({}, citation, book))
    assert told["paper"]["authors"] == [{"name": "A B", "ORCID": "0000-0001"}, {"name": "C"}]
    about = ro_crate.BundleDescription("x", "Of it.", book, "0", {})
    nodes = {
        node["@id"]: node
        for node in json.loads(ro_crate.ro_crate_metadata({"CITATION.cff": citation}, about))["@graph"]
    }
    assert nodes["https://orcid.org/0000-0001"] == {
        "@id": "https://orcid.org/0000-0001", "@type": "Person", "name": "A B",
    }  # fmt: skip


def test_the_citation_file_keeps_its_schema(tmp_path: Path) -> None:
    def ask(path: Path) -> int:
        schema = ["--builtin-schema", "vendor.citation-file-format"]
        return subprocess.run(
            [sys.executable, "-m", "check_jsonschema", *schema, str(path)], capture_output=True, check=False
        ).returncode

    assert ask(ROOT / "CITATION.cff") == 0
    wrong = (ROOT / "CITATION.cff").read_text(encoding="utf-8").replace("authors:", "writers:")
    (tmp_path / "CITATION.cff").write_text(wrong, encoding="utf-8")
    assert ask(tmp_path / "CITATION.cff") == 1
