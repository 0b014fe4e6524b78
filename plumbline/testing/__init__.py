"""What the tests run with: tools that are tried before they are used, progress, and the time of each folder."""
