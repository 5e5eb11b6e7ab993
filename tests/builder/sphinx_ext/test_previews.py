from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

from compendium.builder.sphinx_ext import previews


@pytest.mark.parametrize("title", ["Why?", "$x^2$ and 50% of it", "long " * 60, "w" * 200])
def test_a_preview_has_the_size_that_is_asked_for_and_the_same_bytes_twice(tmp_path: Path, title: str) -> None:
    one, two = (
        previews.write_preview(tmp_path / f"{name}.png", title, "It did. " * 80, "The Book", cache=tmp_path / name)
        for name in ("one", "two")
    )
    assert one.read_bytes() == two.read_bytes()
    pixels = image.imread(one)
    assert pixels.shape[:2] == (previews.SIZE[1], previews.SIZE[0])
    paper = pixels[2, 600]  # nothing runs into the margins
    assert np.all(pixels[:, -60:] == paper) or " " not in title
    assert np.all(pixels[:40, 40:] == paper)
    assert np.all(pixels[-40:, 40:] == paper)


def test_other_words_give_another_picture_and_the_same_are_not_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = previews.write_preview(tmp_path / "a.png", "One", "Said.", "Book", cache=tmp_path / "kept").read_bytes()
    other = previews.write_preview(tmp_path / "b.png", "Two", "Said.", "Book", cache=tmp_path / "kept").read_bytes()
    assert first != other
    monkeypatch.setattr(previews, "draw_preview", None)
    again = previews.write_preview(tmp_path / "c.png", "One", "Said.", "Book", cache=tmp_path / "kept")
    assert again.read_bytes() == first
