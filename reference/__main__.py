"""`python -m reference`: writes docs/reference.md, docs/cli.md, docs/doctor.md and stacks/schema.json anew."""

from pathlib import Path

from . import analysis, command_line, doctor, markdown, stack_file

_ROOT = Path(__file__).parents[1]


def files() -> dict[Path, str]:
    """What the files hold, by their paths."""
    schema = analysis.schema()
    return {
        _ROOT / "docs" / "reference.md": markdown.document(schema),
        _ROOT / "docs" / "cli.md": command_line.document(),
        _ROOT / "docs" / "doctor.md": doctor.document(),
        _ROOT / "stacks" / "schema.json": stack_file.dumps(schema),
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
