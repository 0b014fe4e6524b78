"""Tell people how a pipeline ended: a channel of Slack or Teams, a ticket in Jira, a comment on an issue of GitHub."""
