"""Where the quality gate draws its lines, and where each number comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Engineering defaults, to be calibrated on the hospital's own photographs.

    They were chosen on the 810 training photographs of the Foot Ulcer Segmentation Challenge 2021
    (doi 10.1038/s41598-020-78799-w; 512 x 512, with masks drawn by professionals), and on blurred
    and darkened copies of every eighth, which should not pass. How often each line is crossed
    stands in docs/vision/quality.md.

    Attributes:
        min_focus: the photographs have 2.6 or more, 98 of 100 have 4.0; blurred by a radius of 3
            pixels none of the copies passes.
        min_mean: the photographs have 60 or more, at 15 % of their brightness 26 or less; the
            darkest skin tone of `testing.SKIN` that fills the frame has about 43 and must pass.
        min_light_part: the photographs have 126 or more, at 15 % 38 or less. Both this and
            `min_mean` must be missed: a flash-lit wound in a black room is dark on the mean only.
        max_burnt: the photographs have 0.11 or less; a white sheet may fill half the frame.
        min_colour: the photographs have 10 or more, a grey picture has 0.
        max_cast: the photographs have 1.8 or less; a frame full of red tissue drawn with the
            colour of `testing.TISSUE` about 5; light of one colour more than 10.
        min_side: a wound of a tenth of the frame is then 20 pixels wide, too few to tell tissues.
        min_skin: share of the frame. The photographs have 0.09 or more; a cup of coffee on wood
            has 0.06, a flower, a temple and a rocket have 0.00. Fur and wood may have much more.
        min_tissue: share of the mark. 99 of 100 drawn masks have 0.27 or more.
        min_stands_out: standard deviations. 98 of 100 drawn masks have 1.1 or more; discs set on
            pictures without a wound mostly less than 0.9.
        min_strange: standard deviations; a mark that has them needs neither `min_stands_out` nor
            `min_edge`. All drawn wounds on dark skin have 3.3 or more, half of the masks 4.1;
            discs on a cat, a motorcycle and stained tissue have 2.6 or less.
        min_edge: standard deviations, asked of marks from `large_mark` on. 99 of 100 drawn masks
            have 0.8 or more; discs on a cat and on a motorcycle 0.2 to 0.73.
        large_mark: share of the frame; of smaller marks an outline a little off hides the edge.
        fills_frame: share of the frame from which a mark may stand without skin around it; the
            photographs show none so large, and this is a choice.
        min_red: share of such a mark that must have the red of tissue; wood and coffee are brown.
        min_dressing: share of the frame, a patch of 4 x 4 cm on the width of a foot or sacrum.
        min_text: edges a letter's height. Nine tenths of the dates that a camera burned in have
            2.3 or more; folds and floor boards rarely more than 1.5.
        min_discoloured: share of the skin, so large that toes and knuckles do not count.
    """

    min_focus: float = 2.5
    min_mean: float = 30
    min_light_part: float = 45
    max_burnt: float = 0.6
    min_colour: float = 3
    max_cast: float = 8
    min_side: int = 200
    min_skin: float = 0.08
    min_tissue: float = 0.2
    min_stands_out: float = 0.9
    min_strange: float = 3.0
    min_edge: float = 0.75
    large_mark: float = 0.02
    fills_frame: float = 0.5
    min_red: float = 0.3
    min_dressing: float = 0.03
    min_text: float = 2.0
    min_discoloured: float = 0.05
