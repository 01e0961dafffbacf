"""All metrics in one table: value, trend, interval, sample size, change and age; each links to its page."""

from display import frame, index
from web.guard import guard

guard()
frame.page(index.answer)
