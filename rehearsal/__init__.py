"""The rehearsal: runs the whole system on one machine, against local emulators."""
