"""The data pipeline: bring a data set from a URL to a version that a repository names and its DVC remote holds.

Each step is a module and a subcommand of `python -m plumbline.ingest.pipeline`, and leaves what it made in the work
folder, where the next step finds it. A step may be run again at any time: it begins anew from what the step before it
left.
"""
