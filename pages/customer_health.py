"""How customers and the team are doing, what changed, and what to look at first."""

from display import blocks, frame, health
from display.request import query
from web.guard import guard

guard()
view = frame.opened()
blocks.show(health.answer(view, query()))
frame.warning_of_age(view)
frame.as_of(view)
