from vigia_detect.domain.case import CaseFile, StageOutput, StageResults
from vigia_detect.ports import ImageAnalyser


class ImageAnalysis:
    """Looks at the picture and says what it found, and what it cannot say."""

    def __init__(self, analyser: ImageAnalyser) -> None:
        self._analyser = analyser

    def __call__(self, case: CaseFile, inputs: StageResults) -> StageOutput:
        """Return findings in the case format's `image_analysis` form, plus measures."""
        del inputs  # the first stage of its branch
        return StageOutput(self._analyser.analyse(case.read_image()))
