"""The workflows, run here by act: real jobs on this machine, with stand-ins for the actions of others."""
