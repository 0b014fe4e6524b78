"""The services: what answers with a bundle; they import nothing from the other rooms."""
