"""ECR Public, whose images need no login."""

from typing import Final

PUBLIC_HOST: Final = "public.ecr.aws"
