"""One metric: its number, how it went, where it differs, what it means, and how to take it away."""

from functools import partial

import streamlit as st

from display import blocks, frame, one_metric, tables
from display.request import query
from reporting import files
from reporting import one_metric as said
from web.guard import guard

guard()
view = frame.opened()
asked = query()
blocks.show(one_metric.answer(view, asked))
if (page := one_metric.found(view, asked)) is None:
    st.stop()
shown = [*page.history, *page.singles]

with st.container(horizontal=True):
    one_metric.offer_own_dates(page, view.today)
    tables.download(said.AS_A_FILE, f"{page.metric.key}.csv", partial(files.readings, page.metric, shown))
if any(reading.value is not None for reading in page.history):
    one_metric.explore(page)
frame.as_of(view, page.reading.sources)
