"""What the errors of the trail have in common: their text, and what it was made of."""


class ToldError(ValueError):
    """Says what is wrong in English; whoever tells it in another language needs both parts.

    Attributes:
        template: the text with its placeholders.
        values: what stands in them.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        """Fill in the values; without any the template is the text."""
        super().__init__(template.format(**values) if values else template)
        self.template, self.values = template, values
