"""`gitlab` resources, over the instance's own REST API. Imports the adapter's `clients` and `kind`."""
