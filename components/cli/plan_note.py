"""`gitlab-ecr plan-note`: describes a preview in words."""

import os
from typing import TextIO

import click

from ..preview import note as preview_note
from ..preview import reading as preview
from .errors import CliError
from .merge_request import MergeRequest
from .progress import progress


@click.command("plan-note")
@click.option(
    "--json",
    "file",
    type=click.File(encoding="utf-8"),
    required=True,
    metavar="FILE",
    help="What `pulumi preview --json` printed; - reads standard input.",
)
@click.option(
    "--post", is_flag=True, help="Post it on this CI job's merge request, in place of the note of an earlier run."
)
def command(file: TextIO, *, post: bool) -> None:
    """Describe in words who gains or loses which rights, and what is replaced or deleted."""
    try:
        read = preview.read(file.read())
    except ValueError as error:
        raise CliError(f"--json {file.name}: {error}") from None
    note = preview_note.note(read)
    if not post:
        click.echo(note, nl=False)
        return
    merge_request = MergeRequest.of_this_job(os.environ)
    with progress("Writing the note"):
        published = merge_request.publish(preview_note.marker(read), note)
    click.echo(f"{'wrote' if published.created else 'updated'} note {published.id} of !{merge_request.iid}")
