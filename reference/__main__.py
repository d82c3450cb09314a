"""`python -m reference`: rewrites the generated pages and the picture, the two schemas and templates/first-up/."""

import json
from pathlib import Path

from components.bootstrap.first_up import first_up_policies
from components.bootstrap.naming import BootstrapNames
from components.bootstrap.policies import boundary

from . import analysis, command_line, doctor, markdown, note_picture, stack_file
from .spelling import as_in_a_stack_file

_ROOT = Path(__file__).parents[1]
_NOTE = _ROOT / "tests" / "data" / "preview" / "8-own-add-repository-widen-pull.md"
"""A note of this project's own engine; a test holds it to what `gitlab-ecr plan-note` writes."""


def files() -> dict[Path, str]:
    """The content of each file, by its path."""
    schema = analysis.schema()
    spelled = as_in_a_stack_file(schema)
    example = BootstrapNames("123456789012", "eu-central-1", "gitlab-ecr")
    return {
        **{
            _ROOT / "templates" / "first-up" / f"{name}.json": f"{json.dumps(policy, indent=2)}\n"
            for name, policy in {**first_up_policies(example), "boundary": boundary(example)}.items()
        },
        _ROOT / "docs" / "reference.md": markdown.document(spelled),
        _ROOT / "docs" / "cli.md": command_line.document(),
        _ROOT / "docs" / "doctor.md": doctor.document(),
        _ROOT / "docs" / "note.svg": note_picture.document(_NOTE.read_text()),
        _ROOT / "stacks" / "schema.json": stack_file.dumps(spelled),
        _ROOT / "plugin" / "schema.json": analysis.dumps(schema),
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
