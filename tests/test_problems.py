from compendium.project.problems import LedgerError, Problem, describe_choices, quote_value


def test_a_problem_says_file_row_column_found_and_expected() -> None:
    assert str(Problem("a.csv", 3, "unit", "USDD", "USD")) == "a.csv:3:unit: found 'USDD'; expected USD"
    assert str(Problem("a.csv", 0, "", "nothing", "a file")) == "a.csv: found 'nothing'; expected a file"


def test_an_error_carries_every_problem_once_in_order() -> None:
    late, early = Problem("b.csv", 1, "", "x", "y"), Problem("a.csv", 9, "", "x", "y")
    error = LedgerError([late, early, late])
    assert error.problems == [early, late]
    assert str(error).count("\n") == 1


def test_near_values_are_offered_few_are_listed_many_are_counted() -> None:
    assert describe_choices(["asserts", "denies"], "assert") == "perhaps 'asserts'"
    assert describe_choices(["a", "b"], "zzz") == "one of 'a', 'b'"
    assert describe_choices(map(str, range(100, 200)), "zzz") == "one of 100 known values"


def test_control_characters_are_escaped_and_long_values_cut() -> None:
    assert "\x1b" not in quote_value("\x1b[31mred")
    assert len(quote_value("x" * 10**6)) < 120
    assert "1000000 characters" in quote_value("x" * 10**6)
