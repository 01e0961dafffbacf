"""Where the numbers come from, how old they are, and which rows were rejected."""

from display import blocks, data_health, frame, tables
from display.request import asked_all
from reporting.sources import AS_A_FILE
from views.sources import rejected_rows
from web.guard import guard

guard()
view = frame.opened()
blocks.show(data_health.answer(view, asked_all()))
if rejected := rejected_rows(view):
    tables.download(AS_A_FILE, "rejected-rows.csv", lambda: rejected)
frame.as_of(view, ())
