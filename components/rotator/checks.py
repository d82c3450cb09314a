"""Finds the mistakes in the rotator's settings."""

import re
from datetime import timedelta
from typing import Final

from ..contract import plan
from ..contract.schedule import INTERVAL, TOLERATED_OUTAGE, Schedule, duration
from ..names.locations import Mistakes, each
from ..names.naming import Names
from .args import RotatorArgs
from .job_trust import check_backend, job_of

_EMAIL: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_TOPIC: Final = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")
_IN_A_VPC: Final = {"subnet_ids": "subnet-", "security_group_ids": "sg-"}
_BESIDE_MANAGED: Final = {
    "adopt_token_secret": "there the secret always exists before `up`; leave it out",
    "vpc": "then AWS itself calls GitLab, over the internet; leave it out, or let the stack renew its token itself",
}
_RETENTION: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Source: CloudWatch Logs, PutRetentionPolicy."""


def timing_of(args: RotatorArgs) -> Schedule:
    """When the rotator runs.

    Raises:
        MistakesError: a time is invalid, or the times contradict each other.
    """
    mistakes, times = Mistakes(), list[timedelta]()
    for key, default in (("interval", INTERVAL), ("tolerate_outage", TOLERATED_OUTAGE)):
        with mistakes.at():
            times.append(duration(str(args.get(key, default)), key))
    mistakes.refuse()
    schedule = Schedule(*times)
    if job_of(args):
        schedule.cron(0)
    return schedule


def find(args: RotatorArgs) -> Mistakes:
    """Finds settings with which tokens would expire, or nobody would get an alarm."""
    mistakes, names = Mistakes(), Names.standing_in()
    with mistakes.at():
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    mistakes.take(find_in_settings(names, args))
    with mistakes.at():
        wanted = plan.loads(args["plan"])
        if wanted.gitlab is not None and wanted.gitlab.token_renewal is plan.TokenRenewal.MANAGED:
            for key, why in _BESIDE_MANAGED.items():
                if key in args:
                    mistakes.add(key, text=f"got it beside a plan with `token_renewal`: managed, and {why}")
        known = {owner.path for owner in (*wanted.targets, *wanted.key_users)}
        for path in args.get("owner_ids", {}).keys() - known:
            mistakes.add(
                "owner_ids", path, text="no project or group of the plan; write the path of one, or leave it out"
            )
    return mistakes


def find_in_settings(names: Names, args: RotatorArgs) -> Mistakes:
    """The same for the settings, with names that are known to be valid."""
    mistakes, retention = Mistakes(), args.get("log_retention_days")
    with mistakes.at():
        check_backend(names, args)
    with mistakes.at():
        timing_of(args)
    with mistakes.at():
        each("alarm_emails", args.get("alarm_emails", []), _email)
    with mistakes.at():
        each("alarm_topics", args.get("alarm_topics", []), lambda topic: _topic(topic, args["region"]))
    for key in ("alarm_emails", "alarm_topics"):
        listed = args.get(key, [])
        for position, value in enumerate(listed):
            if isinstance(value, str) and value in listed[:position]:
                mistakes.add(key, position, text=f"got {value!r} twice; write it once")
    if isinstance(retention, int) and retention not in _RETENTION:
        near = [max(filter(lambda days: days < retention, _RETENTION), default=None)]
        near += [min(filter(lambda days: days > retention, _RETENTION), default=None)]
        days = " or ".join(str(each) for each in near if each is not None)
        text = f"got {retention}; CloudWatch keeps logs for certain numbers of days only: write {days}"
        mistakes.add("log_retention_days", text=text)
    vpc = args.get("vpc", {})
    for key, start in _IN_A_VPC.items() if vpc else ():
        found = vpc.get(key, [])
        if not found:
            mistakes.add("vpc", key, text=f"got none; write at least one, such as {start}0123456789abcdef0")
        for position, each_id in enumerate(found):
            if isinstance(each_id, str) and not each_id.startswith(start):
                text = f"got {each_id!r}; write an id that AWS shows, such as {start}0123456789abcdef0"
                mistakes.add("vpc", key, position, text=text)
    if args.get("reserved_concurrency", 1) < 1:
        mistakes.add("reserved_concurrency", text=f"got {args.get('reserved_concurrency')}; write 1 or more")
    return mistakes


def _email(address: str) -> str:
    if not _EMAIL.fullmatch(address):
        where = " into `alarm_topics`" if address.startswith("arn:") else ", such as ci-alarms@example.com"
        raise ValueError(f"got {address!r}; write {'it' if address.startswith('arn:') else 'an e-mail address'}{where}")
    return address


def _topic(topic: object, region: str) -> object:
    if isinstance(topic, str):
        match = _TOPIC.fullmatch(topic)
        example = f"arn:aws:sns:{region}:123456789012:on-call"
        if match is None:
            advice = (
                "write it into `alarm_emails`" if "@" in topic else f"write the ARN of an SNS topic, such as {example}"
            )
            raise ValueError(f"got {topic!r}; {advice}")
        if match["region"] != region:
            raise ValueError(
                f"got a topic in {match['region']}; an alarm reaches topics of its own region: write {example}"
            )
    return topic
