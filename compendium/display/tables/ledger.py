"""The tables of a ledger as a reader needs them: claims, events, positions, gaps, the dictionary of the data.

Each takes tables and returns one with a caption, its rows linked to their permanent places; it selects nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from compendium.analysis.explanations import format_area_pair
from compendium.analysis.source_independence import host
from compendium.display import attachments
from compendium.display.links import locator
from compendium.display.outputs import RichOutput, captioned_table, download_links, link, table_markup
from compendium.ledger.claims import DIRECTION_MEASURE, author_names
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import SERIES_FOLDER
from compendium.ledger.schema import Field, Table, sql_name
from compendium.values.formatting import format_amount, format_signed
from compendium.values.periods import format_event_time, format_period


def claims_table(claims: pd.DataFrame, caption: str, *, up: str = "..") -> RichOutput:
    """Return claims as a reader needs them: the figure and how it is read, what it measures, who says so.

    Takes the table that `compendium.ledger.claims.read_claims` returns, or a part of it; `up` as for `present.link`.
    """
    rows = [
        {
            "Figure": stacked_cell(
                link("claim", row["claim_id"], row["figure"], up=up),
                f"read as {format_amount(row['interval'], row['unit'])}",
            ),
            "What it measures": stacked_cell(
                describe_claim_quantity(row), format_period(row["period"]) or "no period given"
            ),
            "Who says so": stacked_cell(
                link("source", row["source_id"], row["author"], up=up), f"credits {row['origin'] or 'nobody'}"
            ),
        }
        for row in claims.to_dict("records")
    ]
    shown = pd.DataFrame(rows, columns=["Figure", "What it measures", "Who says so"])
    return captioned_table(shown, caption, data=claims_data(claims))


QUANTITY_COLUMNS = ["metric_id", "metric", "ref_area", "counterpart_area", "period", "population", "measure"]
CLAIM_BASE_COLUMNS = ["base_metric_id", "base_area", "base_counterpart", "base_period", "direction"]


def claims_data(claims: pd.DataFrame) -> pd.DataFrame:
    """Return claims for other programs: id, figure as printed, how it is read, what it measures, where it stands.

    `low`, `high` and `ends` are the interval, in the unit printed (`compendium.display.attachments.interval_cells`).
    """
    said = ["source_id", "author", "paragraph", "scope", "origin", "obs_status", "rank", "summary", "note"]
    read = split_intervals(claims[["claim_id", "figure", "unit", "interval"]])
    return pd.concat([read, claims[[*QUANTITY_COLUMNS, *CLAIM_BASE_COLUMNS, *said]]], axis=1)


def split_intervals(frame: pd.DataFrame, column: str = "interval", prefix: str = "") -> pd.DataFrame:
    """Return a table with the ends of its intervals as columns in their place: `low`, `high`, `ends`."""
    place = list(frame.columns).index(column)
    cells = [attachments.interval_cells(found) for found in frame[column]]
    found = pd.DataFrame(cells, index=frame.index, columns=["low", "high", "ends"]).add_prefix(prefix)
    return pd.concat([frame.iloc[:, :place], found, frame.iloc[:, place + 1 :]], axis=1)


def describe_claim_quantity(claim: Mapping[str, Any]) -> str:
    """Return what a claim measures: metric, areas, how (growth over …, share of …), population."""
    areas = format_area_pair(claim["ref"], claim["counterpart"], claim["relation"])
    return ", ".join(part for part in (claim["metric"], areas, _how(claim), claim["population"]) if part)


def _how(claim: Mapping[str, Any]) -> str:
    base = claim["base_with"] or claim["base_ref"]
    when = format_period(claim["base_period"])
    if claim["measure"] == "growth":
        return f"growth over {when}" if when else "growth, base not named"
    if claim["measure"] == DIRECTION_MEASURE:
        return f"{claim['direction']} from {when}" if when else claim["direction"]
    if claim["measure"] == "share":
        return f"share of the total to {base}" if claim["base_with"] else "share"
    if claim["measure"] == "multiple":
        return f"multiple of {when}" if claim["base_with"] == claim["counterpart"] else f"multiple of {base}"
    return "" if claim["measure"] == "level" else claim["measure"]


def provenance_table(claims: pd.DataFrame, *, up: str = "..") -> RichOutput:
    """Return where every number of a page comes from: the locator, the credit, the note on how it was read."""
    rows = [
        {
            "Figure": link("claim", row["claim_id"], row["figure"], up=up),
            "Where": stacked_cell(
                link("source", row["source_id"], row["author"], up=up),
                locator(row),
                f"credits {row['origin'] or 'nobody'}",
            ),
            "What is open": row["note"],
        }
        for row in claims.to_dict("records")
    ]
    columns = ["Figure", "Where", "What is open"]
    caption = "Where the numbers on this page come from"
    return captioned_table(pd.DataFrame(rows, columns=columns), caption, data=claims_data(claims))


def events_table(events: pd.DataFrame, caption: str, *, up: str = "..") -> RichOutput:
    """Return events in the order given: date, what happened, kind of act and its score, how many sources name it."""
    rows = [
        {
            "When": stacked_cell(_when(row), row["date_basis"]),
            "What happened": stacked_cell(
                link("event", row["event_id"], row["name"], up=up),
                row["code_name"] and f"{row['code_name']}, {format_signed(row['goldstein'])}",
            ),
            "Sources": row["sources"],
        }
        for row in events.to_dict("records")
    ]
    shown = pd.DataFrame(rows, columns=["When", "What happened", "Sources"])
    return captioned_table(shown, caption, numeric=["Sources"], data=events[[*EVENT_COLUMNS, "mentions", "sources"]])


EVENT_COLUMNS = ["event_id", "date", "date_basis", "name", "code", "code_name", "goldstein"]
MENTION_COLUMNS = ["mention_id", "source_id", "author", "paragraph", "scope", "as_printed", "says"]


def mentions_data(events: pd.DataFrame, mentions: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return events in the order given for other programs, a row each place where a source says so.

    `date` is the event's, `date_given` that of the place.
    """
    said = mentions.assign(author=mentions["source_id"].map(author_names(sources)))
    said = said.rename(columns={"date": "date_given"})[["event_id", *MENTION_COLUMNS, "date_given"]]
    return events[EVENT_COLUMNS].reset_index(drop=True).merge(said, on="event_id", how="left", sort=False)


def _when(event: Mapping[str, Any]) -> str:
    return format_event_time(event["date"], inferred=event["date_basis"] != "stated") or "unknown"


STANCES = ("asserts", "qualifies", "denies")


def positions_table(
    stances: pd.DataFrame, propositions: pd.DataFrame, sources: pd.DataFrame, caption: str
) -> RichOutput:
    """Return proposition × source, sources in the order they were written; each stance with its paragraph.

    A source that takes a statement up in several ways shows each; one that is silent shows a dash.
    """
    order, names = sources.sort_values("written"), author_names(sources)
    rows = []
    for proposition in propositions.to_dict("records"):
        row: dict[str, Any] = {"Statement": proposition["statement"]}
        for source in order.to_dict("records"):
            own = stances[
                (stances["proposition_id"] == proposition["proposition_id"])
                & (stances["source_id"] == source["source_id"])
            ]
            row[f"{names[source['source_id']]}, {source['written'][:4]}"] = _stances(own)
        rows.append(row)
    data = stances_data(stances, propositions, order)
    return captioned_table(pd.DataFrame(rows), caption, css_class="positions", data=data)


def stances_data(stances: pd.DataFrame, propositions: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return statements for other programs, a row each place where a source takes one up; one that none does has one.

    The sources of a statement stand in the order given.
    """
    order = {name: place for place, name in enumerate(sources["source_id"])}
    own = stances.assign(author=stances["source_id"].map(author_names(sources)))
    own = own.sort_values(["source_id", "paragraph"], key=lambda of: of.map(order) if of.name == "source_id" else of)
    own = own[["proposition_id", "source_id", "author", "paragraph", "scope", "stance", "says"]]
    return propositions[["proposition_id", "statement"]].merge(own, on="proposition_id", how="left", sort=False)


def _stances(own: pd.DataFrame) -> Markup | str:
    if own.empty:
        return "–"
    parts = []
    for stance in STANCES:
        where = sorted(own.loc[own["stance"] == stance, "paragraph"])
        if where:
            says = "; ".join(own.loc[own["stance"] == stance, "says"])
            parts.append(
                Markup('<span class="stance {}" title="{}">{}</span> <small>¶ {}</small>').format(
                    stance, says, stance, ", ".join(map(str, where))
                )
            )
    return Markup("<br>").join(parts)


def rivals_table(rival_sets: pd.DataFrame, claims: pd.DataFrame, caption: str, *, up: str = "..") -> RichOutput:
    """Return the quantities that `compendium.ledger.claims.competing_figures` found: each figure, and what all leave possible."""
    by_id = claims.set_index("claim_id", drop=False)
    rows = []
    for pair in rival_sets.to_dict("records"):
        own = [by_id.loc[name] for name in pair["claim_ids"]]
        figures = [
            Markup("{} ({})").format(link("claim", row["claim_id"], row["figure"], up=up), row["author"]) for row in own
        ]
        rows.append(
            {
                "Quantity": describe_claim_quantity(own[0]),
                "Period": format_period(pair["period"]),
                "Figures": Markup("; ").join(figures),
                "All can hold at": format_amount(pair["common"], pair["unit"]) if pair["agree"] else "no value",
            }
        )
    shown = pd.DataFrame(rows, columns=["Quantity", "Period", "Figures", "All can hold at"])
    return captioned_table(shown, caption, data=_rivals_data(rival_sets, by_id))


def _rivals_data(pairs: pd.DataFrame, by_id: pd.DataFrame) -> pd.DataFrame:
    """Return a row each figure, those of one quantity with its number and what all of them leave possible."""
    parts = []
    for number, pair in enumerate(pairs.to_dict("records"), 1):
        common = {f"common_{name}": cell for name, cell in attachments.interval_cells(pair["common"]).items()}
        own = claims_data(by_id.loc[list(pair["claim_ids"])])
        parts.append(own.assign(agree="yes" if pair["agree"] else "no", **common))
        parts[-1].insert(0, "quantity", number)
    return pd.concat(parts) if parts else pd.DataFrame(columns=["quantity"])


def gaps_table(grid: pd.DataFrame, metrics: pd.DataFrame, caption: str) -> RichOutput:
    """Return a grid of how many sources print a figure, by metric (named) and period; a gap is a dash."""
    names = metrics.set_index("metric_id")["name"]
    shown = grid.map(lambda count: str(count) if count else "–").rename(columns=format_period)
    shown.insert(0, "Metric", [names[metric] for metric in grid.index])
    data = grid.rename_axis("metric_id").reset_index()
    data.insert(1, "metric", [names[metric] for metric in grid.index])
    return captioned_table(shown, caption, numeric=list(shown.columns[1:]), data=data)


def mentions_table(events: pd.DataFrame, mentions: pd.DataFrame, sources: pd.DataFrame, caption: str) -> RichOutput:
    """Return events in the order given, each row with its permanent address and with what each source says there."""
    names = author_names(sources)
    grouped = dict(iter(mentions.groupby("event_id")))
    rows = [
        {
            "When": stacked_cell(_when(row), row["date_basis"]),
            "What happened, and what the sources say": stacked_cell(
                link("event", row["event_id"], row["name"]),
                row["code_name"] and f"{row['code_name']}, {format_signed(row['goldstein'])}",
                *(_mention(mention, names) for mention in grouped[row["event_id"]].to_dict("records")),
            ),
            "event_id": row["event_id"],
        }
        for row in events.to_dict("records")
    ]
    return captioned_table(
        pd.DataFrame(rows), caption, id_column="event_id", data=mentions_data(events, mentions, sources)
    )


def passages_table(events: pd.DataFrame, mentions: pd.DataFrame, sources: pd.DataFrame, caption: str) -> RichOutput:
    """Return some events, each with every place where it is told and what is said of it there."""
    names = author_names(sources)
    grouped = dict(iter(mentions.groupby("event_id")))
    rows = [
        {
            "What happened": stacked_cell(
                link("event", row["event_id"], row["name"]), format_period(row["date"]) or "no date"
            ),
            "What each source says of it": Markup("").join(
                Markup("<p>{}</p>").format(_mention(mention, names))
                for mention in grouped[row["event_id"]].sort_values(["source_id", "paragraph"]).to_dict("records")
            ),
        }
        for row in events.drop_duplicates("event_id").to_dict("records")
    ]
    ordered = mentions.sort_values(["source_id", "paragraph"])
    data = mentions_data(events.drop_duplicates("event_id"), ordered, sources)
    return captioned_table(pd.DataFrame(rows), caption, data=data)


def _mention(mention: Mapping[str, Any], names: Mapping[str, str]) -> Markup:
    printed = f", “{mention['as_printed']}”" if mention["as_printed"] else ""
    source = link("source", mention["source_id"], names[mention["source_id"]])
    return Markup("{} ¶ {}{}: {}").format(source, mention["paragraph"], printed, mention["says"])


def stacked_cell(first: str, *below: str) -> Markup:
    """Return a cell of several lines, the first at full size; empty ones are left out."""
    lines = Markup("").join(Markup("<small>{}</small>").format(line) for line in below if line)
    return Markup("{}{}").format(first, lines)


def sources_table(sources: pd.DataFrame, caption: str) -> RichOutput:
    """Return the sources in the order they were written, each with its permanent address: what, when, how reliable."""
    names = author_names(sources)
    rows = [
        {
            "Source": stacked_cell(names[row["source_id"]], row["title"]),
            "What it is": stacked_cell(
                row["kind"], f"{format_period(row['written'])} ({row['written_basis']})", row["written_reason"]
            ),
            "Reliability": stacked_cell(row["reliability"], row["reliability_reason"], row["note"]),
            "source_id": row["source_id"],
        }
        for row in sources.sort_values("written").to_dict("records")
    ]
    told = ["source_id", "title", "author", "publisher", "kind", "written", "written_basis", "written_reason"]
    data = sources.sort_values("written")[[*told, "reliability", "reliability_reason", "address", "note"]]
    return captioned_table(pd.DataFrame(rows), caption, id_column="source_id", data=data)


def citations_table(
    rows: pd.DataFrame, by_id: pd.DataFrame, sources: pd.DataFrame, caption: str, *, is_permanent_place: bool = False
) -> RichOutput:
    """Return citations with the entry each belongs to and what is said of it; at `is_permanent_place` each row bears its address.

    Takes rows with `source_id`, `paragraph`, `as_printed`, `entry` (an id or empty), `verdict`, `reason`; `by_id`
    is the whole table of citations, indexed by id.
    """
    names = author_names(sources)
    shown = [
        {
            "As printed": stacked_cell(
                row["as_printed"],
                Markup("{} ¶ {}").format(link("source", row["source_id"], names[row["source_id"]]), row["paragraph"]),
            ),
            "Entry": stacked_cell(by_id["as_printed"].get(row["entry"], "–"), by_id["title"].get(row["entry"], "")),
            "Verdict": stacked_cell(row["verdict"], row["reason"]),
            "citation_id": row["citation_id"],
        }
        for row in rows.to_dict("records")
    ]
    entry = rows["entry"].map(by_id[["as_printed", "title"]].to_dict("index")).dropna()
    data = rows[["source_id", "paragraph", "as_printed", "entry", "verdict", "reason"]].assign(
        author=rows["source_id"].map(names),
        entry_as_printed=entry.map(lambda own: own["as_printed"]),
        entry_title=entry.map(lambda own: own["title"]),
    )
    columns = ["As printed", "Entry", "Verdict", *(["citation_id"] if is_permanent_place else [])]
    frame = pd.DataFrame(shown, columns=columns)
    return captioned_table(frame, caption, id_column="citation_id" if is_permanent_place else None, data=data)


def corrections_table(corrections: pd.DataFrame, caption: str) -> RichOutput:
    """Return corrections with their permanent addresses, the latest first: what, old, new, why, when, by what."""
    frame = corrections.iloc[::-1].sort_values("corrected_on", ascending=False, kind="stable")
    rows = [
        {
            "What": stacked_cell(
                _corrected_row(row),
                Markup("{} in {}").format(row["column"], link("table", f"table-{row['table']}", row["table"])),
            ),
            "Was, and is": stacked_cell(_corrected(row["old"]), Markup("now {}").format(_corrected(row["new"]))),
            "Why": stacked_cell(
                row["why"],
                Markup("{}; by {}").format(format_period(row["corrected_on"]), _evidence(row["evidence"])),
                f"must still be printed: {row['expect']}" if row["expect"] else "",
                f"no longer needed since {format_period(row['retired_on'])}" if row["retired_on"] else "",
            ),
            "correction_id": row["correction_id"],
        }
        for row in frame.to_dict("records")
    ]
    shown = pd.DataFrame(rows, columns=["What", "Was, and is", "Why", "correction_id"])
    return captioned_table(shown, caption, id_column="correction_id", data=frame, css_class="roomy")


def _corrected_row(row: Mapping[str, Any]) -> str:
    """Return the id of a row that was corrected, as a link where such rows have a place of their own."""
    kinds = {"claims": "claim", "events": "event", "citations": "citation"}
    kind = "observation" if row["table"].startswith(f"{SERIES_FOLDER}-") else kinds.get(row["table"], "")
    return link(kind, row["row_id"], row["row_id"]) if kind else row["row_id"]


def _corrected(cell: str) -> str:
    """Return what a cell held or holds, where lines may break in an address, which has no blanks to break at."""
    return Markup("<wbr>").join(re.split(r"(?<=[/?&=_-])|(?<=\w{24})(?=\w)", cell)) if cell else "nothing"


def _evidence(evidence: str) -> Markup:
    """Return what shows that a correction is right: a place as it is, an address as a link named by its host."""
    if not evidence.startswith(("https://", "http://")):
        return escape(evidence)
    return Markup('<a href="{}" rel="nofollow">{}</a>').format(evidence, host(evidence))


def stances_table(stances: pd.DataFrame, propositions: pd.DataFrame, sources: pd.DataFrame, caption: str) -> RichOutput:
    """Return every stance with its place and the reason why it counts as that."""
    names = author_names(sources)
    statements = propositions.set_index("proposition_id")["statement"]
    rows = [
        {
            "Statement": statements[row["proposition_id"]],
            "Stance": stacked_cell(
                Markup('<span class="stance {0}">{0}</span>').format(row["stance"]),
                Markup("{} ¶ {}").format(link("source", row["source_id"], names[row["source_id"]]), row["paragraph"]),
            ),
            "Why": row["says"],
        }
        for row in stances.to_dict("records")
    ]
    data = stances.assign(author=stances["source_id"].map(names), statement=stances["proposition_id"].map(statements))
    columns = ["proposition_id", "statement", "source_id", "author", "paragraph", "scope", "stance", "says"]
    return captioned_table(pd.DataFrame(rows), caption, data=data[columns])


def data_dictionary(schema: Mapping[str, Table], row_counts: Mapping[str, int]) -> RichOutput:
    """Return every table of a schema with its columns: what each holds, its type, and what is required of it.

    Tables of one form are described together; the file beside them describes every column of every table.
    """
    alike: dict[tuple[Field, ...], list[Table]] = {}
    for described_table in schema.values():
        alike.setdefault(described_table.fields, []).append(described_table)
    data = pd.DataFrame([_column(one, field) for one in schema.values() for field in one.fields])
    parts = (_described(group, row_counts) for group in alike.values())
    return RichOutput.combine(*parts, download_links("Every column of every table", attachments.as_csv(data)))


def archive_table(schema: Mapping[str, Table], row_counts: Mapping[str, int], caption: str) -> RichOutput:
    """Return what the archive of a ledger holds of each table: rows, columns, and its name in each form."""
    found = [
        {
            "Table": link("table", f"table-{one.name}", one.title),
            "Rows": row_counts[one.name],
            "Columns": len(one.fields),
            "As CSV": one.path,
            "As Parquet, in SQLite": sql_name(one),
        }
        for one in schema.values()
    ]
    return captioned_table(pd.DataFrame(found), caption, numeric=["Rows", "Columns"])


def table_downloads(ledger: Ledger) -> RichOutput:
    """Return a list of links to every table of a ledger as a CSV file of its own, without those that have no row."""
    texts = {one.name: attachments.as_csv(ledger.frames[one.name]) for one in ledger.schema.values()}
    lines = [
        Markup("<li>{}, {}</li>").format(one.title, Markup(attachments.file_link(one.title, texts[one.name], "csv")))
        for one in ledger.schema.values()
        if len(ledger.frames[one.name])
    ]
    shown = RichOutput(Markup('<ul class="take">{}</ul>').format(Markup("").join(lines)))
    return shown.add_form(attachments.CSV_LIST_TYPE, [text for text in texts.values() if "\n" in text.rstrip("\n")])


def _column(one: Table, field: Field) -> dict[str, Any]:
    """Return a column of a table for other programs, as a row."""
    refers = [f"{other}.{column}" for own, other, column in one.foreign_keys if own == field.name]
    return {
        "table": one.name,
        "path": one.path,
        "column": field.name,
        "description": field.description,
        "type": field.type,
        "unit": field.unit,
        "holds": field.semantic_type,
        "key": "yes" if field.name in one.primary_key else "no",
        "required": "yes" if field.required else "no",
        "unique": "yes" if field.unique else "no",
        "vocabulary": list(field.vocabulary),
        "pattern": field.pattern,
        "refers_to": refers,
    }


def _described(group: list[Table], rows: Mapping[str, int]) -> Markup:
    """Return tables of one form: what each is for, and their columns once."""
    first = group[0]
    frame = pd.DataFrame(
        {
            "Column": [field.name for field in first.fields],
            "What it holds": [field.description for field in first.fields],
            "Form": [_form(field) for field in first.fields],
        }
    )
    counted = [f"{one.path}: {rows[one.name]} rows" for one in group]
    heads = Markup("").join(
        Markup('<h3 id="table-{}">{}</h3><p>{}{}</p>').format(
            one.name, one.title, one.description, f" ({count})" if len(group) > 1 else ""
        )
        for one, count in zip(group, counted, strict=True)
    )
    caption = counted[0] if len(group) == 1 else f"Columns of each of these {len(group)} tables"
    keys = "; ".join(f"{own} → {other}.{column}" for own, other, column in first.foreign_keys)
    return Markup("{}{}<p><small>Key: {}{}</small></p>").format(
        heads,
        table_markup(frame, caption),
        ", ".join(first.primary_key),
        f". Refers to: {keys}" if keys else "",
    )


def _form(field: Field) -> str:
    vocabulary = ", ".join(field.vocabulary) if len(field.vocabulary) <= 12 else f"one of {len(field.vocabulary)} words"
    parts = [
        "EDTF date"
        if field.semantic_type == "edtf"
        else field.semantic_type
        if field.semantic_type.startswith("list")
        else field.type,
        "required" if field.required else "",
        "unique" if field.unique else "",
        f"in {field.unit}" if field.unit else "",
        vocabulary if field.vocabulary else "",
    ]
    return "; ".join(part for part in parts if part)
