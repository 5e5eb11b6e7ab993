from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compendium.values.number_parsing import MAX_TEXT_LENGTH, UnreadableFigureError, read_figure


@pytest.mark.parametrize(
    ("printed", "value", "step"),
    [
        ("4.4", Fraction("4.4"), Fraction(1, 10)),
        ("$4.4 billion", 4_400_000_000, 100_000_000),
        ("$300 million", 300_000_000, 100_000_000),
        ("47%", 47, 1),
        ("20 %", 20, 10),
        ("2,000", 2000, 1000),
        ("20,000 barrels per day", 20_000, 10_000),
        ("1,6 раза", Fraction("1.6"), Fraction(1, 10)),
        ("8%20млрд%20US%24", 8_000_000_000, 1_000_000_000),
        ("1%20млрд%20100%20млн%20US%24", 1_100_000_000, 100_000_000),
        ("1.50", Fraction("1.5"), Fraction(1, 100)),
        ("2nd", 2, 1),
        ("one", 1, 1),
        ("two million", 2_000_000, 1_000_000),
        ("five thousand tons", 5000, 1000),
        ("11.8 bcm", 11_800_000_000, 100_000_000),
        ("8,1bcm", 8_100_000_000, 100_000_000),
        ("$3 trn", 3 * 10**12, 10**12),
        ("£3.2tn", 3_200_000_000_000, 10**11),
        ("$5m", 5_000_000, 1_000_000),
        ("4.8B", 4_800_000_000, 100_000_000),
        ("30k", 30_000, 10_000),
        ("5 m", 5, 1),
        ("5 kt", 5000, 1000),
        ("double", 2, 1),
        ("half", Fraction(1, 2), Fraction(1, 10)),
        ("0,125", Fraction("0.125"), Fraction(1, 1000)),
        ("$4.8bn", 4_800_000_000, 100_000_000),
        ("4.8 billions", 4_800_000_000, 100_000_000),
        ("5 миллионов", 5_000_000, 1_000_000),
        ("10 тысяч", 10_000, 10_000),
        ("0", 0, 1),
        ("5\xa0million", 5_000_000, 1_000_000),
        ("2 billion 500 million 10 thousand", 2_500_010_000, 10_000),
        ("$1 trillion, 20 billion", 1_020_000_000_000, 10_000_000_000),
    ],
)
def test_value_and_step(printed: str, value: Fraction, step: Fraction) -> None:
    found = read_figure(printed)
    assert (found.low, found.high, found.step) == (value, value, step)


@pytest.mark.parametrize(
    ("printed", "low", "high", "step"),
    [
        ("25–30 million tons", 25_000_000, 30_000_000, 10_000_000),
        ("$1–1.2 billion", 1_000_000_000, 1_200_000_000, 100_000_000),
        ("$900 million–$1.1 billion", 900_000_000, 1_100_000_000, 100_000_000),
        ("20-25%", 20, 25, 1),
    ],
)
def test_range_is_its_ends_as_finely_as_the_upper_is_printed(printed: str, low: int, high: int, step: int) -> None:
    found = read_figure(printed)
    assert (found.low, found.high, found.step, found.is_range) == (low, high, step, True)


@pytest.mark.parametrize(
    "printed",
    ["", "many", "3 of 4", "30–25", "-13.7%", "−$5", "two hundred", "2hundred", "two dozen", "two thirds", "a third"],
)
def test_what_is_no_figure_is_refused(printed: str) -> None:
    with pytest.raises(UnreadableFigureError):
        read_figure(printed)


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("many", "^no figure in 'many'$"),
        ("half a million", "^'million', a multiplier that is misspelt or not beside its digits, in 'half a million'$"),
        ("$4.8 bilion", "^'bilion', a multiplier"),
        ("5 Mt", "^a sign, fraction or multiplier that is not read, in '5 Mt'$"),
        ("1.1 mb/d", "^a sign, fraction or multiplier that is not read"),
        ("7 GW", "^a sign, fraction or multiplier that is not read"),
        ("5 milllions", "^'milllions', a multiplier"),
        ("two hundred", "^a sign, fraction or multiplier that is not read, in 'two hundred'$"),
        ("30–25", "^the range '30–25' does not rise$"),
        ("25–25", "^the range '25–25' does not rise$"),
        ("3 of 4", "^more than one figure in '3 of 4'$"),
        ("7" * (MAX_TEXT_LENGTH + 1), f"^{MAX_TEXT_LENGTH + 1} characters, beginning with '{'7' * 20}'$"),
        ("2 million 3 million", "^more than one figure"),  # neither descends
        ("3 thousand 2 million", "^more than one figure"),
        ("2 billion 3 million 4", "^more than one figure"),  # nothing says what the last counts
        ("2 million 3 thousand 4 billion", "^more than one figure"),
    ],
)
def test_a_refusal_says_why(printed: str, reason: str) -> None:
    with pytest.raises(UnreadableFigureError, match=reason):
        read_figure(printed)


def test_a_text_of_the_most_signs_is_read() -> None:
    assert read_figure("5".ljust(MAX_TEXT_LENGTH)).low == 5


@pytest.mark.parametrize(
    ("printed", "value", "step"),
    [
        ("-4.3", Fraction("-4.3"), Fraction(1, 10)),
        ("-4.3 %", Fraction("-4.3"), Fraction(1, 10)),
        ("-4.3\xa0%", Fraction("-4.3"), Fraction(1, 10)),
        ("-30", -30, 10),
        ("-36.50 %", Fraction("-36.5"), Fraction(1, 100)),
        ("-0.5", Fraction("-0.5"), Fraction(1, 10)),
        ("-0", 0, 1),
    ],
)
def test_a_bare_negative_number_or_percentage_is_read(printed: str, value: Fraction, step: Fraction) -> None:
    found = read_figure(printed)
    assert (found.low, found.high, found.step, found.is_range) == (value, value, step, False)


@pytest.mark.parametrize(
    "printed",
    ["−4.3", "–4.3", "--4.3", "- 4.3", "-4,3", "-1,000", "-$5", "-5 million", "-4.3 USD", "-20-25", "-.5", "-٣", " -5"],
)
def test_a_dash_before_anything_else_is_refused(printed: str) -> None:
    with pytest.raises(UnreadableFigureError):
        read_figure(printed)


@given(st.decimals("0", "999999", places=2))
def test_a_negative_number_is_the_positive_one_below_nothing(value: Decimal) -> None:
    above, below = read_figure(f"{value:f}"), read_figure(f"-{value:f}")
    assert (below.low, below.high, below.step) == (-above.high, -above.low, above.step)


@given(st.integers(1, 10**9), st.sampled_from(["", " million", " billion", " млн", " тыс"]))
def test_thousands_separators_change_nothing(value: int, word: str) -> None:
    assert read_figure(f"{value:,}{word}") == read_figure(f"{value}{word}")


@given(st.text())
def test_any_text_is_a_figure_or_refused(text: str) -> None:
    try:
        found = read_figure(text)
    except UnreadableFigureError:
        return
    assert found.low <= found.high
    assert found.step > 0
