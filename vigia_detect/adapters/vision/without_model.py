"""An analyser where no wound model is installed: it tells usable pictures, and finds nothing."""

from vigia_detect.adapters.vision.quality import QualityChecker
from vigia_detect.domain.findings import Analysis, PictureFindings
from vigia_detect.domain.json_values import list_or_empty, object_or_empty


class WithoutModel:
    """Checks the quality (see `ports.ImageAnalyser`); no wound is looked for."""

    def __init__(self, checker: QualityChecker | None = None) -> None:
        self._checker = checker or QualityChecker()

    def analyse(self, jpeg: bytes) -> Analysis:
        """Return the picture's quality alone. Raises CorruptDataError when it is no picture."""
        found = self._checker.analyse(jpeg)
        return Analysis(
            PictureFindings(
                usable=found["usable"] is True,
                problems=tuple(map(str, list_or_empty(found["problems"]))),
                quality=object_or_empty(found["quality"]),
            )
        )
