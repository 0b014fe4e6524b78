"""The whole house on one machine: its processes, its images, its demo."""
