"""What only CI asks: which pipeline a change runs, what it lacks, and whom it tells."""
