"""The whole system on one machine: local emulators, and the program run against them."""
