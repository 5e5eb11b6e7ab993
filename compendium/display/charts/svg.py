"""Compaction of Matplotlib's SVG for a page: without inline style, valid on its own as well.

Every property becomes a presentation attribute in the chart's own colours, which the stylesheet of the book replaces
for light and dark. Nothing visible changes: coordinates keep the tenth of a point, those of
markers the hundredth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from compendium.display.attachments import content_digest

LENGTH_ATTRIBUTES = {"x", "y", "width", "height", "viewBox", "transform"}
DROPPED_ELEMENTS = {"metadata", "style"}
"""Elements left out; the line joins that Matplotlib puts into its `style` become an attribute of the root."""


def compact_svg(svg: str, label: str) -> str:
    """Return an SVG of Matplotlib as one element with the accessible name `label`; deterministic."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = dict(_attributes(element))
        # A line's end after each text keeps its last word apart from the next one's first, for whoever searches.
        element.text, element.tail = (element.text or "").strip() or None, "\n" if element.tag == "text" else None
    _unwrap(root)
    _own_ids(root, content_digest(svg))
    own = {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "aria-label": label}
    own |= {name: root.attrib[name] for name in ("width", "height", "viewBox")}
    root.attrib = own | {"stroke-linejoin": "round"} | _family(list(root.iter("text")))
    return ElementTree.tostring(root, encoding="unicode")


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    """Yield the attributes of an element, its style declarations among them.

    A marker, the one kind of path with an id, gets no style: each use of it repeats the style, and a stylesheet can
    only change that of the use.
    """
    marker = element.tag == "path" and "id" in element.attrib
    for name, value in element.attrib.items():
        name = name.rpartition("}")[2]
        if name == "d":
            yield name, _path(value, 2 if marker else 1)
        elif name == "style":
            if marker:
                continue
            said = (declaration.partition(":") for declaration in value.split(";") if declaration.strip())
            yield from ((what.strip(), how.strip()) for what, _, how in said)
        elif not value.startswith("rotate(-0 "):  # how Matplotlib turns what stands upright
            yield name, re.sub(r"\d+\.\d+", _tenth, value) if name in LENGTH_ATTRIBUTES else value


def _tenth(found: re.Match[str]) -> str:
    return f"{float(found[0]):.1f}".removesuffix(".0")


def _path(path: str, digits: int) -> str:
    """Return a path of absolute commands with relative ones; points are rounded first, so that none drifts."""
    out: list[str] = []
    at = start = [0, 0]
    for command, numbers in re.findall(r"([MLQCz])([^MLQCz]*)", path):
        points = [round(float(number) * 10**digits) for number in numbers.split()]
        steps = [point - at[place % 2] for place, point in enumerate(points)]
        at = points[-2:] or start
        start = at if command == "M" else start
        if any(steps) or command != "L" or out[-1][0] != "l":  # a line to where it is shows only where it is the first
            out.append(command.lower() + " ".join(_number(step, digits) for step in steps))
    return "".join(out).replace(" -", "-")


def _number(step: int, digits: int) -> str:
    return re.sub(r"^(-?)0\.", r"\1.", f"{step / 10**digits:.{digits}f}".rstrip("0").rstrip(".")) or "0"


def _unwrap(parent: Element) -> None:
    """Remove invisible elements, and groups without attributes of their own."""
    kept: list[Element] = []
    for child in parent:
        _unwrap(child)
        bare = child.tag == "path" and child.get("fill") == "none" and "stroke" not in child.attrib
        if child.tag == "g" and child.attrib.keys() <= {"id"}:
            kept.extend(child)
        elif child.tag not in DROPPED_ELEMENTS and not bare and (len(child) or child.tag != "defs"):
            kept.append(child)
    parent[:] = kept


def _own_ids(root: Element, stamp: str) -> None:
    """Drop ids that nothing refers to and rename the others, so that no two figures of a page share one."""
    refers = re.compile(r"#([^)]+)")
    pointers = [(e, name) for e in root.iter() for name in ("href", "clip-path") if name in e.attrib]
    used = dict.fromkeys(found for e, name in pointers for found in refers.findall(e.attrib[name]))
    new = {old: f"f{stamp}-{place}" for place, old in enumerate(used)}
    for element, name in pointers:
        element.attrib[name] = refers.sub(lambda found: f"#{new[found[1]]}", element.attrib[name])
    for element in root.iter():
        if (old := element.attrib.pop("id", "")) in new:
            element.attrib["id"] = new[old]


def _family(texts: list[Element]) -> dict[str, str]:
    """Remove a font family that all texts share, and return it as an attribute for the root."""
    families = {text.get("font-family", "") for text in texts}
    if len(families) != 1:
        return {}
    for text in texts:
        text.attrib.pop("font-family", None)
    return {"font-family": families.pop()}
