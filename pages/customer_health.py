"""How customers and the team are doing, what changed, and how sure that is."""

import streamlit as st

from display import cards, frame, tables
from reporting import words
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
    help="Now: each number over its own latest stretch. Quarter and Year: the last 13 weeks or 3 months, the last year.",
)
page = health(view, period or "Now")

frame.say(words.what_changed(page.six), strong=True)
frame.warning_of_age(view)
cards.cards(page.six, view.now, width=170)

st.header("What changed, and how sure we are", anchor=False)
st.caption(
    "Each number is compared with the stretch of the same length just before. A change is called clear only where the "
    "difference itself is unlikely to be chance, also given how many numbers are looked at here."
)
tables.readings(page.six, "The six numbers with their range, how many stand behind them, and what changed")

st.header("Behind them", anchor=False)
tables.readings(page.behind, "The numbers of support with their range and what changed")

frame.as_of(view)
