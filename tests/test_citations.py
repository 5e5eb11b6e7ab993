import pandas as pd

from compendium.analysis import citation_audit

COLUMNS = [
    "citation_id",
    "source_id",
    "paragraph",
    "kind",
    "as_printed",
    "author",
    "year",
    "marker",
    "about",
    "about_reason",
]
HAND_MADE = pd.DataFrame(
    [
        # A text that cites by name and year: one right, one misspelt, one misdated, one missing, one never cited.
        ("a.c1", "a", 1, "in-text", "Meier, 2020", "Meier", "2020", "", "fits", ""),
        ("a.c2", "a", 2, "in-text", "Schmidt, 2021", "Schmidt", "2021", "", "", ""),
        ("a.c3", "a", 3, "in-text", "O’Neil & Braun, 2019", "O’Neil; Braun", "2019", "", "", ""),
        ("a.c4", "a", 4, "in-text", "Unknown, 2022", "Unknown", "2022", "", "", ""),
        ("a.r1", "a", 9, "entry", "Meier, A. (2020)", "Meier", "2020", "", "", ""),
        ("a.r2", "a", 10, "entry", "Schmitt, B. (2021)", "Schmitt", "2021", "", "", ""),
        ("a.r3", "a", 11, "entry", "O'Neil, C. (2018)", "O'Neil", "2018", "", "", ""),
        ("a.r4", "a", 12, "entry", "Brecht, D. (2022)", "Brecht", "2022", "", "", ""),
        # A text that cites by number: its list is another one, and one reference is about something else.
        ("b.c1", "b", 1, "in-text", "(1)", "", "", "1", "other", "its title is about another year"),
        ("b.c2", "b", 2, "in-text", "(3)", "", "", "3", "", ""),
        ("b.r1", "b", 5, "entry", "1", "", "", "1", "", ""),
        ("b.r2", "b", 6, "entry", "2", "", "", "2", "", ""),
        # An authority named without a reference is none of the audit's business.
        ("b.n1", "b", 3, "narrative", "an expert", "Expert", "", "", "", ""),
    ],
    columns=COLUMNS,
)


def test_exact_matches() -> None:
    found = dict(zip(HAND_MADE["citation_id"], citation_audit.exact_entries(HAND_MADE), strict=True))
    assert {name: entry for name, entry in found.items() if entry} == {"a.c1": "a.r1", "b.c1": "b.r1"}


def test_findings() -> None:
    audit = citation_audit.audit_citations(HAND_MADE)
    found = {(row.citation_id, row.finding, row.nearest_id) for row in audit.itertuples()}
    assert found == {
        ("a.c2", citation_audit.WRONG_NAME, "a.r2"),
        ("a.c3", citation_audit.WRONG_YEAR, "a.r3"),
        ("a.c4", citation_audit.CITED_NOT_LISTED, ""),
        ("b.c1", citation_audit.OFF_TOPIC_REFERENCE, "b.r1"),
        ("b.c2", citation_audit.CITED_NOT_LISTED, ""),
        ("a.r4", citation_audit.LISTED_NOT_CITED, ""),
        ("b.r2", citation_audit.LISTED_NOT_CITED, ""),
    }


def test_a_text_without_faults_has_no_findings() -> None:
    clean = HAND_MADE[HAND_MADE["citation_id"].isin(["a.c1", "a.r1"])]
    assert citation_audit.audit_citations(clean).empty
