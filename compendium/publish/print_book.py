"""Makes the book as one file, PDF and EPUB, beside the site, and tells whether files made earlier are of the same book.

What the files were made from is kept beside them: the content of all that the book is built from, and their own. Where
either is another now, they are of another book, and are not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from compendium.builder.print_files import EPUB_FILE, PDF_FILE, PRINT_FOLDER, PRINT_RECORD, record_print_files
from compendium.project.paths import ROOT


class PrintError(Exception):
    """The book cannot be printed; the message says what is missing or what failed."""


def make_print_files(
    inputs: Mapping[str, str], *, log: Callable[[str], None] = print, folder: Path | None = None
) -> list[Path]:
    """Make PDF and EPUB of the built site, and return them.

    Parameters
    ----------
    inputs
        what the site was made from, by path.
    log
        told each step before it is taken.

    Raises
    ------
    PrintError
        where Chromium or a page is missing, or the PDF does not come to rest.
    """
    from compendium.project import citation
    from compendium.publish import epub, pdf, print_pages
    from compendium.quality import audit

    browser, folder = audit.chromium(), folder or PRINT_FOLDER
    if browser is None:
        raise PrintError(
            f"Printing needs Chromium, and this machine has none: not {', '.join(audit.BROWSERS)} on its PATH, nor "
            "what CHROME_PATH names (Debian: apt-get install chromium). Nothing was printed."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PRINT_RECORD).unlink(missing_ok=True)
    try:
        log("Gathering the pages …")
        book, about = print_pages.read_book_parts(folder.parent / "html", ROOT / "_toc.yml"), citation.read_edition()
        log("Packing the EPUB …")
        made = {EPUB_FILE: epub.packed(book, about)}
        log("Printing the PDF, twice: its contents are known by then …")
        with audit.browsing(browser) as opened:
            made[PDF_FILE] = pdf.print_pdf(book, about, opened)
    except (print_pages.NotBuiltError, pdf.UnstableContentsError, ValueError) as error:
        raise PrintError(str(error)) from None
    for name, content in made.items():
        (folder / name).write_bytes(content)
    record_print_files(folder, inputs)
    return [folder / name for name in made]
