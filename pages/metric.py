"""One number: what it means, how it went, where it differs, and how to take it away."""

import streamlit as st

from display import blocks, charts, frame, one_metric, tables
from display.links import HEALTH
from display.request import asked
from metrics import Unanswerable, all_metrics, metric
from reporting import files, words
from reporting import one_metric as said
from reporting.readings import sentence
from reporting.tables import groups
from views.one_metric import one_metric as read_metric
from web.guard import guard

guard()
view = frame.opened()
key = asked("metric", "csat")
try:
    shown = metric(key)
except Unanswerable as problem:
    st.title(said.NO_SUCH_METRIC, anchor=False)
    frame.say(str(problem))
    one_metric.links(all_metrics())
    st.stop()

by = one_metric.choose_split(shown)
page = read_metric(view, shown.key, by)

st.title(shown.name, anchor=False)
frame.say(sentence(shown, page.reading), strong=True)
if page.reading.value is not None:
    st.caption(f"{words.stretch(page.reading.period)}.")

if any(reading.value is not None for reading in page.history):
    st.header("How it went", anchor=False)
    marks = page.marks[-said.MOST_MARKS :]
    telling = said.course(shown, page.history, marks)
    frame.say(telling)
    charts.history(shown, page.history, marks, alt=telling)
    with st.expander(said.AS_A_TABLE):
        tables.table(said.history(shown, page.history), f"{shown.name}, newest first")
    tables.download(said.AS_A_FILE, f"{shown.key}.csv", lambda: files.readings(shown, page.history))

if shown.dimensions:
    st.header("Where it differs", anchor=False)
    one_metric.offer_split(shown)
    if by:
        tables.table(groups(shown, page.groups, by), f"{shown.name} by {by}")
        if page.groups_period != page.reading.period:
            st.caption(f"{words.stretch(page.groups_period)}.")

st.header("What it means", anchor=False)
one_metric.definition(shown, page, view.settings.currency)

st.page_link(HEALTH, label="All numbers")
blocks.show(frame.as_of(view, page.reading.sources))
