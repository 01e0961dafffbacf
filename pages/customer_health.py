"""How customers and the team are doing, what changed, and how sure that is."""

from display import frame, health
from web.guard import guard

guard()
frame.page(health.answer)
