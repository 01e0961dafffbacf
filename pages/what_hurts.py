"""What is hurting users now: the first page that everybody opens."""

from display import frame, what_hurts
from web.guard import guard

guard()
frame.page(what_hurts.answer)
