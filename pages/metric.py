"""One metric: its trend, its breakdown, what it means, and how to take it away."""

from functools import partial

import streamlit as st

from display import frame, one_metric, tables
from display.request import asked_all
from reporting import files
from reporting import one_metric as said
from web.guard import guard

guard()
view = frame.page(one_metric.answer)
if page := one_metric.found(view, asked_all()):
    shown = [*page.history, *page.singles]
    with st.container(horizontal=True):
        tables.download(said.AS_A_FILE, f"{page.metric.key}.csv", partial(files.readings, page.metric, shown))
    if any(reading.value is not None for reading in page.history):
        one_metric.explore(page)
