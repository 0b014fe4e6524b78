"""Deployment by git: the overlay of an environment names what runs there, and one commit changes it."""
