"""What runs, proves and deploys what the rooms make; the services do not use it."""
