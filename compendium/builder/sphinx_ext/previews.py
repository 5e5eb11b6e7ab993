"""Preview images of pages (Open Graph): title, description and name of the book on a card of 1200 × 630 pixels.

The same texts give the same bytes; images are cached by their texts.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compendium.display.charts import style
from compendium.display.charts.style import FAINT, INK, MUTED, PAPER, SERIES_COLOURS
from compendium.project.checksums import sha256
from compendium.project.paths import CACHE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

SIZE = (1200, 630)
"""Width and height in pixels, as the services that show link previews recommend."""
DPI = 100
MARGIN = 80
LEADING = 1.4
"""Line height as a multiple of the size of the text."""
IMAGE_CACHE = CACHE / "previews"


@dataclass(frozen=True)
class TextStyle:
    """Look of one of the texts of a picture; `size` in points."""

    size: float
    colour: str
    weight: str = "normal"

    @property
    def line_height(self) -> float:
        """Distance between two lines, in pixels."""
        return self.size * DPI / 72 * LEADING


TITLE_STYLE, DESCRIPTION_STYLE = TextStyle(40, INK, "bold"), TextStyle(23, MUTED)
BOOK_STYLE = TextStyle(20, SERIES_COLOURS[0], "bold")


def write_preview(output: Path, title: str, description: str, book: str, *, cache: Path | None = None) -> Path:
    """Write the preview image of a page (PNG, `SIZE` pixels), from the cache where its texts were drawn before.

    The cache is keyed by the texts and the source of this module and of the chart style. Returns `output`.
    """
    cache = cache or IMAGE_CACHE
    code = Path(__file__).read_bytes() + Path(style.__file__).read_bytes()
    name = sha256(code + "\0".join((title, description, book)).encode())[:32]
    stored = cache / f"{name}.png"
    if not stored.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        part = stored.with_suffix(f".{os.getpid()}.part")
        draw_preview(title, description, book).savefig(part, format="png", dpi=DPI, metadata={"Software": None})
        part.replace(stored)
    output.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(stored, output)
    return output


def draw_preview(title: str, description: str, book: str) -> Figure:
    """Return the picture as a Matplotlib figure: title and description at the top, name of the book at the foot.

    A text that does not fit is cut with an ellipsis.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    # Independent of the user's settings of Matplotlib, which apply outside a notebook.
    with rc_context({"font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "text.hinting": "none"}):
        figure = Figure(figsize=(SIZE[0] / DPI, SIZE[1] / DPI), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(figure)
        figure.add_artist(Rectangle((0, 0), 0.014, 1, color=SERIES_COLOURS[0], transform=figure.transFigure))
        figure.add_artist(Rectangle((0.014, 0), 0.007, 1, color=SERIES_COLOURS[1], transform=figure.transFigure))
        top = _draw_text(figure, title, SIZE[1] - MARGIN, TITLE_STYLE, 3)
        room = int((top - 2.2 * MARGIN) / DESCRIPTION_STYLE.line_height)
        _draw_text(figure, description, top - 24, DESCRIPTION_STYLE, room)
        foot = 1.3 * MARGIN
        figure.add_artist(_rule(foot + 8))
        _draw_text(figure, book, foot - 14, BOOK_STYLE, 1)
    return figure


def _rule(height: float) -> Line2D:
    from matplotlib.lines import Line2D

    ends = (MARGIN / SIZE[0], 1 - MARGIN / SIZE[0])
    return Line2D(ends, (height / SIZE[1],) * 2, color=FAINT, linewidth=1.5)


def _draw_text(figure: Figure, text: str, top: float, look: TextStyle, max_lines: int) -> float:
    """Draw a wrapped text downwards from a height in pixels; return the height below its last line."""
    for line in _wrap(figure, text, look, max_lines):
        figure.text(MARGIN / SIZE[0], top / SIZE[1], line, size=look.size, color=look.colour, weight=look.weight,
                    va="top", parse_math=False)  # fmt: skip
        top -= look.line_height
    return top


def _wrap(figure: Figure, text: str, look: TextStyle, max_lines: int) -> list[str]:
    """Break a text into lines that fit between the margins; the last ends in an ellipsis where words are left."""
    from matplotlib.font_manager import FontProperties

    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]  # the canvas is Agg's
    font = FontProperties(family="DejaVu Sans", size=look.size, weight=look.weight)

    def fits(line: str) -> bool:
        return bool(renderer.get_text_width_height_descent(line, font, ismath=False)[0] <= SIZE[0] - 2 * MARGIN)

    found: list[str] = []
    words = text.split()
    while words and len(found) < max_lines:
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
