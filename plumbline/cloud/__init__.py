"""What the cloud costs, whether an account is ready for it, and how an environment is taken down."""
