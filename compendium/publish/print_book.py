"""Makes the book as one file, PDF and EPUB, beside the site, and tells whether files made earlier are of the same book.

What the files were made from is kept beside them: the content of all that the book is built from, and their own. Where
either is another now, they are of another book, and are not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from compendium.builder.print_files import EPUB, FOLDER, PDF, STAMP, adopt
from compendium.project.paths import ROOT


class PrintError(Exception):
    """The book cannot be printed; the message says what is missing or what failed."""


def make(inputs: Mapping[str, str], *, say: Callable[[str], None] = print, folder: Path | None = None) -> list[Path]:
    """Make PDF and EPUB of the built site, and return them.

    Parameters
    ----------
    inputs
        what the site was made from, by path.
    say
        told each step before it is taken.

    Raises
    ------
    PrintError
        where Chromium or a page is missing, or the PDF does not come to rest.
    """
    from compendium.project import browser, citation
    from compendium.publish import epub, pdf, print_pages

    program, folder = browser.chromium(), folder or FOLDER
    if program is None:
        raise PrintError(
            f"Printing needs Chromium, and this machine has none: not {', '.join(browser.BROWSERS)} on its PATH, nor "
            "what CHROME_PATH names (Debian: apt-get install chromium). Nothing was printed."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STAMP).unlink(missing_ok=True)
    try:
        say("Gathering the pages …")
        book, about = print_pages.parts(folder.parent / "html", ROOT / "_toc.yml"), citation.edition()
        say("Packing the EPUB …")
        made = {EPUB: epub.packed(book, about)}
        say("Printing the PDF, twice: its contents are known by then …")
        with browser.browsing(program) as opened:
            made[PDF] = pdf.printed(book, about, opened)
    except (print_pages.NotBuiltError, pdf.UnstableError, ValueError) as error:
        raise PrintError(str(error)) from None
    for name, content in made.items():
        (folder / name).write_bytes(content)
    adopt(folder, inputs)
    return [folder / name for name in made]
