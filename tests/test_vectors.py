"""Every worked example of the methodology, answered by the product's own functions.

The file is named by EMPATHY_VECTORS, else ../shared/vectors.json beside the repository. An example's group is its id
without the number. GROUPS answers a group: it maps the example's inputs onto the product and never holds a formula of
its own. NOT_YET names the later issue of the others. A group that is in neither is a failure.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ranking import ndcg, precision
from estimates import means, multiple_testing, rates, seasons, shares
from estimates import nps as estimated_nps
from estimates import retention as intervals_of_time
from estimates.survival import Survival, survival_of_table
from metrics import attrition, ces, churn, csat, models, nps, renewal, repeat, repeat_in_period, revenue_retention
from metrics import replies as ticket_replies
from metrics import suppression as anonymity
from metrics.counted import Counted
from metrics.counting import surveys
from metrics.counting.stays import Stays, stays
from metrics.counting.waits import waited
from metrics.metric import Metric
from metrics.period import Period, start_of, starts_after
from ranking import beside
from ranking import impact as scores
from ranking.endings import after_fix
from ranking.labels import Course, is_chronic, labels, p_rising, rising
from ranking.order import Place, in_order
from store.histogram import RELATIVE_ERROR, ZERO, quantile
from store.published import Count, Published
from store.records import BugReport, Employment, Purchase, Subscription, SurveyResponse, Ticket
from tests import builders
from tests.estimates.curves import curve_of, still_there
from tests.metrics import counting

Inputs = dict[str, Any]
Answer = dict[str, Any]

BESIDE = Path(__file__).parents[2] / "shared" / "vectors.json"
VECTORS = Path(os.environ.get("EMPATHY_VECTORS") or BESIDE)
EXAMPLES: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8")) if VECTORS.is_file() else []

NOT_YET = {
    "xmr": "control charts",
    "pch": "control charts",
    "ewma": "control charts",
    "cusum": "control charts",
    "arl": "control charts",
    "match": "did a policy help (matching)",
    "evalue": "did a policy help (matching)",
    "immortal": "did a policy help (matching)",
    "erl": "staffing",
    "expo": "exposure hours",
    "allhands": "exposure hours",
    "defl": "deflection",
    "good": "goodwill",
    "case": "the case for investment",
    "cost": "cost per ticket",
    "late": "late answers",
    "reply": "office hours and kinds of replies",
    "bd": "customers who may have left unnoticed (optional)",
    "minn": "not shown yet: how many answers are needed",
    "eb": "not shown yet: rates drawn to a prior",
}

# Numbers in the examples that show a mistake, or a library's way; the product has nothing that computes them.
ILLUSTRATIONS = {
    "wrong_mean_of_rates": "a mean of daily rates",
    "wrong_times_12_pct": "a monthly rate times twelve",
    "wrong_mean_of_daily_medians": "a mean of daily medians",
    "lifelines_float_answer": "a rounding artefact",
    "naive_median": "a median without the open ones",
    "holm_adjusted": "another correction, shown beside ours",
    "holm_rejected": "another correction, shown beside ours",
    "endpoints_average": "the mean of the first and the last day",
    "rel_error_max": "kept by the tolerance of the example",
    "poisson_lo": "plain Poisson, which finds proof where there is none",
    "poisson_hi": "plain Poisson, which finds proof where there is none",
    "dcg": "a part of ndcg, which is compared",
    "idcg": "a part of ndcg, which is compared",
}


class NotYetAnswered(Exception):
    """This example of an answered group belongs to a later issue."""


@pytest.mark.parametrize("example", EXAMPLES or [{}], ids=[each["id"] for each in EXAMPLES] or ["none"])
def test_the_product_gives_the_number_of_the_worked_example(
    example: dict[str, Any], record_property: Callable[[str, object], None]
) -> None:
    if not example:
        pytest.skip(f"the worked examples are not here: set EMPATHY_VECTORS to their file, or put it at {BESIDE}")
    group = example["id"].rpartition("-")[0]
    record_property("example", example["id"])
    assert group in GROUPS or group in NOT_YET, f"no function and no later issue for the group {group!r}"
    if group in NOT_YET:
        record_property("not_yet", NOT_YET[group])
        pytest.skip(f"not yet: {NOT_YET[group]}")
    try:
        answer = GROUPS[group](example["inputs"])
    except NotYetAnswered as later:
        record_property("not_yet", str(later))
        pytest.skip(f"not yet: {later}")
    expected = {key: value for key, value in example["expected"].items() if key not in ILLUSTRATIONS}
    unanswered = sorted(set(expected) - set(answer))
    if unanswered:
        record_property("unanswered", f"{example['id']}: {', '.join(unanswered)}")
    compared = [key for key in expected if key in answer]
    assert compared, f"the product answers {sorted(answer)}, the example asks {sorted(expected)}"
    wrong = {
        key: (answer[key], expected[key])
        for key in compared
        if not is_same(answer[key], expected[key], tolerance_of(key, example["tolerance"]))
    }
    assert not wrong, f"{example['id']} (ours, expected): {wrong}"


def tolerance_of(key: str, given: float) -> float:
    """The histogram promises to lie within one percent of the exact quantile; that is what is held against it."""
    return max(given, RELATIVE_ERROR) if key.startswith("exact_") else given


def test_a_group_is_either_answered_or_named_as_later() -> None:
    assert not set(GROUPS) & set(NOT_YET)


def test_none_is_never_zero_and_zero_is_never_none() -> None:
    assert not is_same(0.0, None, 1)
    assert not is_same(None, 0, 1)
    assert not is_same(True, 1.5, 1e-6)
    assert is_same((1.0, {"a": 2}), [1, {"a": 2.0000001}], 1e-6)
    assert not is_same((1.0, 2.0), [1.0], 1e-6)


def is_same(ours: Any, theirs: Any, tolerance: float) -> bool:
    if ours is None or theirs is None:
        return ours is None and theirs is None
    if isinstance(theirs, bool) or isinstance(ours, bool):
        return bool(ours) == theirs and not isinstance(theirs, float)
    if isinstance(theirs, int | float):
        return isinstance(ours, int | float) and isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance)
    if isinstance(theirs, list):
        pairs = list(ours)
        return len(pairs) == len(theirs) and all(
            is_same(one, other, tolerance) for one, other in zip(pairs, theirs, strict=True)
        )
    if isinstance(theirs, dict):
        return set(ours) == set(theirs) and all(is_same(ours[key], theirs[key], tolerance) for key in theirs)
    return bool(ours == theirs)


# --- surveys ---


def csat_group(inputs: Inputs) -> Answer:
    if "x" in inputs:
        x, n = inputs["x"], inputs["n"]
        return {
            "wilson": shares.wilson(x, n),
        }
    if "great" in inputs:  # three smileys; the vendor's score is not ours, and is the groups' difference in points
        hist = {"3": inputs["great"], "2": inputs["okay"], "1": inputs["not_good"]}
        counted = csat.of_bins(bins_of(hist, "1-3"))
        groups = (counted.details[each] for each in ("satisfied", "neutral", "dissatisfied"))
        return {"n": counted.n, "csat_pct": counted.value, "happiness": estimated_nps.nps(*groups)}
    if "days" in inputs:
        hist = {
            "5": sum(day["sat"] for day in inputs["days"]),
            "1": sum(day["n"] - day["sat"] for day in inputs["days"]),
        }
        return csat_answer(csat.of_bins(bins_of(hist, "1-5")))
    if "by_customer" in inputs:
        raise NotYetAnswered("not shown yet: ratios with customers as replicates")
    if "answers" in inputs:
        saved = [
            builders.answer(
                each["score"], id=each["survey"], scale=inputs.get("scale", "1-5"), answered_at=instant(each["at"])
            )
            for each in inputs["answers"]
        ]
        return csat_answer(read_all(csat.METRIC, *saved))
    if "sent" in inputs:
        return response_answer(inputs)
    if "hist" in inputs:
        return csat_answer(csat.of_bins(bins_of(inputs["hist"], inputs.get("scale", "1-5"))))
    two_words = {word: n for word, n in inputs.items() if word in WORDS}
    if two_words:
        return csat_answer(csat.of_bins(bins_of(two_words, "1-2")))
    # Several scales, or several shards of one, whatever list or table holds them.
    bins: Counter[str] = Counter()
    for scale, hist in parts_with_hist({**inputs, "scale": None}):
        bins.update(bins_of(hist, scale if scale[:1].isdigit() or scale in SCALES else inputs.get("scale", "1-5")))
    assert bins, f"a CSAT example of a new kind: {sorted(inputs)}"
    return csat_answer(csat.of_bins(bins))


def csat_answer(counted: Counted) -> Answer:
    details = counted.details
    return {
        "n": counted.n,
        "satisfied": details.get("satisfied", 0),
        "neutral": details.get("neutral", 0),
        "dissatisfied": details.get("dissatisfied", 0),
        "value_pct": counted.value,
        "csat_pct": counted.value,
        "lo_pct": counted.low,
        "hi_pct": counted.high,
        "mean": details.get("mean"),
        "mix": details.get("scales"),
    }


def response_answer(inputs: Inputs) -> Answer:
    sent = inputs["sent"]
    answered = first_of(inputs, "responses", "answered", "answers")
    if isinstance(sent, list):
        sent, answered = sum(sent), sum(answered)
    satisfied = inputs.get("satisfied", 0)
    bins = bins_of({"5": satisfied, "1": answered - satisfied}, "1-5")
    counted = surveys.with_response(
        csat.of_bins(bins), "csat", {"csat:answered": answered, "csat:waiting": sent - answered}
    )
    details = counted.details
    rate = details["response_rate"]
    return {
        "observed_pct": counted.value,
        "worst_pct": details["worst"],
        "best_pct": details["best"],
        "response_rate_pct": rate,
        "response_pct": rate,
        "rate_pct": rate,
        "value_pct": rate,
    }


def parts_with_hist(value: Any, name: str = "1-5") -> Iterator[tuple[str, dict[str, int]]]:
    if isinstance(value, list):
        for each in value:
            yield from parts_with_hist(each, name)
    elif isinstance(value, dict) and "hist" in value:
        yield str(value.get("scale", name)), value["hist"]
    elif isinstance(value, dict) and value and all(isinstance(n, int) for n in value.values()):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from parts_with_hist(each, key)


def nps_group(inputs: Inputs) -> Answer:
    if "prev" in inputs:
        now, before = nps_of_groups(*inputs["cur"]), nps_of_groups(*inputs["prev"])
        difference = nps.METRIC.model.differ(now, before)
        if difference is None:
            return dict.fromkeys(("diff_raw", "lo", "hi", "p"))
        return {"diff_raw": difference.value, "lo": difference.low, "hi": difference.high, "p": difference.p}
    if "half_width_points" in inputs:
        raise NotYetAnswered("not shown yet: how many answers are needed")
    rejected = 0
    if "hist" in inputs or "scores" in inputs:
        scores = inputs.get("scores") or [int(score) for score, n in inputs.get("hist", {}).items() for _ in range(n)]
        counted, rejected = nps_of_scores(scores)
    else:
        counted = nps_of_groups(inputs.get("promoters", 0), inputs.get("passives", 0), inputs.get("detractors", 0))
    groups = [counted.details.get(each, 0) for each in ("promoters", "passives", "detractors")]
    return {
        "n": counted.n,
        "promoters": groups[0],
        "passives": groups[1],
        "detractors": groups[2],
        "nps": counted.value,
        "lo": counted.low,
        "hi": counted.high,
        "adj_centre": estimated_nps.adjusted_nps(*groups).centre if counted.n else None,
        "rejected": rejected,
        "invalid": rejected,
    }


def nps_of_groups(promoters: int, passives: int, detractors: int) -> Counted:
    return models.net_of(promoters, passives, detractors)


def nps_of_scores(scores: list[Any]) -> tuple[Counted, int]:
    """Through the store, which sets aside what is no score."""
    if not scores:
        return nps.of_bins({}), 0
    answers = [builders.answer(score, kind="nps", scale="0-10") for score in scores]
    with stored(*answers) as published:
        counted = count(nps.METRIC, published, Period(builders.YESTERDAY, builders.TODAY))
        return counted, len(published.rejected_rows())


def ces_group(inputs: Inputs) -> Answer:
    if "sum_sq" in inputs:
        mean = means.mean_interval(inputs["n"], inputs["sum"], inputs["sum_sq"])
        return {"mean": mean.mean, "sd": mean.deviation, "lo": mean.low, "hi": mean.high}
    version = str(inputs.get("version", "2.0"))
    version = version if version in ces.EASY else "1-5 easy"
    counted = ces.of_bins(bins_of(inputs["hist"], version))
    return {
        "n": counted.n,
        "mean": counted.details.get("mean"),
        "mean_effort": counted.details.get("mean"),
        "easy_pct": counted.value,
        "easy_lo": counted.low,
        "easy_hi": counted.high,
        "index": counted.details.get("index"),
    }


# --- customers ---


def churn_group(inputs: Inputs) -> Answer:
    if "at_start" in inputs:
        return start_cohort(inputs)
    if "monthly_churn" in inputs:
        monthly = inputs["monthly_churn"]
        return {"annual_churn_pct": 100 * intervals_of_time.compounded(monthly, 12)}
    if "annual_churn" in inputs or "annual_churn_pct" in inputs:
        raise NotYetAnswered("not shown yet: the month behind a rate of a year")
    if "events" in inputs:
        return came_back_after_an_end(inputs)
    if isinstance(inputs.get("start"), str):
        inputs = {"customers": [{"id": "one", **inputs}], "period": inputs["period"]}
    if isinstance(inputs.get("start"), dict):  # customer -> MRR, at the start and at the end
        start, end = inputs["start"], inputs["end"]
        return kept_by_customer({each: [start.get(each, 0), end.get(each, 0)] for each in {**start, **end}})
    if "start" in inputs and not isinstance(inputs["start"], str):
        raise NotYetAnswered("not shown yet: revenue kept, by movements")
    if "customers" in inputs and "period" in inputs:
        return hazard_of_customers(inputs)
    if "customers" in inputs or "accounts" in inputs:
        return kept_by_customer(inputs.get("customers") or inputs["accounts"])
    raise AssertionError(f"a churn example of a new kind: {sorted(inputs)}")


def start_cohort(inputs: Inputs) -> Answer:
    """Some were there before the month, some joined in it; of both some are gone at its end."""
    before, month, joined, gone = date(2025, 1, 1), date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20)
    new, lost_of_new = inputs.get("new", 0), inputs.get("lost_of_new", 0)
    customers = Stays(
        [Count(before, "", "new", inputs["at_start"], 0), Count(joined, "", "new", new, 0)],
        [
            Count(gone, "", before.isoformat(), inputs["lost_of_start"], 0),
            Count(gone, "", joined.isoformat(), lost_of_new, 0),
        ],
    )
    counted = churn.lost_of_those_at_start(customers, Period(month, starts_after(month, "month")))
    return {
        "cohort_churn_pct": counted.value,
        "churn_pct": counted.value,
        "value_pct": counted.value,
        "lo_pct": counted.low,
        "hi_pct": counted.high,
    }


def kept_by_customer(customers: Any) -> Answer:
    """Through the store: contracts of January that go on in February at another price, or not."""
    each_has = customers.values() if isinstance(customers, dict) else customers
    pairs = [start_and_end(each) for each in each_has]
    january, middle, after = date(2026, 1, 1), date(2026, 1, 16), date(2026, 2, 1)
    contracts: list[Subscription] = []
    for at, (before, now) in enumerate(pairs):
        name = f"customer-{at}"
        if before:
            contracts.append(
                builders.subscription(name, started_on=date(2025, 1, 1), ended_on=middle, mrr=before * 100)
            )
        if now:
            contracts.append(builders.subscription(name, started_on=middle, mrr=now * 100))
    with stored(*contracts) as published:
        month = next(iter(published.months(january, after)), None)
        lost = count(churn.METRIC, published, Period(january, after)).value
    if month is None:
        return {"grr_pct": None, "nrr_pct": None}
    kept = revenue_retention.retention(month)
    return {**{f"{each}_pct": kept[each] for each in ("grr", "nrr")}, "logo_churn_pct": lost}


def start_and_end(customer: Any) -> tuple[int, int]:
    if isinstance(customer, dict):
        return round(first_of(customer, "start", "start_mrr")), round(first_of(customer, "end", "end_mrr"))
    return round(customer[-2]), round(customer[-1])


def hazard_of_customers(inputs: Inputs) -> Answer:
    period = Period(*(day(each) for each in inputs["period"]))
    customers = inputs["customers"]
    if any(pauses_of(each) for each in customers):
        raise NotYetAnswered("pauses of customers")
    contracts = [
        builders.subscription(each["id"], started_on=day(each["start"]), ended_on=maybe_day(each.get("end")))
        for each in customers
    ]
    with stored(*contracts) as published:
        days, events = customer_days(published, period)
    hazard = intervals_of_time.hazard(events, days)
    return {
        "customer_days": days,
        "churn_events": events,
        "hazard_per_30_days": hazard.per_30_days,
        "lo": hazard.low,
        "hi": hazard.high,
    }


def customer_days(published: Published, period: Period) -> tuple[int, int]:
    group = stays(published, "customer_started", "customer_ended", [period], {}, None)[""]
    return group.days(period), sum(each.n for each in group.ended_in(period))


def pauses_of(customer: Inputs) -> list[tuple[date, date | None]]:
    given = next((customer[key] for key in customer if "pause" in key), None)
    pairs = [given] if given and isinstance(given[0], str) else given
    return [(day(start), maybe_day(end)) for start, end in pairs or []]


def came_back_after_an_end(inputs: Inputs) -> Answer:
    contracts = []
    for each in inputs["events"]:
        ended, restarted = day(each["ended"]), maybe_day(each.get("restarted"))
        contracts.append(builders.subscription(each["id"], started_on=date(2024, 1, 1), ended_on=ended))
        if restarted:
            contracts.append(builders.subscription(each["id"], started_on=restarted))
    with stored(*contracts, grace_days=inputs.get("grace_days", 30)) as published:
        ends = published.tally("customer_ended", None, builders.TODAY)
        starts = published.tally("customer_started", date(2024, 1, 2), builders.TODAY)
    back = [each for each in starts if each.bin == "reactivated"]
    return {
        "churned": sum(each.n for each in ends),
        "churn_date": ends[0].day.isoformat() if ends else None,
        "reactivated": sum(each.n for each in back),
        "reactivation_date": back[0].day.isoformat() if back else None,
        "new": sum(each.n for each in starts if each.bin == "new"),
    }


def renew_group(inputs: Inputs) -> Answer:
    found = renewal.of_decided(inputs["renewed"], inputs["lost"], inputs.get("pending", 0))
    worst, best = (found.details.get(each) for each in ("all_pending_lost", "all_pending_renewed"))
    return {
        "renewal_pct": found.value,
        "lo_pct": found.low,
        "hi_pct": found.high,
        **dict.fromkeys(("worst_pct", "worst_case_pct", "pending_as_lost_pct"), worst),
        **dict.fromkeys(("best_pct", "best_case_pct"), best),
        "pending": found.details["pending"],
    }


def km_group(inputs: Inputs) -> Answer:
    if "hazard_per_30_days" in inputs:
        raise NotYetAnswered("not shown yet: who is still there after a year at a steady hazard")
    curve = survival_of(inputs)
    answer: Answer = {"median": curve.quantile(0.5), "n": curve.n}
    for time_ in {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 45, 60, 90, 120, 180, 365}:
        answer[f"S{time_}"] = still_there(curve, time_)
    answer["S"] = [still_there(curve, each) for each in km_times(inputs)]
    return answer


def survival_of(inputs: Inputs) -> Survival:
    if "durations" in inputs:
        ended = first_of(inputs, "churned", "ended", "observed")
        return curve_of(inputs["durations"], ended, inputs.get("entry"))
    if isinstance(inputs.get("at_risk"), list):
        at_risk, left = inputs["at_risk"], first_of(inputs, "churned", "ended", "events")
        times = next((value for key, value in inputs.items() if "month" in key or "time" in key), range(len(left)))
        return survival_of_table(list(zip(times, at_risk, left, strict=True)))
    rows: dict[float, list[int]] = {}
    tables = [value for value in inputs.values() if isinstance(value, list)]
    for row in (row for table in tables for row in flat_rows(table)):
        each = rows.setdefault(row[0], [0, 0])
        each[0] += row[1]
        each[1] += row[2]
    return survival_of_table([(time_, at_risk, left) for time_, (at_risk, left) in rows.items()])


def flat_rows(table: list[Any]) -> Iterator[tuple[float, int, int]]:
    """(time, at risk, left) of a table, or of the tables of several shards."""
    for at, row in enumerate(table):
        if isinstance(row, dict):
            time_ = first_of({**row, "at": at}, "tenure_month", "month", "t", "time", "at")
            yield time_, row["at_risk"], first_of(row, "churned", "ended", "events", "d")
        elif row and isinstance(row[0], list | dict):
            yield from flat_rows(row)
        else:
            yield (row[0], row[1], row[2])


def km_times(inputs: Inputs) -> list[float]:
    return [
        row[0]
        for value in inputs.values()
        if isinstance(value, list) and value and isinstance(value[0], list | dict)
        for row in flat_rows(value)
    ]


# --- colleagues ---


def attr_group(inputs: Inputs) -> Answer:
    if "people" in inputs:
        return attrition_of_people(inputs)
    if "person_years" in inputs:
        raise NotYetAnswered("not shown yet: leavers per person and year")
    if "average_headcount" in inputs:
        raise NotYetAnswered("not shown yet: attrition of an average that is given")
    if "employed_one_year_ago" in inputs:
        raise NotYetAnswered("stability and rehires (cannot be told without telling leavers by tenure)")
    return outflow(inputs)


def attrition_of_people(inputs: Inputs) -> Answer:
    period = Period(*(day(each) for each in inputs["period"]))
    records = [
        Employment(
            id=str(each["id"]),
            team="Support",
            started_on=day(each["start"]),
            ended_on=maybe_day(each.get("end")),
            left_how=each.get("type"),
        )
        for each in inputs["people"]
    ]
    # What is counted; what of it is told, and how much is rounded, is another matter (METHODOLOGY 7.1).
    group = stays_of(records, period)
    left, person_days = attrition.ways_of_leaving(group, period), group.days(period)
    leavers = attrition.leavers_in(group, period)
    return {
        "person_days": person_days,
        "average_headcount": person_days / period.days,
        "leavers": leavers,
        "voluntary": left.get("voluntary", 0),
        "involuntary": left.get("involuntary", 0),
    }


def stays_of(records: list[Employment], period: Period) -> Stays:
    with stored(*records) as published:
        return stays(published, "employment_started", "employment_ended", [period], {}, None)[""]


def anon_group(inputs: Inputs) -> Answer:
    if "groups" in inputs:
        return {"hidden": sorted(anonymity.hidden_groups(inputs["groups"], inputs["k"]))}
    if "view1" in inputs:
        one, other = inputs["view1"]["n"], inputs["view2"]["n"]
        return {"difference_n": abs(one - other), "allowed": anonymity.may_show_both(one, other, inputs["k"])}
    raise NotYetAnswered("anonymity (redaction)")


def outflow(inputs: Inputs) -> Answer:
    moved_on, quarter = date(2026, 3, 1), Period(date(2026, 1, 1), date(2026, 4, 1))
    records = []
    for each in inputs["moves"]:
        name = str(each["id"])
        records.append(Employment(f"{name} before", each["from_team"], date(2025, 1, 1), moved_on, each["type"]))
        if each.get("to_team"):
            records.append(Employment(f"{name} after", each["to_team"], moved_on))
    with stored(*records) as published:
        ended = published.tally("employment_ended", None, builders.TODAY, {"team": "A"})
    return {
        "company_leavers": attrition.leavers_in(stays_of(records, quarter), quarter),
        "team_a_outflow": sum(each.n for each in ended),
    }


# --- orders, contacts, times ---


def repeat_group(inputs: Inputs) -> Answer:
    if "first_order" in inputs:
        as_of = day(inputs["as_of"])
        counted = came_back({"u": [day(inputs["first_order"])]}, as_of, inputs["window_days"])
        return {"mature": counted.value is not None}
    if "orders" not in inputs:
        return reorder_times(inputs)
    orders: dict[str, list[date]] = {}
    for customer, on in inputs["orders"]:
        orders.setdefault(customer, []).append(day(on))
    period, as_of = Period(*(day(each) for each in inputs["period"])), day(inputs["as_of"])
    first = day(f"{inputs['cohort_month']}-01")
    cohort = came_back(orders, as_of, inputs["window_days"], Period(first, starts_after(first, "month")))
    with stored(*purchases(orders), now=at_midnight(as_of)) as published:
        counted = count(repeat_in_period.METRIC, published, period)
    return {
        "customers_in_period": int(counted.denominator or 0),
        "repeat_in_period_pct": counted.value,
        "cohort_size": cohort.denominator,
        f"cohort_repeat_{inputs['window_days']}d_pct": cohort.value,
    }


def came_back(orders: dict[str, list[date]], as_of: date, within: int, cohort: Period | None = None) -> Counted:
    first = min(day_ for days in orders.values() for day_ in days)
    with stored(*purchases(orders), now=at_midnight(as_of)) as published:
        starts = published.tally("repeat_cohort", *((cohort.start, cohort.end) if cohort else (first, as_of)))
    return repeat.came_back(starts, within, as_of)


def purchases(orders: dict[str, list[date]]) -> list[Purchase]:
    return [builders.purchase(customer, on) for customer, days in orders.items() for on in days]


def reorder_times(inputs: Inputs) -> Answer:
    """Completed gaps and those still open, under whatever names."""
    if "durations" in inputs:
        durations = inputs["durations"]
        ended = next(value for key, value in inputs.items() if key != "durations" and isinstance(value, list))
    else:
        lists = {key: value for key, value in inputs.items() if isinstance(value, list)}
        waiting = next(
            (key for key in lists if any(word in key for word in ("open", "censor", "not_yet", "wait"))), None
        )
        done = next(key for key in lists if key != waiting)
        still = lists[waiting] if waiting else []
        durations, ended = lists[done] + still, [1] * len(lists[done]) + [0] * len(still)
    median = curve_of(durations, ended).quantile(0.5)
    return {"median": median, "km_median": median, "median_days": median, "km_median_days": median}


def ratio_group(inputs: Inputs) -> Answer:
    if "weeks" in inputs:
        found = rates.ratio_by_weeks([x for x, _ in inputs["weeks"]], [y for _, y in inputs["weeks"]])
    elif "sxx" in inputs:
        raise NotYetAnswered("not shown yet: ratios with customers as replicates")
    elif "active_customers" in inputs:
        raise NotYetAnswered("not shown yet: contacts per active customer")
    else:
        raise NotYetAnswered("not shown yet: ratios with customers as replicates")
    return {"ratio": found.ratio, "se": found.standard_error, "lo": found.low, "hi": found.high}


def replies_group(inputs: Inputs) -> Answer:
    tickets = {int(key): n for key, n in inputs["hist"].items()}
    solved = [
        builders.ticket(opened_at=builders.days_ago(9), solved_at=builders.days_ago(1), replies=each)
        for each, n in tickets.items()
        for _ in range(n)
    ]
    found = read_all(ticket_replies.METRIC, *solved)
    return {"n": found.n, "mean": found.value, "share_over_3_pct": found.details["over_three"]}


def pct_group(inputs: Inputs) -> Answer:
    if "values" in inputs:
        return {"keys": [int(counting.bin_of(each)) for each in inputs["values"]], **waits_answer(inputs["values"])}
    lists = {key: value for key, value in inputs.items() if isinstance(value, list)}
    flags = any(value and all(each in (0, 1) for each in value) for value in lists.values())
    if len(lists) == 2 and (flags or any(map(is_open, lists))):
        return waits_with_open_ones(lists)
    flat = [each for value in lists.values() for each in (flatten(value))]
    return waits_answer(flat)


def waits_answer(waits: list[float]) -> Answer:
    bins: dict[str, int] = {}
    for each in waits:
        bins[counting.bin_of(each)] = bins.get(counting.bin_of(each), 0) + 1
    answer: Answer = {"n": sum(bins.values()), "zero_count": bins.get(ZERO, 0)}
    for q in (50, 90, 95, 99):
        answer[f"p{q}"] = quantile(bins, q / 100)
        answer[f"exact_p{q}"] = answer[f"p{q}"]
    answer["exact_median"] = answer["p50"]
    return answer


def waits_with_open_ones(lists: Mapping[str, list[Any]]) -> Answer:
    flags = next((value for value in lists.values() if value and set(value) <= {0, 1}), None)
    if flags is not None:
        waits = next(value for value in lists.values() if value is not flags)
        done = [wait for wait, is_done in zip(waits, flags, strict=True) if is_done]
        median = curve_of(waits, flags).quantile(0.5)
    else:
        open_ = next(value for key, value in lists.items() if is_open(key))
        done = next(value for key, value in lists.items() if not is_open(key))
        median = curve_of(done + open_, [1] * len(done) + [0] * len(open_)).quantile(0.5)
        # What the product shows comes out of bins, which are right to one percent.
        shown = waited(counting.waits_of(done), counting.waits_of(open_)).value
        assert is_same(shown, median, RELATIVE_ERROR), (shown, median)
    return {"km_median": median, "median_km": median, "km_median_h": median, "median": median}


def is_open(key: str) -> bool:
    return any(word in key for word in ("open", "wait", "censor", "not_yet", "unsolved"))


def flatten(value: list[Any]) -> list[float]:
    return [each for item in value for each in (flatten(item) if isinstance(item, list) else [item])]


# --- comparisons and uncertainty ---


def cmp_group(inputs: Inputs) -> Answer:
    (x1, n1), (x0, n0) = inputs["cur"], inputs["prev"]
    if n1 == 0 or n0 == 0:
        now, before = (models.share_of(x, n) for x, n in (inputs["cur"], inputs["prev"]))
        keys = ("diff", "newcombe", "p", "fisher_p")
        return dict.fromkeys(keys, csat.METRIC.model.differ(now, before))
    tested = shares.newcombe(x1, n1, x0, n0)
    is_small = shares.smallest_expected(x1, n1, x0, n0) < 5
    return {
        "diff": tested.value,
        "newcombe": [tested.low, tested.high],
        "p": tested.p,
        "fisher_p": tested.p if is_small else shares.fisher(x1, n1, x0, n0),
    }


def rr_group(inputs: Inputs) -> Answer:
    return {"p": rates.rate_difference(*inputs["after"], *inputs["before"]).p}


def rel_group(inputs: Inputs) -> Answer:
    if "pre" not in inputs or "control_pre" in inputs or len(inputs) > 2:
        raise NotYetAnswered("did the release help (comparison areas, trends)")
    before, after = inputs["pre"], inputs["post"]
    if len(before) < rates.FEWEST_WEEKS:
        raise NotYetAnswered("did the release help (when to refuse)")
    found = rates.quasi_poisson_ratio(after, before)
    return {
        "rate_ratio": found.ratio,
        "lo": found.low,
        "hi": found.high,
        "p": found.p,
    }


def mult_group(inputs: Inputs) -> Answer:
    if "m" in inputs:
        raise NotYetAnswered("not shown yet: how many false alarms to expect")
    ps = next(value for value in inputs.values() if isinstance(value, list))
    level = next((value for value in inputs.values() if isinstance(value, float)), 0.05)
    adjusted = multiple_testing.benjamini_hochberg(ps)
    found_ = [each <= level + 1e-12 for each in adjusted]
    return {
        "adjusted": adjusted,
        "p_adjusted": adjusted,
        "bh_adjusted": adjusted,
        "bh_rejected": found_,
        "reject": found_,
        "rejected": found_,
        "significant": found_,
        "n_significant": sum(found_),
    }


def seas_group(inputs: Inputs) -> Answer:
    index = seasons.weekday_index(inputs["daily"])
    return {
        "index": index,
    }


# --- days ---


def day_group(inputs: Inputs) -> Answer:
    zone = next((value for key, value in inputs.items() if "tz" in key or "zone" in key), None)
    given = next(value for key, value in inputs.items() if not ("tz" in key or "zone" in key))
    if len(given) > len("2026-01-01"):
        with stored(builders.ticket(opened_at=instant(given)), time_zone=zone or "UTC") as published:
            on = published.tally("tickets", None, date.max)[0].day
        return {"day": on.isoformat(), "local_day": on.isoformat(), "date": on.isoformat()}
    if zone:
        raise NotYetAnswered("days of 23 and 25 hours")
    on = day(given)
    return {
        "iso": list(on.isocalendar()),
        "week_start": start_of(on, "week").isoformat(),
    }


# --- bugs ---


def pain_group(inputs: Inputs) -> Answer:
    for mark, answered in PAIN.items():
        if mark in inputs:
            return answered(inputs)
    lists = [value for value in inputs.values() if isinstance(value, list | dict)]
    if len(lists) == 1 and all(isinstance(each, int | float) for each in lists[0]):
        return decayed_sums(inputs)
    assert len(lists) > 1, f"a pain example of a new kind: {sorted(inputs)}"
    return duplicates(inputs)


def recent_of_customers(inputs: Inputs) -> Answer:
    memory = (inputs["half_life_days"],)
    found = scores.recent_customers([(each["last_contact_age"], 1.0, 1) for each in inputs["customers"]], memory)
    contacts = sum(each["contacts"] for each in inputs["customers"])
    weight = builders.settings().impact.unrated_severity
    return {
        "reach": found.recent,
        "customers": found.customers,
        "contacts": contacts,
        "se": found.se,
        "pain": scores.impact(found.recent, weight, scores.rating_factor(0, 0, 0.1)),
    }


def factor_of_ratings(inputs: Inputs) -> Answer:
    bad, rated, company = inputs["bad"], inputs["rated"], inputs["company_bad_share"]
    prior = inputs.get("prior_strength", scores.PRIOR_RATINGS)
    share = scores.shrunk_share(bad, rated, company, prior)
    return {"shrunk_share": share, "mood": scores.rating_factor(bad, rated, company)}


def impact_of_factors(inputs: Inputs) -> Answer:
    weight = scores.severity(inputs["severity"], inputs["severity_weights"], 2).weight
    return {"pain": scores.impact(inputs["reach"], weight, inputs["mood"])}


def recent_of_shared_tickets(inputs: Inputs) -> Answer:
    """The store gives each bug its share of a ticket."""
    rows: list[Any] = [builders.bug(id) for id in {bug for each in inputs["ticket_customers"] for bug in each["bugs"]}]
    for each in inputs["ticket_customers"]:
        ticket = builders.ticket(customer=each["customer"], opened_at=builders.days_ago(each["age"]))
        rows += [ticket, *(builders.report(bug, ticket=ticket.id) for bug in each["bugs"])]
    with stored(*rows) as published:
        last = published.reaches(builders.TODAY)
    memory = (inputs["half_life_days"],)
    return {
        f"reach_{bug}": scores.recent_customers(
            [((builders.TODAY - day).days, weight, n) for id, day, weight, n in last if id == bug], memory
        ).recent
        for bug in {each.bug for each in last}
    }


def coverage_of_tickets(inputs: Inputs) -> Answer:
    found = beside.coverage(inputs["linked"], inputs["problem_tickets"])
    return {"coverage_pct": found.percent, "uncovered": found.unlinked, "incomplete": found.is_incomplete}


def order_of_bugs(inputs: Inputs) -> Answer:
    impacts = {each["id"]: scores.impact(each["reach"], each["severity"], each["mood"]) for each in inputs["bugs"]}
    ordered = in_order(
        inputs["bugs"],
        lambda each: Place(impacts[each["id"]], each["customers"], day(each["last"]), each["id"]),
    )
    return {"order": [each["id"] for each in ordered], "pain": [impacts[each["id"]] for each in ordered]}


def fixed_bug(inputs: Inputs) -> Answer:
    found = after_fix(
        maybe_day(inputs["fix_released"]), [day(each) for each in inputs["reports_after"]], day(inputs["as_of"])
    )
    return {"state": found.state}


def nearness(inputs: Inputs) -> Answer:
    raise NotYetAnswered("not shown yet: the chance that one bug has more impact than another")


def decayed_sums(inputs: Inputs) -> Answer:
    """The product looks back over all days instead of carrying a sum on: the same numbers."""
    counts = next(value for value in inputs.values() if isinstance(value, list))
    memory = (inputs.get("half_life_days", scores.HALF_LIFE_DAYS),)
    sums = [
        scores.recent_customers([(age, 1.0, n) for age, n in enumerate(reversed(counts[:days]))], memory).recent
        for days in range(1, len(counts) + 1)
    ]
    last = ("sum", "final", "decayed", "score", "reach", "state", "state_after_last_day")
    return {"S": sums, "sums": sums, **dict.fromkeys(last, sums[-1])}


def duplicates(inputs: Inputs) -> Answer:
    raise NotYetAnswered("duplicates of a bug")


def revenue_of_customers(inputs: Inputs) -> Answer:
    given = next(value for key, value in inputs.items() if "arr" in key or "mrr" in key or key == "customers")
    if isinstance(given, dict):
        given = list(given.values())
    amounts = [
        next((value for key, value in each.items() if "arr" in key or "mrr" in key), None)
        if isinstance(each, dict)
        else each
        for each in given
    ]
    known = [amount for amount in amounts if amount is not None]
    found = beside.revenue(len(known), sum(known), max(known, default=0))
    return {
        "arr": found.total,
        "total_arr": found.total,
        "arr_affected": found.total,
        "arr_total": found.total,
        "customers": found.customers,
        "largest_share_pct": found.largest_percent,
        "top_share_pct": found.largest_percent,
        "top_customer_share_pct": found.largest_percent,
    }


# The first mark that an example's inputs have decides what it is about.
PAIN: dict[str, Callable[[Inputs], Answer]] = {
    "company_bad_share": factor_of_ratings,
    "severity_weights": impact_of_factors,
    "ticket_customers": recent_of_shared_tickets,
    "problem_tickets": coverage_of_tickets,
    "fix_released": fixed_bug,
    "pain_a": nearness,
    "daily": decayed_sums,
    "counts": decayed_sums,
    "daily_reports": decayed_sums,
    "reports": decayed_sums,
    "duplicates": duplicates,
    "merge": duplicates,
    "a": duplicates,
    "A": duplicates,
    "B1": duplicates,
    "arr": revenue_of_customers,
    "customers_arr": revenue_of_customers,
}


def bugs_or_customers(inputs: Inputs) -> Answer:
    customers = inputs.get("customers")
    if isinstance(customers, list) and any("arr" in each for each in customers if isinstance(each, dict)):
        return revenue_of_customers(inputs)
    if isinstance(customers, dict):
        return revenue_of_customers(inputs)
    return recent_of_customers(inputs)


def ranked_or_merged(inputs: Inputs) -> Answer:
    bugs = inputs["bugs"]
    if isinstance(bugs, list) and bugs and isinstance(bugs[0], dict) and "reach" in bugs[0]:
        return order_of_bugs(inputs)
    return duplicates(inputs)


PAIN |= {"customers": bugs_or_customers, "bugs": ranked_or_merged}


def rise_group(inputs: Inputs) -> Answer:
    if "pairs" in inputs:
        found = rising([(last, before) for last, before in inputs["pairs"]])
        return {
            "p": [each.p for each in found],
            "adjusted": [each.adjusted for each in found],
            "rising": [each.is_rising for each in found],
        }
    last, before = inputs["last7"], inputs["prev28"]
    rise = rising([(last, before)])[0]
    first_age = inputs.get("age_days", 6 if before == 0 else 34)
    found_labels = labels(Course(first_age, first_age, 0, last, before, 1, rise))
    return {"p": p_rising(last, before), "rising": rise.is_rising, "label": found_labels[0] if found_labels else None}


def chron_group(inputs: Inputs) -> Answer:
    return {"chronic": is_chronic(inputs["weeks_with_reports"], inputs["age_days"])}


def ndcg_group(inputs: Inputs) -> Answer:
    gains = inputs["shown_gains"], inputs.get("other_gains", [])
    return {"ndcg": ndcg(*gains), "p_at_10": precision(*gains)}


GROUPS: dict[str, Callable[[Inputs], Answer]] = {
    "csat": csat_group,
    "nps": nps_group,
    "ces": ces_group,
    "churn": churn_group,
    "renew": renew_group,
    "km": km_group,
    "attr": attr_group,
    "anon": anon_group,
    "repeat": repeat_group,
    "ratio": ratio_group,
    "replies": replies_group,
    "pct": pct_group,
    "cmp": cmp_group,
    "rr": rr_group,
    "rel": rel_group,
    "mult": mult_group,
    "seas": seas_group,
    "day": day_group,
    "pain": pain_group,
    "rise": rise_group,
    "chron": chron_group,
    "ndcg": ndcg_group,
}


# --- the store, and the examples' ways of writing things ---


@contextmanager
def stored(*records: Any, now: datetime = builders.NOW, **changes: Any) -> Iterator[Published]:
    """A store in a file of its own, with these records, open for reading."""
    with tempfile.TemporaryDirectory() as folder:
        store = builders.filled(f"sqlite:///{folder}/store.db", *records, now=now, **changes)
        try:
            with store.reading() as published:
                yield published
        finally:
            store.engine.dispose()


def count(metric: Metric, published: Published, period: Period) -> Counted:
    groups = metric.model.count(published, [period], {}, None, builders.settings())[0]
    return groups.get("", Counted(None))


def read_all(metric: Metric, *answers: SurveyResponse | Ticket | BugReport) -> Counted:
    with stored(*answers) as published:
        return count(metric, published, Period(date(2025, 1, 1), builders.TODAY))


SCALES = {"thumbs": "1-2", "good/bad": "1-2", "good-bad": "1-2", "smileys": "1-3", "3-smileys": "1-3"}
WORDS = {"good": "2", "bad": "1", "up": "2", "down": "1", "great": "3", "okay": "2", "not_good": "1"}


def bins_of(hist: Mapping[str, int], scale: str) -> dict[str, int]:
    scale = SCALES.get(scale, scale)
    return {f"{scale}:{WORDS.get(str(score), score)}": n for score, n in hist.items()}


def percent(**shares: float | None) -> Answer:
    return {name: None if share is None else 100 * share for name, share in shares.items()}


def first_of(inputs: Mapping[str, Any], *names: str) -> Any:
    """The examples have more than one name for the same thing."""
    return next(inputs[name] for name in names if name in inputs)


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


def maybe_day(text: str | None) -> date | None:
    return day(text) if text else None


def at_midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)


def instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
