"""`make bench`: this project next to what is done without it, measured on this machine."""
