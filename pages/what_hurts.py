"""What is hurting users now: the first page that everybody opens."""

import streamlit as st

from display import bugs, cards, frame
from display.escape import plain
from reporting import pages
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
    st.header(pages.heading_of_bugs(top), anchor=False)
    if top.bugs:
        st.caption(f"{bugs.RULE} {plain(top.coverage_sentence)}")
    if top.bugs and top.coverage.is_incomplete:
        st.warning(pages.INCOMPLETE)
    bugs.ranked(top, view.settings)
    if top.revenue_sentence:
        frame.note(top.revenue_sentence)
    if top.others:
        frame.note(pages.others(top))
with right:
    st.header(plain(pages.heading_of_health(view.settings)), anchor=False)
    cards.cards(page.cards, view.now)

frame.as_of(view)
