"""What a ticket costs: on average for a budget, at the margin for a saving; the two are not the same (METHODOLOGY 1.7)."""

from __future__ import annotations


def cost_per_ticket(operating_expense: float, tickets: int) -> float | None:
    """All that support costs in a month / the tickets handled in it; None without tickets (cost-001)."""
    return None if tickets == 0 else operating_expense / tickets


def cost_of_one_more(handling_minutes: float, loaded_hourly_cost: float, occupancy: float) -> float:
    """What one ticket less saves: its handling time, at the cost of an hour in which somebody really works (cost-003)."""
    return handling_minutes / 60 * loaded_hourly_cost / occupancy
