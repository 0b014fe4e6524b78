"""The evaluation plan, rehearsed with real git and real DVC in a temporary folder."""
