"""The rotator: what runs in the Lambda, in a GitLab job, or on a laptop."""
