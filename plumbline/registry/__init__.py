"""What is known of each model, who made it so, and which one serves: signed, recorded, never lost."""
