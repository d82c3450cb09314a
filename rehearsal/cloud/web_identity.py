"""One correction of the emulator: which claims of a job's id_token a trust policy sees.

For gitlab.com, AWS also reads the numbers, the source of the pipeline and the protection of the ref ("IAM and AWS STS
condition context keys", shared OIDC providers); for every other issuer it reads `aud`, `sub` and `amr` alone, and
ministack 1.5.33 does so for gitlab.com too.
"""

from typing import Any, Final

from ministack.services import cognito, sts

_GITLAB_COM: Final = "gitlab.com"
_CLAIMS: Final = ("namespace_id", "pipeline_source", "project_id", "ref_protected")


def read_gitlab_com_claims() -> None:
    """Make the evaluator in this process see what AWS sees of tokens of gitlab.com."""
    principal_of = sts._web_identity_principal  # noqa: SLF001 - the evaluator has no public seam

    def with_claims(token: str, provider_id: str, role_arn: str) -> tuple[str, dict[str, Any]]:
        principal, keys = principal_of(token, provider_id, role_arn)
        if not principal.endswith(f":oidc-provider/{_GITLAB_COM}"):
            return principal, keys
        claims: dict[str, Any] = cognito._decode_id_token_unverified(token)  # noqa: SLF001 - as above
        return principal, {**keys, **{f"{_GITLAB_COM}:{name}": claims[name] for name in _CLAIMS if name in claims}}

    sts._web_identity_principal = with_claims  # noqa: SLF001 - as above
