"""From a table that nobody prepared to a contract, parameters and limits, which a person then reads and mends."""
