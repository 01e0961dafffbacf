"""One bug: what it costs customers, who reported it and when, what they wrote, and why it ranks where it does."""

from display import frame, one_bug
from web.guard import guard

guard()
frame.page(one_bug.answer)
