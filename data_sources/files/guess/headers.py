"""What columns are called in the files people export, in English and German: words as data, nothing here decides.

A word is compared with the folded name of a column: lower case, "_" for every other sign, ae oe ue ss for umlauts. Names
of dates lose what only says that they are dates (created_at, Created date, Erstellt am -> created, erstellt), other names
lose what only says that they are keys (customer_id, Customer No. -> customer). "*" stands for anything. The first word
that fits a column wins. A weak word fits many things and counts a quarter.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """What a field may be called. `weight`: how much such a column says that a row is this record."""

    weight: float
    words: str
    weak: str = ""


KEY = 4.0  # the key of the table is called like the record: ticket_id
FOREIGN = -6.0  # the key of the table is called like something else: usage_id
FILE = 2.0  # the name of the file says it
ENOUGH = 3.5  # less is no record of ours
CLOSE = 1.0  # a second record within this is named beside the first
WEAKER = 0.25

# Parts of names that only say "this is a date" or "this is a key".
OF_DATES = {"at", "on", "date", "dates", "time", "datetime", "timestamp", "utc", "am", "um", "datum", "zeit", "fecha"}
OF_DATES |= {"dateof", "of", "the"}
OF_KEYS = {"id", "ids", "no", "nr", "num", "number", "key", "code", "uuid", "guid", "nummer", "kennung"}
PLAIN_KEYS = ("id", "key", "number", "no", "nr", "nummer", "uuid", "guid", "reference", "ref", "kennung", "referenz")

KEYS: dict[str, str] = {
    "ticket": "ticket case incident request conversation vorgang anfrage fall stoerung ticketnummer fallnummer vorgangsnummer",
    "survey_response": "response survey answer rating respondent feedback respnum antwort umfrage ruecklauf bewertung",
    "customer": "customer account client company organization organisation kunde kunden kundennummer kundennr mandant",
    "subscription": "subscription contract vertrag vertragsnummer abo abonnement",
    "purchase": "order invoice purchase booking transaction receipt charge payment sale bestellung bestellnummer bestellnr "
    "rechnung rechnungsnummer rechnungsnr auftrag auftragsnummer buchung buchungsnummer beleg belegnummer belegnr kauf",
    "bug": "bug issue defect fehler fehlernummer",
    "bug_report": "report bug_report",
    "release": "release version tag",
    "employment": "employee emp person staff personnel worker personalnummer personalnr mitarbeiter mitarbeiternummer",
}
FILES: dict[str, str] = {
    "ticket": "ticket* case* incident* helpdesk* request* anfrage* vorgang* vorgaenge",
    "survey_response": "survey* nps* csat* ces rating* feedback* response* umfrage* bewertung*",
    "customer": "customer* account* client* kunde* kunden*",
    "subscription": "subscription* contract* vertrag* vertraege abos",
    "purchase": "order* purchase* invoice* sale* retail* booking* bestellung* rechnung* kaeufe verkaeufe umsatz umsaetze",
    "bug": "bug* issue* defect* fehler*",
    "bug_report": "bug_report* duplicate*",
    "release": "release* deploy* version*",
    "employment": "employ* staff* hr hrdataset* attrition* people* personnel* personal* mitarbeiter*",
}

_CUSTOMER = (
    "customer account client company organization organisation kunde kundennummer kundennr kunden konto firma mandant cliente "
    "caller requester buyer guest member melder gast mitglied"
)
_AREA = "area category product component components topic module product_purchased kategorie bereich thema produkt komponente modul"
_ANY_DATE = "date datum timestamp time fecha zeitstempel zeitpunkt"

FIELDS: dict[str, dict[str, Words]] = {
    "ticket": {
        "opened_at": Words(
            2,
            "opened created submitted received reported raised open creation erstellt erstellung erstelldatum erstellungsdatum "
            "eroeffnet geoeffnet eroeffnungsdatum eingang eingegangen eingangsdatum angelegt gemeldet abierto creado",
            _ANY_DATE + " complete event",
        ),
        "customer": Words(0.5, _CUSTOMER, "user contact kontakt"),
        "first_reply_at": Words(
            3,
            "first_reply first_response first_answer initial_response initial_reply first_responded first_replied "
            "erste_antwort erstantwort erste_reaktion erstreaktion",
        ),
        "solved_at": Words(
            1.5,
            "solved resolved closed completed resolution to_resolution finished geloest geschlossen erledigt abgeschlossen "
            "abschluss abschlussdatum loesung resuelto cerrado",
        ),
        "replies": Words(2, "replies reply_count agent_replies response_count responses antworten anzahl_antworten"),
        "reopens": Words(2, "reopens reopen reopened reopen_count reopened_count wiedereroeffnet wiedereroeffnungen"),
        "within_target": Words(3, "made_sla sla_met sla within_sla within_target sla_eingehalten sla_erfuellt"),
        "area": Words(0.5, _AREA + " *category *kategorie"),
        "channel": Words(2, "channel contact_type via medium kanal kontaktart eingangskanal kontaktkanal"),
        "kind": Words(1, "type kind request_type issue_type art typ anfrageart tickettyp"),
        "priority": Words(0.5, "priority urgency prioritaet dringlichkeit"),
        "subject": Words(1, "subject summary title betreff titel short_description kurzbeschreibung asunto"),
        "excerpt": Words(0.5, "description body message text beschreibung nachricht anfragetext"),
        "names": Words(0, "customer_name requester_name contact_name full_name client_name kundenname ansprechpartner"),
    },
    "survey_response": {
        "score": Words(
            4,
            "nps csat ces nps_score csat_score ces_score netpro satisfaction_score satisfaction_rating customer_satisfaction* "
            "satisfaction score rating recommend* *likelihood_to_recommend *recommendation effort* ease* stars zufriedenheit* "
            "kundenzufriedenheit weiterempfehlung* bewertung sterne punktzahl puntuacion nps_* *_nps csat_* *_csat "
            "*satisfaction* *zufriedenheit* *_score *_rating *_bewertung",
        ),
        "answered_at": Words(
            1,
            "answered responded submitted completed rated received response survey answer recorded end intdate interview "
            "beantwortet antwort antwortdatum abgegeben umfragedatum ausgefuellt",
            _ANY_DATE + " created closed erstellt",
        ),
        "sent_at": Words(2, "sent invited asked distributed versendet gesendet verschickt versandt eingeladen"),
        "customer": Words(0.5, _CUSTOMER, "user contact kontakt"),
        "ticket": Words(0.5, "ticket case incident vorgang ticketnummer fall"),
        "area": Words(0.5, _AREA),
        "channel": Words(0.5, "channel via collector kanal"),
        "comment": Words(
            1,
            "comment comments feedback verbatim remark remarks free_text kommentar anmerkung bemerkung freitext comentario *comment",
        ),
    },
    "customer": {
        "name": Words(0.5, "name company firma firmenname kundenname account_name customer_name company_name"),
        "segment": Words(1, "segment industry sector size branche groesse kundengruppe kundensegment"),
        "plan": Words(
            1,
            "plan plan_tier plan_name plan_type contract package edition subscription_type tarif paket vertragsart abo",
        ),
        "mrr": Words(
            2,
            "mrr mrr_amount monthly_recurring_revenue monthly_revenue monthly_charges monthly_charge monthly_fee monthly_price "
            "monthly_amount monatsbetrag monatspreis monatsgebuehr monatsumsatz monatlicher_umsatz",
        ),
        "started_on": Words(
            1,
            "started start signup sign_up joined since activated created registered registration kunde_seit kundenbeginn beginn "
            "vertragsbeginn startdatum seit customer_since member_since",
        ),
        "ended_on": Words(
            1,
            "ended end churned churn cancelled canceled cancellation left deactivated last_day gekuendigt kuendigung "
            "kuendigungsdatum vertragsende ende enddatum abgang kunde_bis",
        ),
    },
    "subscription": {
        "customer": Words(0.5, _CUSTOMER, "user"),
        "started_on": Words(
            1.5, "started start begin valid_from activated beginn vertragsbeginn laufzeitbeginn gueltig_ab"
        ),
        "ended_on": Words(
            1,
            "ended end cancelled canceled expires expired expiry valid_to valid_until ende vertragsende laufzeitende "
            "gueltig_bis gekuendigt kuendigung",
        ),
        "plan": Words(1, "plan plan_tier plan_name package edition tarif paket product produkt"),
        "mrr": Words(
            2,
            "mrr mrr_amount monthly_revenue monthly_charges monthly_fee monthly_price monthly_amount monatsbetrag monatspreis "
            "monatsgebuehr",
        ),
    },
    "purchase": {
        "customer": Words(0.5, _CUSTOMER, "user"),
        "ordered_at": Words(
            2,
            "order ordered invoice purchase purchased booking booked transaction paid sale sold arrival bestellt bestelldatum "
            "bestellung rechnungsdatum rechnung kaufdatum gekauft buchungsdatum buchung belegdatum auftragsdatum",
            _ANY_DATE + " created erstellt",
        ),
        "amount": Words(
            3,
            "total amount total_amount grand_total net_amount revenue value sum betrag gesamtbetrag rechnungsbetrag summe "
            "gesamtsumme umsatz nettobetrag bruttobetrag importe *_total *_amount *_betrag",
            "price preis",
        ),
    },
    "bug": {
        "title": Words(1, "title summary subject titel zusammenfassung betreff bezeichnung", "name"),
        "opened_at": Words(
            1,
            "opened created reported submitted creation erstellt erstellung erstellungsdatum gemeldet angelegt",
            "date datum",
        ),
        "severity": Words(2, "severity schweregrad priority prioritaet"),
        "status": Words(1, "status state zustand"),
        "fixed_at": Words(3, "fixed behoben"),
        "released_at": Words(1, "released shipped ausgeliefert veroeffentlicht"),
        "closed_at": Words(1, "closed resolved geschlossen geloest erledigt"),
        "expected_on": Words(1, "expected due target planned eta faellig faelligkeitsdatum geplant zieldatum"),
        "area": Words(0.5, "component components area category module komponente bereich modul"),
        "owner": Words(0.5, "team owning_team owner_team squad owner"),
        "url": Words(0.5, "url html_url link permalink"),
    },
    "bug_report": {
        "bug": Words(2, "bug issue defect problem fehler"),
        "ticket": Words(2, "ticket case incident vorgang"),
        "customer": Words(0.5, "customer account client company reporter kunde kundennummer"),
        "reported_at": Words(1, "reported created linked gemeldet", "date datum"),
    },
    "release": {
        "name": Words(1, "name version tag title release versionsnummer"),
        "released_at": Words(
            3,
            "released release published deployed shipped veroeffentlicht ausgeliefert veroeffentlichungsdatum",
            "date datum",
        ),
        "area": Words(0.5, "area component product bereich produkt"),
    },
    "employment": {
        "team": Words(1, "department team division abteilung bereich departamento"),
        "started_on": Words(
            2,
            "hire hired start started joined entry eintritt eintrittsdatum einstellung einstellungsdatum beginn",
        ),
        "ended_on": Words(
            2,
            "termination terminated left leaving exit end ended last_day separation austritt austrittsdatum ende",
        ),
        "left_how": Words(
            2,
            "termination_type employment_status left_how leaving_reason attrition austrittsgrund kuendigungsart "
            "termination_category",
        ),
    },
}

# What a record cannot be without, beyond what its class says.
NEEDS: dict[str, tuple[str, ...]] = {
    "survey_response": ("score", "answered_at"),
    "purchase": ("customer", "ordered_at"),
    "subscription": ("customer", "started_on"),
    "employment": ("started_on",),
}
# The day on which a row happened: without it the row is in no number.
EVENT: dict[str, str] = {
    "ticket": "opened_at",
    "survey_response": "answered_at",
    "subscription": "started_on",
    "purchase": "ordered_at",
    "bug": "opened_at",
    "bug_report": "reported_at",
    "release": "released_at",
    "employment": "started_on",
    "customer": "started_on",
}
MEANS: dict[str, str] = {
    "opened_at": "when it was opened",
    "answered_at": "when it was answered",
    "started_on": "when it began",
    "ordered_at": "when it was ordered",
    "reported_at": "when it was reported",
    "released_at": "when it was released",
}

# Numbers that are no amount by themselves, or lengths of time.
QUANTITY = ("quantity", "qty", "menge", "anzahl", "units", "stueck", "stueckzahl")
UNIT_PRICE = ("unit_price", "price", "item_price", "einzelpreis", "stueckpreis", "preis")
UNITS = {
    "seconds": "seconds second secs sec sekunden",
    "minutes": "minutes minute mins min minuten",
    "hours": "hours hour hrs hr stunden std",
    "days": "days day tage",
}
LENGTHS: dict[str, tuple[str, ...]] = {
    "first_reply_at": ("first_reply*", "first_response*", "erste_antwort*", "erstantwort*", "erste_reaktion*"),
    "solved_at": ("full_resolution*", "resolution*", "time_to_resolution*", "loesungszeit*", "loesungsdauer*"),
}
YEARLY = (
    "arr arr_amount annual_recurring_revenue annual_revenue annual_fee yearly_fee jahresbetrag jahrespreis jahresumsatz"
)
# A day that is usually the last one with service or work, where the record wants the first one without.
LAST_DAYS = "end last_day termination terminated exit valid_to valid_until ende enddatum vertragsende laufzeitende"
LAST_DAYS += " gueltig_bis austritt austrittsdatum kunde_bis"

# What cells say -> the words of the record; the first word that is in the cell wins.
MEANINGS: dict[str, dict[str, str]] = {
    "severity": {
        "blocker": "block critical kritisch urgent dringend highest hoechste severe showstopper",
        "cosmetic": "cosmetic trivial lowest low niedrig niedrigste gering enhancement kosmetisch",
        "major": "major high hoch schwer important wichtig",
        "minor": "minor medium mittel normal moderate leicht",
    },
    "left_how": {
        "involuntary": "involuntary involuntarily dismissed fired cause layoff laid redundancy betriebsbedingt arbeitgeber "
        "kuendigung_ag entlassen",
        "voluntary": "voluntary voluntarily resignation resigned quit eigenkuendigung arbeitnehmer kuendigung_an freiwillig",
        "other": "death retired retirement rente ruhestand befristet",
        "transfer": "transfer transferred versetzung versetzt",
    },
    "kind": {
        "request": "request refund cancel cancellation change wish feature task wunsch anforderung erstattung kuendigung service",
        "question": "question inquiry enquiry frage anfrage query",
        "problem": "problem bug incident technical error defect fault fehler stoerung beschwerde complaint",
    },
}
# P1..P5, S1..S4, Sev 1: the number says it. Counted from the most urgent one that is seen.
BY_NUMBER = ("blocker", "major", "minor", "cosmetic")
# A status of a bug or ticket that is not done.
OPEN = "open new unconfirmed assigned reopened todo to_do in_progress backlog pending offen neu in_arbeit zugewiesen"
# Dates that are of no event of ours.
BIRTH = ("birth", "birthday", "dob", "geburt", "geburtsdatum", "geburtstag")
