"""What is hurting users now: the first page that everybody opens."""

import streamlit as st

from display import bugs, cards, frame
from display.escape import plain
from views.first_page import first_page
from web.guard import guard

guard()
view = frame.opened()
page = first_page(view)
top = page.top

st.title(plain(top.headline, 400), anchor=False)
if top.missing:
    frame.say(top.missing)
if top.cautions:
    frame.say(" ".join(top.cautions))
frame.warning_of_age(view)

left, right = st.columns([5, 4], gap="large")
with left:
    st.header("The ten bugs that hurt most" if len(top.bugs) == 10 else "The bugs that hurt most", anchor=False)
    if top.bugs:
        st.caption(f"{bugs.RULE} {plain(top.coverage_sentence)}")
    if top.bugs and top.coverage.is_incomplete:
        st.warning("This list is incomplete: most tickets about problems name no bug yet.")
    bugs.ranked(top, view.settings)
    if top.revenue_sentence:
        st.caption(plain(top.revenue_sentence))
    if top.others:
        st.caption(f"{top.others:,} other bugs hurt somebody too, less than these.")
with right:
    st.header(f"How {plain(view.settings.words.customers)} and the team are doing", anchor=False)
    cards.cards(page.cards, view.now)

frame.as_of(view)
