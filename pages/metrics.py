"""All metrics in one table: value, trend, interval, sample size, change and age; each links to its page."""

from display import blocks, frame, index
from display.request import query
from web.guard import guard

guard()
view = frame.opened()
blocks.show(index.answer(view, query()))
frame.warning_of_age(view)
frame.as_of(view)
