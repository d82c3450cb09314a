"""The runner's side of jobs: it requests one, sends its log piece by piece, and reports how it ended."""

from http import HTTPStatus
from typing import Any

from rehearsal.gitlab import oidc
from rehearsal.gitlab.api.runners import itself
from rehearsal.gitlab.call import Call
from rehearsal.gitlab.job_payload import payload
from rehearsal.gitlab.jobs import FAILURE_REASONS, RUNNING, Job
from rehearsal.gitlab.messages import ApiError, Reply, forbidden, json_reply, parameter_error
from rehearsal.gitlab.params import Field, mapping, number, text
from rehearsal.gitlab.router import route

LAST_UPDATE = "X-GitLab-Last-Update"
_STATUS, _INTERVAL = "Job-Status", "X-GitLab-Trace-Update-Interval"
_WATCHED = 3
"""Seconds between two pieces of a job's log while somebody watches it."""
_BACKOFF = 1


@route("POST", "/jobs/request", None)
def _request(call: Call) -> Reply:
    runner = itself(call)
    jobs = call.state.jobs
    version = jobs.version
    call.declared(Field("info", mapping), Field("session", mapping), Field("last_update", text))
    job = jobs.next_for(runner, lambda owner: list(call.state.store.ancestors(owner)))
    if job is None:
        return Reply(HTTPStatus.NO_CONTENT, b"", {LAST_UPDATE: version})
    job.start(runner)
    groups = list(call.state.store.ancestors(job.project))
    tokens = {key: _id_token(call, job, aud) for key, aud in job.request.id_tokens.items()}
    owners = [*groups[::-1], job.project]
    return json_reply(payload(job, call.state.store.instance, owners, call.state.url, tokens), HTTPStatus.CREATED)


@route("PUT", "/jobs/:id", None)
def _update(call: Call) -> Reply:
    job = _authenticated(call)
    given = call.declared(
        Field("state", text),
        Field("failure_reason", text),
        Field("exit_code", number),
        Field("output", mapping),
    )
    state = given.get("state")
    ends = state in ("success", "failed")
    if ends and call.state.live_traces and given.get("output", {}).get("checksum") and job.id not in call.state.flushed:
        # The log's last piece is still on its way to the store.
        call.state.flushed.add(job.id)
        return _plain(HTTPStatus.ACCEPTED, {_INTERVAL: str(_BACKOFF)})
    headers = {_INTERVAL: str(_WATCHED), _STATUS: job.status}
    if state == "success":
        job.status = "canceled" if job.status == "canceling" else "success"
    elif state == "failed":
        reason = given.get("failure_reason")
        job.drop(reason if reason in FAILURE_REASONS else FAILURE_REASONS[0], given.get("exit_code"))
    elif state != "running":
        return _plain(HTTPStatus.BAD_REQUEST, headers)
    call.state.jobs.notify()
    return _plain(HTTPStatus.OK, headers)


@route("PATCH", "/jobs/:id/trace", None)
def _append(call: Call) -> Reply:
    job = _authenticated(call)
    content_range = call.request.headers.get("Content-Range")
    if content_range is None:
        raise parameter_error("400 Missing header Content-Range")
    # GitLab reads only the start of the range; the length of the piece gives its end.
    start = content_range.partition("-")[0]
    offset = int(start) if start.isdecimal() else 0
    if offset + len(call.request.body) > job.output_limit:
        job.drop("trace_size_exceeded")
        call.state.jobs.notify()
        raise _refused(HTTPStatus.FORBIDDEN, "403 Forbidden")
    if not job.append(call.request.body, offset):
        raise _refused(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "416 Range Not Satisfiable", {"Range": f"0-{len(job.trace)}"}
        )
    call.state.jobs.notify()
    headers = {_STATUS: job.status, "Range": f"0-{len(job.trace)}", _INTERVAL: str(_WATCHED)}
    return _plain(HTTPStatus.ACCEPTED, headers)


def _authenticated(call: Call) -> Job:
    """The job whose token the request carries. If the job is not running, the refusal tells its runner to stop."""
    job = call.state.jobs.find(call.values["id"])
    token = call.request.params.get("token") or call.request.headers.get("Job-Token")
    if job is None or token != job.token:
        raise forbidden()
    if call.state.store.projects.get(job.project.id) is not job.project:
        raise forbidden("Project has been deleted!")
    if job.status not in RUNNING:
        refusal = forbidden("Job is not running").reply
        raise ApiError(Reply(refusal.status, refusal.body, {_STATUS: job.status}))
    return job


def _id_token(call: Call, job: Job, aud: str) -> str:
    request, state = job.request, call.state
    namespace = next(state.store.ancestors(job.project))
    about = oidc.Job(aud, request.ref, request.ref_type, environment=request.environment)
    return state.issuer.issue(about, job.project, namespace, state.tokens.user("root"), url=state.url, now=state.now())


def _plain(status: HTTPStatus, headers: dict[str, str]) -> Reply:
    return Reply(status, str(int(status)).encode(), headers, "text/plain")


def _refused(status: HTTPStatus, words: str, headers: dict[str, Any] | None = None) -> ApiError:
    return ApiError(json_reply({"error": words}, status, headers))
