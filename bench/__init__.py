"""`make bench`: compares the speed of this project with how people do it without, on this machine."""
