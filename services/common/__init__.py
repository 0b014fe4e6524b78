"""What both services need: settings, logs, metrics, problem details, the contract's rows."""
