"""A week of three clones of one team, in which whoever acts is killed at each step and then repeats it."""
