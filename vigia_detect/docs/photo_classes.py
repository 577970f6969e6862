"""The page docs/reference/photo-classes.md: what a picture may say of the class."""

from vigia_detect.clinical.photo_data import PhotoModel, Row, load_photo_model
from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import codes, table

HEAD = """\
From `vigia_detect/clinical/data/photo_classes.yaml`. Each part of the wound's area votes with the
row of its tissue; what could not be told votes with `unknown`. A class that rows exclude loses its
probability to them, once they cover `seen` of the area. There are no pictures with a confirmed
class to calibrate on: which classes a row allows and excludes follows its source, how wide it
spreads is a policy. A person always confirms."""


def page() -> str:
    """Return `photo-classes.md`."""
    model = load_photo_model()
    return markdown.page(
        "Classes that a picture makes possible",
        f"Version {model.version}. {HEAD}",
        "## Rows",
        table(
            ["Seen", "Rows of A.2", "Probability", "Never", "Always a candidate", "Source"],
            ([f"`{name}`", row.id, _chances(row), codes(row.never), codes(row.keep),
              row.evidence.cite()] for name, row in model.rows.items()),
        ),
        "## Limits",
        _limits(model),
        "## Problems of a usable picture, and the share that they make uncertain",
        table(["Problem", "Share"], ([f"`{name}`", share] for name, share in model.doubt.items())),
        "## Questions: what a picture cannot show",
        table(
            ["Id", "Question", "First while possible", "Only with", "Answered by"],
            ([f"`{name}`", one.es, codes(one.classes), one.row or "", codes(one.asks)]
             for name, one in model.questions.items()),
        ),
    )  # fmt: skip


def _chances(row: Row) -> str:
    return ", ".join(f"`{class_}` {chance:g}" for class_, chance in row.gives.items())


def _limits(model: PhotoModel) -> str:
    limits = {name: getattr(model.limits, name) for name in type(model.limits).model_fields}
    rows = ([f"`{name}`", one.value, one.evidence.cite()] for name, one in limits.items())
    return table(["Limit", "Value", "Source"], rows)
