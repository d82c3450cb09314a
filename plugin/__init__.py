"""The components for programs in other languages: a plugin that Pulumi runs and calls over gRPC."""
