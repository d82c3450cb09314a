"""The command line `gitlab-ecr`. It needs the extra `cli`."""
