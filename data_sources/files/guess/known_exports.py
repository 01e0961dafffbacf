"""Exports of systems that many use, known by their headers: Zendesk, Jira, Freshdesk, Delighted, Stripe, BambooHR.

Each is data: the headers that only this export has, and for each record it gives where every field comes from. A field is a
column, or several with " | " between them of which the first one that is there and filled is taken, or a table as in
empathy.toml in which a column is named like that. A field whose column is not in the file is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from data_sources.mapping.plan import Written

NOTHING: Mapping[str, Written] = MappingProxyType({})


class Table(NamedTuple):
    """One record that the export gives. Without a filled column for one of `needs` it gives none of it."""

    record: str
    fields: dict[str, Written]
    needs: tuple[str, ...]
    where: Mapping[str, Written] = NOTHING
    options: Mapping[str, Written] = NOTHING
    only_if_said: bool = False  # not where no row says one of the words of `where`


class Export(NamedTuple):
    system: str
    headers: tuple[str, ...]
    tables: tuple[Table, ...]


RATING = "(rating)"  # kind, scale and score as the column of scores says

EXPORTS = (
    Export(
        "Zendesk",
        ("Id", "Requester", "Created at", "Via", "Satisfaction Score"),
        (
            Table(
                "ticket",
                {
                    "id": "Id",
                    "customer": "Organization | Requester id",
                    "opened_at": "Created at",
                    "first_reply_at": {
                        "column": "Created at",
                        "plus": {"minutes": "First reply time in minutes"},
                    },
                    "solved_at": "Solved at",
                    "replies": "Replies",
                    "reopens": "Reopens",
                    "area": "Product | Category | Ticket form | Group",
                    "channel": "Via",
                    "kind": {
                        "column": "Ticket type",
                        "values": {
                            "Problem": "problem",
                            "Incident": "problem",
                            "Question": "question",
                            "Task": "request",
                        },
                    },
                    "priority": "Priority",
                    "subject": "Subject",
                    "names": "Requester",
                },
                ("Id", "Created at"),
                where={"Status": {"not": ["Deleted"]}},
            ),
            Table(
                "survey_response",
                {
                    "id": "Id",
                    "kind": {"constant": "csat"},
                    "scale": {"constant": "1-2"},
                    "score": {
                        "column": "Satisfaction Score",
                        "values": {"Good": "2", "Bad": "1", "Good with comment": "2", "Bad with comment": "1"},
                        "other": "",
                    },
                    "answered_at": "Solved at",
                    "sent_at": "Solved at",
                    "customer": "Organization | Requester id",
                    "ticket": "Id",
                    "area": "Product | Category | Ticket form | Group",
                    "channel": "Via",
                    "comment": "Satisfaction Comment",
                },
                ("Satisfaction Score", "Solved at"),
                where={
                    "Satisfaction Score": ["Good", "Bad", "Good with comment", "Bad with comment", "Offered"],
                    "Solved at": {"blank": False},
                },
            ),
        ),
    ),
    Export(
        "Freshdesk",
        ("Ticket ID", "Created time", "Due by Time", "Agent interactions", "Customer interactions"),
        (
            Table(
                "ticket",
                {
                    "id": "Ticket ID",
                    "customer": "Company name | Company | Contact ID",
                    "opened_at": "Created time",
                    "first_reply_at": "Initial response time",
                    "solved_at": "Resolved time | Closed time",
                    "replies": "Agent interactions",
                    "within_target": {
                        "column": "Resolution status",
                        "values": {"Within SLA": "true", "SLA Violated": "false"},
                        "other": "",
                    },
                    "area": "Product | Category | Group",
                    "channel": "Source",
                    "kind": {
                        "column": "Type",
                        "values": {
                            "Question": "question",
                            "Incident": "problem",
                            "Problem": "problem",
                            "Feature Request": "request",
                            "Refund": "request",
                            "Service Request": "request",
                        },
                    },
                    "priority": "Priority",
                    "subject": "Subject",
                    "names": "Full name | Contact name | Requester name",
                },
                ("Ticket ID", "Created time"),
            ),
            Table(
                "survey_response",
                {
                    "id": "Ticket ID",
                    "score": RATING + "Survey results | Survey result",
                    "answered_at": "Resolved time | Closed time | Last update time",
                    "customer": "Company name | Company | Contact ID",
                    "ticket": "Ticket ID",
                    "area": "Product | Category | Group",
                    "channel": "Source",
                },
                ("Survey results | Survey result", "Resolved time | Closed time | Last update time"),
            ),
        ),
    ),
    Export(
        "Jira",
        (
            "Issue key | Vorgangsschlüssel",
            "Issue Type | Vorgangstyp",
            "Status",
            "Created | Erstellt",
            "Summary | Zusammenfassung",
        ),
        (
            Table(
                "bug",
                {
                    "id": "Issue key | Vorgangsschlüssel",
                    "title": "Summary | Zusammenfassung",
                    "opened_at": "Created | Erstellt",
                    "severity": "Custom field (Severity) | Priority | Priorität",
                    "status": "Status",
                    "closed_at": "Resolved | Erledigt | Gelöst",
                    "expected_on": "Due date | Due Date | Fälligkeitsdatum",
                    "area": "Component/s | Components | Komponente/n | Komponenten | Project name | Projektname",
                    "owner": "Custom field (Team) | Team | Project lead team",
                },
                ("Issue key | Vorgangsschlüssel", "Created | Erstellt"),
                where={"Issue Type | Vorgangstyp": ["Bug", "Fehler", "Defect", "Defekt", "Problem", "Incident"]},
            ),
        ),
    ),
    Export(
        "Delighted",
        ("Score", "Comment", "Permalink"),
        (
            Table(
                "survey_response",
                {
                    "id": "Response ID | Survey Response ID | id",
                    "kind": {"column": "Survey type | Type", "values": {"nps": "nps", "csat": "csat", "ces": "ces"}},
                    "scale": {
                        "column": "Survey type | Type",
                        "values": {"nps": "0-10", "csat": "1-5", "ces": "1-5 easy"},
                    },
                    "score": RATING + "Score",
                    "answered_at": "Response time | Response timestamp | Responded at | Survey response time | Date | "
                    "Created at | Updated at",
                    "sent_at": "Sent at | Survey sent at | Survey sent time",
                    "customer": "Customer ID | Account ID | Company | Person ID | Person",
                    "comment": "Comment",
                    "names": "Name",
                },
                ("Response ID | Survey Response ID | id", "Score"),
                where={"Survey type | Type": ["nps", "csat", "ces"]},
            ),
        ),
    ),
    Export(
        "Stripe (payments)",
        ("id", "Created date (UTC) | Created (UTC)", "Amount", "Amount Refunded", "Currency", "Status"),
        (
            Table(
                "purchase",
                {
                    "id": "id",
                    "customer": "Customer ID",
                    "ordered_at": "Created date (UTC) | Created (UTC)",
                    "amount": "Converted Amount | Amount",
                },
                ("id", "Customer ID"),
                where={
                    "Status": ["Paid", "paid", "Succeeded", "succeeded", "Partial refund", "Partially refunded"],
                    "Customer ID": {"blank": False},
                },
                options={"time_zone": "UTC"},
            ),
        ),
    ),
    Export(
        "Stripe (subscriptions)",
        ("id", "Customer ID", "Status", "Canceled At (UTC)", "Ended At (UTC)"),
        (
            *(
                Table(
                    "subscription",
                    {
                        "id": "id",
                        "customer": "Customer ID",
                        "started_on": "Start Date (UTC) | Start (UTC) | Created (UTC)",
                        "ended_on": "Ended At (UTC)",
                        "plan": "Product | Plan Nickname | Plan",
                        "mrr": {"product": ["Amount", "Quantity"], **a_month},
                    },
                    ("id", "Start Date (UTC) | Start (UTC) | Created (UTC)"),
                    where={"Interval": [interval], "Status": {"not": ["incomplete", "incomplete_expired"]}},
                    options={"time_zone": "UTC"},
                    only_if_said=bool(a_month),
                )
                for interval, a_month in (("month", {}), ("year", {"divided_by": 12}))
            ),
        ),
    ),
    Export(
        "Stripe (customers)",
        ("id", "Email", "Created (UTC)", "Delinquent"),
        (
            Table(
                "customer",
                {"id": "id", "name": "Name | Description", "plan": "Plan", "started_on": "Created (UTC)"},
                ("id", "Created (UTC)"),
                options={"time_zone": "UTC"},
            ),
        ),
    ),
    Export(
        "BambooHR",
        ("Employee #", "Hire Date", "Department | Division"),
        (
            Table(
                "employment",
                {
                    "id": "Employee #",
                    "team": "Department | Division",
                    "started_on": "Hire Date",
                    "ended_on": "Termination Date",
                    "left_how": {
                        "column": "Termination Type | Termination Reason",
                        "values": {
                            "Resignation (Voluntary)": "voluntary",
                            "Voluntary": "voluntary",
                            "Termination (Involuntary)": "involuntary",
                            "Involuntary": "involuntary",
                            "Death": "other",
                            "Other": "other",
                        },
                    },
                },
                ("Employee #", "Hire Date"),
            ),
        ),
    ),
)
