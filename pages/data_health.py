"""Where the numbers come from, how old they are, and which rows were rejected."""

import streamlit as st

from display import data_health, frame
from views.sources import rejected_rows, sources, unresolved
from web.guard import guard

guard()
view = frame.opened()
states = sources(view)

st.title("Data health", anchor=False)
frame.say(data_health.answer(states, view), strong=True)

st.header("Sources", anchor=False)
data_health.table(states, view)

data_health.references(unresolved(view))

st.header("Rejected rows", anchor=False)
data_health.rejected_rows(rejected_rows(view))

frame.as_of(view, ())
