"""One number: what it means, how it went, where it differs, and how to take it away."""

import streamlit as st

from display import charts, frame, one_metric, tables
from display.links import HEALTH
from display.request import asked
from metrics import Unanswerable, all_metrics, metric
from reporting import words
from views.one_metric import one_metric as read_metric
from web.guard import guard

guard()
view = frame.opened()
key = asked("metric", "csat")
try:
    shown = metric(key)
except Unanswerable as problem:
    st.title("There is no such number", anchor=False)
    frame.say(str(problem))
    one_metric.links(all_metrics())
    st.stop()

by = one_metric.choose_split(shown)
page = read_metric(view, shown.key, by)

st.title(shown.name, anchor=False)
frame.say(words.sentence(shown, page.reading), strong=True)
if page.reading.value is not None:
    st.caption(f"{words.stretch(page.reading.period)}.")

if any(reading.value is not None for reading in page.history):
    st.header("How it went", anchor=False)
    marks = page.marks[-one_metric.MOST_MARKS :]
    telling = one_metric.course(shown, page.history, marks)
    frame.say(telling)
    charts.history(shown, page.history, marks, alt=telling)
    with st.expander("The same as a table"):
        one_metric.history_table(shown, page.history)
    st.download_button(
        "Take it as a file (CSV)",
        data=lambda: tables.as_csv(tables.history_rows(shown, page.history)),
        file_name=f"{shown.key}.csv",
        mime="text/csv",
        on_click="ignore",
    )

if shown.dimensions:
    st.header("Where it differs", anchor=False)
    one_metric.offer_split(shown)
    if by:
        tables.groups(shown, page.groups, by, f"{shown.name} by {by}")
        if page.groups_period != page.reading.period:
            st.caption(f"{words.stretch(page.groups_period)}.")

st.header("What it means", anchor=False)
one_metric.definition(shown, page, view.settings.currency)

st.page_link(HEALTH, label="All numbers")
frame.as_of(view, page.reading.sources)
