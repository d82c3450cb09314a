"""Pure functions from plain values to documents; neither Pulumi nor boto3 is imported here."""
