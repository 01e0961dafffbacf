"""What columns are called, in the systems people export from: the words are data, nothing here decides."""

from __future__ import annotations

# ruff: noqa: E501 (patterns are easier to compare in one line each)
# What columns are called, most telling first; matched against the name in lower case with _ for everything else.
NAMES: dict[str, dict[str, str]] = {
    "ticket": {
        "id": r"ticket_?(id|number|no|key)|case_?(id|number)|incident(_?(id|number))?$|^number$|^ticket$|^case$|^id$|_id$|^key$|^reference$",
        "opened_at": r"(opened|created|submitted|received|reported|erstellt|abierto|creado)(_?(at|on|date|time))?$|opened|created|open_?date|creation|submitted|received",
        "customer": r"customer(_?(id|number|no))?$|account(_?id)?$|client(_?id)?$|caller(_?id)?|requester(_?id)?|organi[sz]ation(_?id)?|company(_?id)?|kunde|cliente",
        "first_reply_at": r"first_?(reply|response|answer)(_?(at|on|date|time))?$",
        "solved_at": r"(solved|resolved|closed|completed|gelost|resuelto|cerrado)(_?(at|on|date|time))?$|resolution_?(date|at)|time_to_resolution",
        "replies": r"repl(y|ies)(_?count)?$|agent_?repl|responses?(_?count)$",
        "reopens": r"reopen",
        "within_target": r"sla|within_?target",
        "area": r"^area$|categor|product|component|topic|module",
        "channel": r"channel|contact_?type|^via$|^medium$",
        "kind": r"^kind$|(ticket|request|issue)_?type|^type$",
        "priority": r"priorit|urgency",
        "subject": r"subject|summary|^title$|betreff|asunto",
        "excerpt": r"description|^body$|message|^text$",
        "names": r"(customer|requester|contact|full|client)_?name$",
    },
    "survey_response": {
        "id": r"(response|survey|answer|rating)_?(id|number|no)|respnum|^survey$|^response$|ticket_?id|^id$|_id$|respondent",
        "score": r"^(score|rating|nps|csat|ces|netpro)$|nps|csat|satisfaction|_score$|score|rating|recommend|effort|^ease|stars|bewertung|puntuacion",
        "answered_at": r"(answered|responded|submitted|completed|rated|received)(_?(at|on|date|time))?$|(response|answer|survey|end)_?date|^date$|timestamp|closed_?at|created|intdate|datum|fecha",
        "sent_at": r"(sent|invited|asked)(_?(at|on|date|time))?$",
        "customer": r"customer(_?(id|number|no))?$|account(_?id)?$|client(_?id)?$|company(_?id)?|kunde|cliente",
        "ticket": r"ticket(_?(id|number|no))?$|case(_?id)?$|incident",
        "area": r"^area$|categor|product|component|topic",
        "channel": r"channel|^via$|collector",
        "comment": r"comment|feedback|verbatim|remark|free_?text|kommentar|comentario",
    },
    "customer": {
        "id": r"(customer|account|client|company)_?(id|number|no|key)$|^customer$|^account$|^id$|_id$|kundennummer",
        "name": r"(account|customer|company|client)_?name|^name$|^company$",
        "segment": r"segment|industry|tier_?size|sector|branche|internetservice|^size$",
        "plan": r"^plan|plan_?(tier|name|type)|subscription_?type|contract|package|edition",
        "mrr": r"mrr|monthly_?(revenue|charges?|price|fee|amount)",
        "started_on": r"(started|start|signup|sign_?up|joined|since|activated|created)(_?(at|on|date|time))?$|customer_?since",
        "ended_on": r"(ended|end|churned|cancel?led|cancellation|churn|left|deactivated)_?(at|on|date)$|^ended$|^churned$|^last_day$",
    },
    "subscription": {
        "id": r"(subscription|contract)(_?(id|number|no))?$|^id$|_id$",
        "customer": r"customer(_?(id|number|no))?$|account(_?id)?$|client(_?id)?$|company(_?id)?",
        "started_on": r"(started|start|begin|valid_from|activated)(_?(at|on|date))?$",
        "ended_on": r"(ended|end|cancel?led|expires|expired|valid_to|valid_until)(_?(at|on|date))?$",
        "plan": r"^plan|plan_?(tier|name)|package|edition",
        "mrr": r"mrr|monthly_?(revenue|charges?|price|fee|amount)",
    },
    "purchase": {
        "id": r"(order|invoice|purchase|booking|transaction|receipt)(_?(id|number|no|key))?$|^id$|_id$",
        "customer": r"customer(_?(id|number|no))?$|account(_?id)?$|client(_?id)?$|buyer|guest(_?id)?$|user_?id|kunde|cliente",
        "ordered_at": r"(order|invoice|purchase|booking|transaction|arrival)_?(at|on|date|time)|ordered(_?(at|on))?$|purchased(_?(at|on))?$|^date$|created|datum|fecha",
        "amount": r"amount|total|price|revenue|betrag|importe|^value$",
    },
    "bug": {
        "id": r"(bug|issue|defect)(_?(id|number|no|key))?$|^key$|^id$|_id$",
        "title": r"^title$|summary|subject|^name$",
        "opened_at": r"(opened|created|reported|submitted)(_?(at|on|date|time))?$|creation",
        "severity": r"severity|priorit",
        "status": r"status|^state$",
        "fixed_at": r"(fixed)(_?(at|on|date))?$",
        "released_at": r"(released|shipped)(_?(at|on|date))?$",
        "closed_at": r"(closed|resolved)(_?(at|on|date))?$",
        "expected_on": r"(expected|due|target|planned)(_?(at|on|date))?$|^eta$",
        "area": r"^area$|component|categor|module",
        "owner": r"^owner$|^team$|owning_?team|^squad$",
        "url": r"^url$|^link$|html_url",
    },
    "bug_report": {
        "id": r"(report|link)_?(id|number)|^id$|_id$",
        "bug": r"^(bug|issue|defect|problem)(_?(id|number|key))?$",
        "ticket": r"^(ticket|case|incident)(_?(id|number|key))?$",
        "customer": r"customer(_?(id|number))?$|account(_?id)?$|reporter",
        "reported_at": r"(reported|created|linked)(_?(at|on|date|time))?$|^date$",
    },
    "release": {
        "id": r"(release|version)(_?(id|number))?$|^tag$|^id$",
        "name": r"(release_?)?name|^title$|^version$|^tag$",
        "released_at": r"(released|published|deployed|shipped)(_?(at|on|date))?$|release_?date|^date$",
        "area": r"^area$|component|product",
    },
    "employment": {
        "id": r"(employee|emp|person|staff|personnel)_?(id|number|no|key)|personalnummer|^id$|_id$",
        "team": r"department|^team|division|abteilung|departamento",
        "started_on": r"(hire|hired|start|started|joined|entry)(_?(at|on|date))?$|date_?of_?hire|hire",
        "ended_on": r"(termination|terminated|left|leaving|exit|end|ended)(_?(at|on|date))?$|date_?of_?termination",
        "left_how": r"(employment_?status|left_?how|termination_?type|attrition|leaving_?reason)$",
    },
}
# Words in the name of the file, or columns, that tell what a row is.
TELLING: dict[str, tuple[str, str]] = {
    "ticket": (
        r"ticket|case|incident|helpdesk|request",
        r"ticket|case_?id|incident|first_?(reply|response)|caller|requester|solved|sla",
    ),
    "survey_response": (
        r"survey|nps|csat|ces|rating|feedback|response",
        r"nps|csat|satisf|rating|score|recommend|survey|respnum",
    ),
    "customer": (r"customer|account|client|churn", r"plan|segment|industry|signup|contract|churn"),
    "subscription": (r"subscription|contract", r"subscription"),
    "purchase": (r"order|purchase|invoice|sales|retail|booking", r"order|invoice|purchase|quantity|amount|price"),
    "bug": (r"bug|issue|defect", r"severity|bug|issue|resolution|assignee|component"),
    "bug_report": (r"bug_?report|report|duplicate|link", r"bug|duplicate"),
    "release": (r"release|deploy|version", r"version|release|deploy"),
    "employment": (
        r"employ|staff|hr|attrition|people|personnel",
        r"employee|emp_?id|hire|termination|department|manager",
    ),
}
