"""The program: settings, one component, outputs."""

import pulumi

import settings
from components import RegistryAccess

declaration = settings.read()
settings.check_account(declaration["account"])
access = RegistryAccess("access", declaration)

pulumi.export("repositoryUrls", access.repository_urls)
pulumi.export("rotator", access.rotator)
pulumi.export("gitlabTokenSecret", access.gitlab_token_secret)
pulumi.export("declaration", settings.plain(declaration))
