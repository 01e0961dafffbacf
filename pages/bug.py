"""One bug: why it ranks where it does, who says so, and what would take it off the list."""

import streamlit as st

from display import blocks, bugs, frame, ten
from display.escape import plain
from display.links import HURTS
from display.request import asked
from reporting import bugs as sentences
from reporting import cautions, pages
from views.first_page import first_page
from views.one_bug import one_bug
from web.guard import guard

guard()
view = frame.opened()
id = asked("bug")
found = one_bug(view, id) if id else None
if found is None:
    st.title(pages.NO_SUCH_BUG if id else "Which bug?", anchor=False)
    page = first_page(view)
    if id and page.top.bugs:
        frame.say(pages.MAY_HAVE_ANOTHER_NAME)
    blocks.show(ten.ten(page.top, page.releases, view.settings))
    st.stop()

explained, voices = found
bug = explained.bug
st.title(plain(bug.title, 200), anchor=False)
bugs.badges(bug)
if withheld := cautions.reason(explained.cautions.withheld):
    frame.say(withheld, strong=True)
    st.header(plain(pages.heading_of_excerpts(view.settings)), anchor=False)
    bugs.said(voices)
    st.stop()
frame.say(" ".join([sentences.ranks(bug, view.settings), *cautions.all_said(explained.cautions.beside)]), strong=True)
blocks.show(frame.warning_of_age(view))

left, right = st.columns([5, 4], gap="large")
with left:
    st.header(sentences.heading_of_rank(bug), anchor=False)
    bugs.why(explained, view.settings)
with right:
    st.header("Details", anchor=False)
    bugs.beside(bug, view.settings)

st.header("How it went", anchor=False)
bugs.course(explained)

st.header(plain(pages.heading_of_excerpts(view.settings)), anchor=False)
bugs.said(voices)

st.page_link(HURTS, label="‹ Top 10 bugs")
blocks.show(frame.as_of(view))
