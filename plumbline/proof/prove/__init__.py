"""The proof: everything is rebuilt several times under other circumstances, and all bytes must agree."""
