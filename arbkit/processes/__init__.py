"""Other processes, and threads, for work that divides: the one door through which arbkit starts any."""
