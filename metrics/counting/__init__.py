"""What several metrics count in the same way: answers of surveys, waits, stays of customers, tickets with a yes or no."""
