"""Where the numbers come from, how old they are, and which rows were rejected."""

from display import data_health, frame, tables
from reporting.sources import AS_A_FILE
from views.sources import rejected_rows
from web.guard import guard

guard()
view = frame.page(data_health.answer)
if rejected := rejected_rows(view):
    tables.download(AS_A_FILE, "rejected-rows.csv", lambda: rejected)
