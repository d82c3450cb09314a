"""The command line `gitlab-ecr`; needs the extra `cli`."""
