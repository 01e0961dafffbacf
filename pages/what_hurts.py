"""What is hurting users now: the first page that everybody opens."""

import streamlit as st

from display import bugs, cards, frame
from display.escape import plain
from reporting import bugs as sentences
from reporting import cautions, pages
from views.first_page import first_page
from web.guard import guard

guard()
view = frame.opened()
page = first_page(view)
top = page.top

st.title(plain(sentences.headline(top, view.settings), 400), anchor=False)
if advice := sentences.advice(top, view.settings):
    frame.say(advice)
if top.cautions:
    frame.say(" ".join(cautions.all_said(top.cautions)))
frame.warning_of_age(view)

left, right = st.columns([5, 4], gap="large")
with left:
    st.header(pages.heading_of_bugs(top), anchor=False)
    if top.bugs:
        st.caption(f"{sentences.RULE} {plain(sentences.coverage(top.coverage))}")
    if top.bugs and top.coverage.is_incomplete:
        st.warning(sentences.INCOMPLETE)
    bugs.ranked(top, view.settings)
    for line in (sentences.revenue_of_all(top, view.settings), sentences.others(top)):
        if line:
            frame.note(line)
with right:
    st.header(plain(pages.heading_of_health(view.settings)), anchor=False)
    cards.cards(page.cards, view.now)

frame.as_of(view)
