"""One bug: who reported it and when, who has it, what they wrote, and why it ranks where it does."""

from display import blocks, frame, one_bug
from display.request import asked_all
from web.guard import guard

guard()
view = frame.opened()
blocks.show(one_bug.answer(view, asked_all()))
frame.as_of(view)
