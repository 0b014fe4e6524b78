"""Which pipeline a change runs, decided as GitHub decides it, and the gate that judges what ran."""
