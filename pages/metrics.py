"""All metrics in one table: value, trend, interval, sample size, change and age; each links to its page."""

import streamlit as st

from display import blocks, frame, index
from reporting import index as said
from views.health import health
from web.guard import guard

guard()
view = frame.opened()
page = health(view, "Now")
cards = (*page.six, *page.behind)

st.title(said.TITLE, anchor=False)
frame.say(said.answer(cards), strong=True)
blocks.show(frame.warning_of_age(view))
blocks.show(index.table(cards, view.now))
blocks.show(frame.as_of(view))
