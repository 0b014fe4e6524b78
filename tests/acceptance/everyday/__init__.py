"""What happens to users every day, played in fresh clones of this working tree; a file for each theme."""
