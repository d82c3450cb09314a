"""The program: settings, one component, outputs."""

import pulumi

import gitlab_provider
import settings
from components import Bootstrap, RegistryAccess
from components.declaration.declared import declared

once = settings.bootstrap()
if once is not None:
    settings.check_account(once["account"])
    with settings.in_file_spelling_of_stack(is_bootstrap=True):
        made = Bootstrap("bootstrap", once)

    pulumi.export("state", made.state)
    pulumi.export("bootstrapState", made.bootstrap_state)
    pulumi.export("secretsProvider", made.secrets_provider)
    pulumi.export("previewRole", made.preview_role)
    pulumi.export("deployRole", made.deploy_role)
    pulumi.export("permissionsBoundary", made.permissions_boundary)
else:
    declaration = settings.read()
    settings.check_account(declaration["account"])
    with settings.in_file_spelling_of_stack():
        providers = gitlab_provider.providers(declaration)
        access = RegistryAccess("access", declaration, pulumi.ResourceOptions(providers=providers))

    pulumi.export("repositoryUrls", access.repository_urls)
    pulumi.export("rotator", access.rotator)
    pulumi.export("gitlabTokenSecret", access.gitlab_token_secret)
    pulumi.export("declaration", declared(declaration))
