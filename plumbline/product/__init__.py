"""What makes a clone a house of its own: its names, who owns which file, and upgrades to later releases."""
