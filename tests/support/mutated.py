"""Contents of files as accidents and strangers make them: cut, doubled, in another encoding, with signs nobody expects.

Whatever is made follows from the random numbers that are handed in.
"""

from random import Random

NASTY = (
    "", " ", "\t", "\n", "\r\n", "\r", "\x00", "\x1b[31m", "\ufeff", "\u2028", "\x85", "\u202e", "\u200b", "\ud7ff",
    "\U0010ffff", "ə", "Ж", "שלום", '"', '""', "'", ",", ";", "; ", "|", "/", "\\", "-", "−", ".", "..", "%", "~", "?",
    "{", "}", "[", "]", "<", ">", "&", "=", "@", "#", "NaN", "inf", "-inf", "None", "null", "true", "1e999", "1e-999",
    "9" * 20, "9" * 400, "9" * 5000, "0", "-0", "00", "١٢٣", "２０２４", "²", "½", "0000", "9999", "10000",
    "2024-02-30", "2024-13", "2024/2023", "../..", "2024~", "../2024?", "/", "4.4.4", "1,2,3,4", "$", "€4", "a" * 2000,
    "()" * 400, "[" * 3000, "{" * 500, '{"a":' * 900, "- " * 900, "&a [*a]", "!!python/object:os.system x", "---",
    "...", "*a", "=cmd|' /C calc'!A0", "<script>", "%00", "%ff", "%", "nan%", "percent", "million", "billion" * 50,
    "thousand " * 300,
)  # fmt: skip
"""What is put in place of a word or between two."""
BYTES = (b"\x00", b"\xff", b"\xfe\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b",", b"\x1a")


def text(sound: str, random: Random) -> str:
    """Return a text with one to three things wrong with it."""
    for _ in range(random.randint(1, 3)):
        sound = random.choice(TEXTS)(sound, random)
    return sound


def content(sound: bytes, random: Random) -> bytes:
    """Return the content of a file with something wrong with it: as text, as bytes, or in another encoding."""
    how = random.random()
    if how < 0.6:
        return text(sound.decode("utf-8", errors="replace"), random).encode("utf-8", errors="surrogatepass")
    if how < 0.7:
        return sound.decode("utf-8", errors="replace").encode(random.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7"]))
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(sound))
        sound = sound[:at] + random.choice(BYTES) + sound[at + random.choice([0, 0, 1, 7]) :]
    return sound


def _replaced(sound: str, random: Random) -> str:
    at = random.randint(0, len(sound))
    return sound[:at] + random.choice(NASTY) + sound[at + random.choice([0, 0, 1, 2, 5]) :]


def _cut(sound: str, random: Random) -> str:
    return sound[: random.randint(0, len(sound))]


def _without(sound: str, random: Random) -> str:
    at = random.randint(0, len(sound))
    return sound[:at] + sound[at + random.randint(1, 40) :]


def _doubled(sound: str, random: Random) -> str:
    at = random.randint(0, len(sound))
    end = at + random.randint(1, 200)
    return sound[:end] + sound[at:end] + sound[end:]


def _lines(sound: str, random: Random) -> str:
    lines = sound.split("\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    if random.random() < 0.3:
        del lines[one]
    elif random.random() < 0.5:
        lines.insert(other, lines[one])
    else:
        lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _word(sound: str, random: Random) -> str:
    """Put something nasty, or another word of the same text, in the place of a word: a cell, a key, a value."""
    marks = ',\n":; '
    places = [at for at, sign in enumerate(sound) if sign in marks]
    if len(places) < 2:
        return _replaced(sound, random)
    at = random.randrange(len(places) - 1)
    start, end = places[at] + 1, places[at + 1]
    other = random.randrange(len(places) - 1)
    new = random.choice([random.choice(NASTY), sound[places[other] + 1 : places[other + 1]]])
    return sound[:start] + new + sound[end:]


def _other_case(sound: str, random: Random) -> str:
    at = random.randint(0, len(sound))
    return sound[:at] + sound[at : at + 10].swapcase() + sound[at + 10 :]


TEXTS = (_replaced, _replaced, _cut, _without, _doubled, _lines, _word, _word, _word, _other_case)
