"""The command `plumb`: every command of the machinery, imported only when it runs."""
