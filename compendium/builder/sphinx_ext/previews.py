"""Draws the picture that a link to a page is shown with where people send each other links.

It holds the title of the page, what the page says in a line or two, and the name of the book. Nothing else is drawn,
and the same words give the same bytes; what was drawn once is kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from compendium.display.charts.style import FAINT, INK, MUTED, PAPER, SERIES_COLOURS
from compendium.project.paths import CACHE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

SIZE = (1200, 630)
"""Width and height in pixels: what the services that show previews ask for."""
DPI = 100
MARGIN = 80
TITLE, SAID, BOOK = 40, 23, 20
"""Sizes of the three texts, in points."""
LEADING = 1.4
KEPT = CACHE / "previews"


def preview(into: Path, title: str, said: str, book: str, *, kept: Path | None = None) -> Path:
    """Let a file hold the picture of a page, drawn only where these words have not been drawn before; return it."""
    kept = kept or KEPT
    own = Path(__file__).read_bytes() + Path(__file__).with_name("style.py").read_bytes()
    name = hashlib.sha256(own + "\0".join((title, said, book)).encode()).hexdigest()[:32]
    stored = kept / f"{name}.png"
    if not stored.is_file():
        kept.mkdir(parents=True, exist_ok=True)
        part = stored.with_suffix(f".{os.getpid()}.part")
        drawn(title, said, book).savefig(part, format="png", dpi=DPI, metadata={"Software": None})
        part.replace(stored)
    into.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(stored, into)
    return into


def drawn(title: str, said: str, book: str) -> Figure:
    """Return the picture: the texts from the top, the book at the foot, cut with an ellipsis where there is no room."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    # Nothing of anybody's settings: these pictures are drawn outside a notebook, too.
    with rc_context({"font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "text.hinting": "none"}):
        figure = Figure(figsize=(SIZE[0] / DPI, SIZE[1] / DPI), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(figure)
        figure.add_artist(Rectangle((0, 0), 0.014, 1, color=SERIES_COLOURS[0], transform=figure.transFigure))
        figure.add_artist(Rectangle((0.014, 0), 0.007, 1, color=SERIES_COLOURS[1], transform=figure.transFigure))
        top = _texts(figure, title, SIZE[1] - MARGIN, TITLE, INK, 3, weight="bold")
        room = int((top - 2.2 * MARGIN) / (SAID * DPI / 72 * LEADING))
        _texts(figure, said, top - 24, SAID, MUTED, room)
        foot = 1.3 * MARGIN
        figure.add_artist(_rule(foot + 8))
        _texts(figure, book, foot - 14, BOOK, SERIES_COLOURS[0], 1, weight="bold")
    return figure


def _rule(height: float) -> Line2D:
    from matplotlib.lines import Line2D

    ends = (MARGIN / SIZE[0], 1 - MARGIN / SIZE[0])
    return Line2D(ends, (height / SIZE[1],) * 2, color=FAINT, linewidth=1.5)


def _texts(
    figure: Figure, text: str, top: float, size: float, colour: str, lines: int, weight: str = "normal"
) -> float:
    """Write a text from a height on, in pixels, in so many lines at most; return where it ends."""
    step = size * DPI / 72 * LEADING
    for line in _lines(figure, text, size, weight, lines):
        figure.text(MARGIN / SIZE[0], top / SIZE[1], line, size=size, color=colour, weight=weight, va="top",
                    parse_math=False)  # fmt: skip
        top -= step
    return top


def _lines(figure: Figure, text: str, size: float, weight: str, most: int) -> list[str]:
    """Break a text into lines that fit between the margins."""
    from matplotlib.font_manager import FontProperties

    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]  # the canvas is Agg's
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)

    def fits(line: str) -> bool:
        return bool(renderer.get_text_width_height_descent(line, font, ismath=False)[0] <= SIZE[0] - 2 * MARGIN)

    found: list[str] = []
    words = text.split()
    while words and len(found) < most:
        taken = 1
        while taken < len(words) and fits(" ".join(words[: taken + 1])):
            taken += 1
        found.append(" ".join(words[:taken]))
        words = words[taken:]
    if words and found:
        last = found[-1].split()
        while len(last) > 1 and not fits(" ".join(last) + " …"):
            last.pop()
        found[-1] = " ".join(last) + " …"
    return found
