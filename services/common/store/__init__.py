"""The store that the api writes and the monitor reads: its tables, their version, the migrations."""
