"""What is hurting users now: the first page that everybody opens."""

import streamlit as st

from display import blocks, cards, frame, news, ten
from display.escape import plain
from reporting import bugs as sentences
from reporting import cautions, pages
from views.first_page import first_page
from web.guard import guard

guard()
view = frame.opened()
page = first_page(view)
top = page.top

st.title(plain(sentences.how_many(top, view.settings), 400), anchor=False)
if advice := sentences.advice(top, view.settings):
    frame.say(advice)
if top.cautions:
    frame.say(" ".join(cautions.all_said(top.cautions)))
blocks.show(news.news(top, page.news))
frame.warning_of_age(view)

left, right = st.columns([7, 2], gap="medium")
with left:
    blocks.show(ten.ten(top, page.releases, view.settings))
    if top.bugs and top.coverage.is_incomplete:
        st.warning(sentences.INCOMPLETE)
with right:
    blocks.show(cards.six(page.cards, view.now))
    blocks.show(blocks.more("metrics", pages.ALL_METRICS))

for line in pages.below_the_list(top, view.settings):
    frame.note(line)
frame.as_of(view)
