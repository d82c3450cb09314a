"""Private ECR images in GitLab CI: a Pulumi component library."""
