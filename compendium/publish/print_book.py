"""The PDF of the built site, written beside it with a record of its inputs.

`compendium.builder.print_files` compares that record to decide whether the site may offer the PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from compendium.builder.print_files import PDF_FILE, PRINT_FOLDER, PRINT_RECORD, record_print_files
from compendium.project.paths import ROOT


class PrintError(Exception):
    """The book cannot be printed; the message names what is missing or failed."""


def make_print_files(
    inputs: Mapping[str, str], *, log: Callable[[str], None] = print, folder: Path | None = None
) -> Path:
    """Make the PDF of the built site and return its path.

    Parameters
    ----------
    inputs
        digests of the inputs of the site, by path.
    log
        called with the description of each step before it begins.

    Raises
    ------
    PrintError
        if Chromium or a page is missing, or page numbers do not become stable.
    """
    from compendium.project import browser, citation
    from compendium.publish import pdf, print_pages

    program, folder = browser.chromium(), folder or PRINT_FOLDER
    if program is None:
        raise PrintError(
            f"Printing needs Chromium, and this machine has none: not {', '.join(browser.BROWSERS)} on its PATH, nor "
            "what CHROME_PATH names (Debian: apt-get install chromium). Nothing was printed."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PRINT_RECORD).unlink(missing_ok=True)
    try:
        log("Gathering the pages …")
        book, about = print_pages.read_book_parts(folder.parent / "html", ROOT / "_toc.yml"), citation.read_edition()
        log("Printing the PDF, twice: its contents are known by then …")
        with browser.browsing(program) as opened:
            content = pdf.print_pdf(book, about, opened)
    except (print_pages.NotBuiltError, pdf.UnstableContentsError, ValueError) as error:
        raise PrintError(str(error)) from None
    (folder / PDF_FILE).write_bytes(content)
    record_print_files(folder, inputs)
    return folder / PDF_FILE
