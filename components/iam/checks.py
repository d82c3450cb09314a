"""Finds all mistakes in identities, before anything is made."""

import os

from ..names.aws_arns import policy_arn
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistakes
from ..names.naming import Names
from .args import IdentitiesArgs, JobIssuerArgs
from .forks import fork_warning
from .gitlab_trust import check_aud, issuer_host, thumbprints
from .policies import session_seconds
from .role_documents import (
    job_role_documents,
    pull_role_documents,
    runner_role_documents,
    secret_role_documents,
)


def find(args: IdentitiesArgs) -> Mistakes:
    """Everything that IAM would not accept, and every right that would be wider than it seems."""
    mistakes, names = Mistakes(), Names.standing_in()
    with mistakes.at():
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    with mistakes.at():
        check_roles(args.get("max_session_duration"), args.get("permissions_boundary"))
    for audience, options in args["audiences"].items():
        with mistakes.at("audiences", audience):
            pull_role_documents(names, options, args.get("rotator_role_arn", ""))
    issuer = args.get("issuer", {})
    if args.get("jobs") or args.get("secrets") or args.get("trusts_jobs"):
        mistakes.take(find_in_issuer(issuer), "issuer")
    if mistakes.found:
        return mistakes
    for consumer, options in args.get("jobs", {}).items():
        with mistakes.at("jobs", consumer):
            job_role_documents(names, options, issuer)
    for consumer, options in args.get("secrets", {}).items():
        with mistakes.at("secrets", consumer):
            secret_role_documents(names, options, issuer)
    for runner, options in args.get("runners", {}).items():
        with mistakes.at("runners", runner):
            runner_role_documents(names, runner, options)
    return mistakes


def check_roles(session: object, boundary: object) -> None:
    """Refuses wrong settings that all roles have in common.

    Raises:
        MistakesError: what is wrong.
    """
    mistakes = Mistakes()
    with mistakes.at():
        if isinstance(session, int):
            session_seconds(session)
    with mistakes.at():
        if isinstance(boundary, str):
            policy_arn(boundary)
    mistakes.refuse()


def find_in_issuer(issuer: JobIssuerArgs) -> Mistakes:
    """Mistakes in the issuer whose tokens AWS would not accept, or that may be too old."""
    found, url = Mistakes(), issuer.get("url", GITLAB_COM)
    with found.at():
        issuer_host(url)
    with found.at():
        check_aud(issuer.get("audience", url), url)
    if not issuer.get("existing_provider"):
        with found.at():
            thumbprints(url, issuer.get("thumbprints", []))
    with found.at():
        if warning := fork_warning(url, os.environ, trusts_forks=issuer.get("trusts_forks", False)):
            key, _, text = warning.partition(": ")
            found.warn(key, text=text)
    return found
