"""The monitor: a job that compares what was served with what was trained on, and with what came true."""
