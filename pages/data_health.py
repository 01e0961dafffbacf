"""Where the numbers come from, how old they are, and which rows were rejected."""

import streamlit as st

from display import blocks, frame, tables
from reporting import ranking
from reporting import sources as said
from views.ranking import record
from views.sources import held, rejected_rows, sources, unresolved
from web.guard import guard

guard()
view = frame.opened()
states = sources(view)

st.title("Data health", anchor=False)
frame.say(said.answer(states, view.now), strong=True)
if why := held(view):
    frame.say(why, strong=True)

st.header("Sources", anchor=False)
tables.table(said.rows(states, view.now), said.TABLE)

references = unresolved(view)
if rows := said.references(references):
    st.header("Unresolved references", anchor=False)
    tables.table(rows, said.REFERENCES)
    for hint in said.hints(references):
        frame.say(hint)

st.header("Rejected rows", anchor=False)
rejected = rejected_rows(view)
frame.say(said.WHAT_REJECTED_MEANS if rejected else said.NONE_REJECTED)
tables.table(said.rejected_rows(rejected), "Rejected rows")
if len(rejected) > said.SHOWN:
    frame.note(said.MORE_REJECTED)
if rejected:
    tables.download(said.AS_A_FILE, "rejected-rows.csv", lambda: rejected)

st.header(ranking.HEADING, anchor=False)
learned = record(view)
for sentence in ranking.sentences(learned, view.settings):
    frame.say(sentence)
tables.table(ranking.rows(learned), ranking.TABLE)

blocks.show(frame.as_of(view, ()))
