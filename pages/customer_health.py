"""How customers and the team are doing, what changed, and how sure that is."""

import streamlit as st

from display import blocks, cards, frame, tables
from reporting import pages
from reporting.readings import what_changed
from reporting.tables import readings
from views.health import PERIODS, health
from web.guard import guard

guard()
view = frame.opened()

st.title("Customer health", anchor=False)
period = st.segmented_control(
    "Compare",
    list(PERIODS),
    default="Now",
    required=True,
    key="period",
    bind="query-params",
    help=pages.PERIOD_HELP,
)
page = health(view, period or "Now")

frame.say(what_changed(page.six), strong=True)
blocks.show(frame.warning_of_age(view))
blocks.show(cards.six(page.six, view.now, wide=True))

st.header(pages.WHAT_CHANGED, anchor=False)
frame.note(pages.HOW_CHANGES_ARE_TESTED)
tables.table(readings(page.six), pages.SIX)

st.header("Behind them", anchor=False)
tables.table(readings(page.behind), pages.BEHIND)

blocks.show(frame.as_of(view))
