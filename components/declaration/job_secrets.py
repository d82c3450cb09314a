"""Advice for consumers whose jobs fetch their login themselves: what to include, and what it requires."""

from collections.abc import Iterator, Mapping

from ..consumers import derivation as consumers
from ..consumers.args import ConsumerArgs
from ..consumers.checks import reads_secret
from ..names.locations import Mistakes
from ..names.naming import Names
from .args import RegistryAccessArgs
from .parts import Parts

NEEDS = "GitLab 18.3 Premium or Ultimate, and GitLab Runner 18.2 or later"
_BESIDE_PUSH = (
    "its jobs push by the role in the project's variable AWS_ROLE_ARN; GitLab Runner before 19.0 uses that role for "
    "the secret, too, and is refused: update the runners to 19.0, or push from another project"
)


def pull_template(args: RegistryAccessArgs, path: str) -> dict[str, str]:
    """The inputs of `templates/pull.yml` for a consumer's jobs."""
    names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    issuer = consumers.issuer(args.get("gitlab", {}))
    return {
        "role": names.secret_role_arn(path),
        "secret": names.audience_secret(path),
        "region": names.region,
        "audience": issuer.get("audience", ""),
    }


def find_beside_push(declared: Mapping[str, ConsumerArgs]) -> Mistakes:
    """Consumers whose jobs have two roles, of which older runners only see one."""
    found = Mistakes()
    for path, consumer in declared.items():
        if reads_secret(consumer) and consumer.get("push"):
            found.warn("consumers", path, "push", text=_BESIDE_PUSH)
    return found


def preview_lines(declared: Mapping[str, ConsumerArgs], parts: Parts) -> Iterator[str]:
    """The lines of a preview about consumers whose jobs fetch their login themselves."""
    readers = [path for path, consumer in declared.items() if reads_secret(consumer)]
    if readers:
        shown = ", ".join(readers[:3]) + (f" and {len(readers) - 3} more" if len(readers) > 3 else "")  # noqa: PLR2004 - enough to know which
        yield (
            f"access job-secret: jobs of {shown} fetch their login by GitLab's `secrets:`, which needs {NEEDS}; "
            "include templates/pull.yml with the inputs that the output `declaration` has as `pull_template`"
        )
    if parts.has_no_gitlab_token:
        yield "this stack has no GitLab token: jobs fetch every login themselves, and the rotator does not call GitLab"
