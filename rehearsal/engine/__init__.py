"""The real Pulumi engine against the emulators, for machines that have `pulumi`."""
