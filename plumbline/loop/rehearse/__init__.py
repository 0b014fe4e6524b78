"""The loop of continuous training, rehearsed with real parts and real data in a temporary clone."""
