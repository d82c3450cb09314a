"""The runner's client of GitLab. Source: gitlab-runner 19.4, `network/gitlab.go` and `network/trace.go`."""

import os
import threading
import time
import zlib
from typing import Any

import urllib3

_FEATURES = ("variables", "image", "services", "masking", "raw_variables", "trace_checksum", "trace_size", "cancelable")
_LARGEST_PIECE = 1 << 20


class Coordinator:
    """Requests of one `[[runners]]`, by the proxy and with the authority of its environment."""

    def __init__(self, runner: dict[str, Any], version: str) -> None:
        self._url, self._token = runner["url"].rstrip("/"), runner["token"]
        authority = runner.get("tls-ca-file") or os.environ.get("SSL_CERT_FILE")
        proxy = os.environ.get("HTTPS_PROXY")
        options: dict[str, Any] = {"retries": False, "timeout": 70, "ca_certs": authority, "maxsize": 8}
        outside = proxy and not self._url.startswith("http://127.0.0.1")
        self._http = urllib3.ProxyManager(str(proxy), **options) if outside else urllib3.PoolManager(**options)
        self._last_update = ""
        features = dict.fromkeys(_FEATURES, True)
        self.info = {"name": "gitlab-runner", "version": version, "executor": runner["executor"], "features": features}

    def verify(self) -> bool:
        body = {"token": self._token, "system_id": "s_0123456789ab", "info": self.info}
        return self._json("POST", "runners/verify", body, {"RUNNER-TOKEN": self._token}).status == 200

    def request(self) -> dict[str, Any] | None:
        """A job, or None; the next request tells GitLab which state of the queue this one saw."""
        body = {"token": self._token, "system_id": "s_0123456789ab", "info": self.info}
        seen = {"last_update": self._last_update} if self._last_update else {}
        try:
            answer = self._json("POST", "jobs/request", {**body, **seen}, {"RUNNER-TOKEN": self._token})
        except urllib3.exceptions.HTTPError:
            return None
        self._last_update = answer.headers.get("X-GitLab-Last-Update", self._last_update)
        return answer.json() if answer.status == 201 else None

    def patch(self, job: dict[str, Any], content: bytes, start: int) -> urllib3.BaseHTTPResponse:
        headers = {
            "JOB-TOKEN": job["token"],
            "Content-Range": f"{start}-{start + len(content) - 1}",
            "Content-Type": "text/plain",
        }
        url = f"{self._url}/api/v4/jobs/{job['id']}/trace?debug_trace=false"
        return self._http.request("PATCH", url, body=content, headers=headers)

    def update(self, job: dict[str, Any], state: str, **more: Any) -> urllib3.BaseHTTPResponse:
        body = {"token": job["token"], "info": self.info, "state": state, **more}
        return self._json("PUT", f"jobs/{job['id']}", body, {"JOB-TOKEN": job["token"]})

    def _json(self, method: str, path: str, body: Any, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        return self._http.request(method, f"{self._url}/api/v4/{path}", json=body, headers=headers)


class Trace:
    """A job's log: sent in pieces while it grows, and complete before the job's end is reported."""

    def __init__(self, coordinator: Coordinator, job: dict[str, Any], masked: list[str], pause: float = 0.1) -> None:
        self._coordinator, self._job, self._pause = coordinator, job, pause
        self._masked = sorted((value.encode() for value in masked if value), key=len, reverse=True)
        self._log = b""
        self._sent = 0
        self._lock = threading.Lock()
        self.aborted = False

    def write(self, text: str | bytes) -> None:
        content = text.encode() if isinstance(text, str) else text
        for value in self._masked:
            content = content.replace(value, b"[MASKED]")
        self._log += content

    def send(self) -> None:
        """Sends what GitLab does not have yet; if GitLab has another length, from there."""
        with self._lock:
            while not self.aborted and self._sent < len(self._log):
                piece = self._log[self._sent : self._sent + _LARGEST_PIECE]
                answer = self._coordinator.patch(self._job, piece, self._sent)
                if answer.status == 403 or answer.headers.get("Job-Status") in ("canceled", "failed"):
                    self.aborted = True
                elif answer.status == 202:
                    self._sent += len(piece)
                elif answer.status == 416:
                    self._sent = int(answer.headers["Range"].rpartition("-")[2])
                else:
                    time.sleep(self._pause)

    def end(self, state: str, **more: Any) -> int:
        """Reports how the job ended, repeatedly while GitLab answers 202; returns the last status."""
        status = 202
        while status == 202:
            self.send()
            if self.aborted:
                return 403
            output = {"checksum": f"crc32:{zlib.crc32(self._log):08x}", "bytesize": len(self._log)}
            answer = self._coordinator.update(self._job, state, output=output, checksum=output["checksum"], **more)
            status = answer.status
            if status == 202:
                time.sleep(float(answer.headers["X-GitLab-Trace-Update-Interval"]))
        return status
