"""Which job of the workflows runs when, with which rights: by playing the workflows' own files."""
