"""The commands of the shell, one a file: `add` describes its words, `run` does the work and gives the exit status."""
