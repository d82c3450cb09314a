"""Checks the arguments of Bootstrap, and finds all mistakes before anything is made."""

import re
from typing import Final

from ..iam.args import JobIssuerArgs
from ..iam.checks import find_in_issuer
from ..iam.gitlab_trust import TrustedJobs, issuer_host, job_trust
from ..iam.policies import Document, policy_json
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistakes, each
from ..names.naming import Names
from .args import BootstrapArgs
from .deploy_policy import services_policy
from .naming import DEFAULT_PREFIX, EVERY_REPOSITORY, BootstrapNames
from .policies import boundary

_STACK: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")  # Source: pulumi, sdk/go/common/tokens, stack names
_MANAGED_LIMIT: Final = 6_144  # characters of a managed policy. Source: IAM quotas
_OWN: Final = {"url": "gitlab_url", "branches": "branch"}


def find(args: BootstrapArgs) -> Mistakes:
    """Everything that IAM would not accept, and everything that would trust more than it seems to."""
    found, url = Mistakes(), args.get("gitlab_url", GITLAB_COM)
    names = Names.standing_in()
    with found.at():
        names = Names(args["account"], args["region"], args.get("prefix", DEFAULT_PREFIX))
    repositories = args.get("repositories", EVERY_REPOSITORY)
    with found.at():
        bootstrap = BootstrapNames(args["account"], args["region"], args.get("prefix", DEFAULT_PREFIX))
        bootstrap.repositories(repositories)
        for policy in (boundary(bootstrap, repositories), services_policy(bootstrap, repositories)):
            _check_size(policy)
    with found.at():
        each("previews", args.get("previews", []), _stack)
    issuer: JobIssuerArgs = {
        "url": url,
        "audience": args.get("audience", url),
        "thumbprints": args.get("thumbprints", []),
        "trusts_forks": args.get("trusts_forks", False),
    }
    of_issuer, branch = find_in_issuer(issuer), args.get("branch", "main")
    found.take(of_issuer, renamed=_OWN)
    if "*" in branch:
        found.add("branch", text=f"got {branch!r}; write the one protected branch that deploys, such as main")
        branch = "main"
    if any(mistake.path == ("url",) for mistake in of_issuer.found):
        return found  # whose jobs they are depends on it
    with found.at(renamed={**_OWN, "audience": ""}):
        job_trust(
            names.arn("iam", f"oidc-provider/{issuer_host(url)}", region=""),
            TrustedJobs(
                gitlab_url=url,
                aud=url,
                project=args["project"],
                project_id=args.get("project_id", ""),
                namespace_id=args.get("namespace_id", ""),
                branches=[branch],
            ),
        )
    return found


def _check_size(policy: Document) -> None:
    size = len(policy_json(policy))
    if size > _MANAGED_LIMIT:
        raise ValueError(
            f"repositories: got a policy of {size} characters, but AWS accepts {_MANAGED_LIMIT}; write fewer patterns"
        )


def _stack(name: str) -> str:
    if not _STACK.fullmatch(name):
        raise ValueError(f"got {name!r}; write the name of a stack, such as dev; patterns are not possible")
    return name
