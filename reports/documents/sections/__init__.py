"""One module a section: what its page prints, taken from the snapshot."""
