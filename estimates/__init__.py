"""How sure a number is: intervals, tests and curves. Each function cites the paper that its formula comes from."""
