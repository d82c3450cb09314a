"""`make bench`: compares the speed of this project with how people do the same without it, on this machine."""
