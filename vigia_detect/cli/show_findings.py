"""What a picture showed, as lines for a person: a label and a text each."""

from collections.abc import Iterator

from vigia_detect.cli.finding_texts import decimal, percent, word
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.findings import PictureFindings, Tissue, TissueShares, Wound
from vigia_detect.domain.json_values import number, objects

Line = tuple[str, str]
ITEM = "\n    "


def finding_lines(result: JsonObject, overlay: str, lang: str) -> Iterator[Line]:
    """Say what the image analysis found.

    Args:
        result: of the stage `image_analysis`.
        overlay: where the picture with its findings is to be had; empty when there is none.
        lang: es or en.
    """
    found = PictureFindings.from_json(result)
    yield word(lang, "image"), _quality(found, overlay, lang)
    if found.model is not None and found.usable:
        yield from _wound(found, lang)
    yield from _possible(result, lang)


def _quality(found: PictureFindings, overlay: str, lang: str) -> str:
    parts = [word(lang, "usable" if found.usable else "not_usable")]
    parts += _reasons(found, lang)
    if found.usable and found.model is None:
        parts.append(word(lang, "no_model"))
    if overlay:
        parts.append(word(lang, "overlay", where=overlay))
    return "; ".join(part.removesuffix(".") for part in parts)


def _reasons(found: PictureFindings, lang: str) -> list[str]:
    """Return what to do about each problem, or at least its name."""
    said = objects(found.quality.get("reasons"))
    told = {reason.get("problem") for reason in said}
    return [
        *(str(reason[lang]) for reason in said if lang in reason),
        *(word(lang, problem) for problem in found.problems if problem not in told),
    ]


def _wound(found: PictureFindings, lang: str) -> Iterator[Line]:
    label = word(lang, "wound")
    if found.wound is None:
        yield label, word(lang, "no_wound_found")
    else:
        yield label, _extent(found.wound, lang)
        if found.wound.tissue is not None:
            yield word(lang, "tissue"), _tissue(found.wound.tissue, lang)
        yield word(lang, "size"), _size(found, found.wound, lang)
    if found.intact_skin:
        colours = ", ".join(word(lang, f"skin_{colour}") for colour in found.intact_skin)
        yield word(lang, "intact_skin"), colours


def _extent(wound: Wound, lang: str) -> str:
    share = word(lang, "wound_share", share=percent(wound.area_share))
    if wound.components == 1:
        return share
    return f"{share}, {word(lang, 'wound_parts', count=wound.components)}"


def _tissue(shares: TissueShares, lang: str) -> str:
    told = {tissue.value: shares.of(tissue) for tissue in Tissue}
    ranked = sorted((name for name in told if told[name] > 0), key=lambda name: -told[name])
    told["uncertain"] = shares.uncertain  # last, and always said
    return ", ".join(f"{word(lang, name)} {percent(told[name])}" for name in (*ranked, "uncertain"))


def _size(found: PictureFindings, wound: Wound, lang: str) -> str:
    size = wound.size
    if size is None:
        reason = found.quality.get("no_size_because") or "no_size"
        return word(lang, str(reason))
    return word(
        lang,
        "measures",
        length=decimal(size.length_cm, lang),
        width=decimal(size.width_cm, lang),
        area=decimal(size.area_cm2, lang),
    )


def _possible(result: JsonObject, lang: str) -> Iterator[Line]:
    classes = [_class(one, lang) for one in objects(result.get("possible"))]
    if classes:
        yield word(lang, "possible_classes"), ITEM + ITEM.join(classes)
    causes = [str(cause[lang]) for cause in objects(result.get("differentials"))]
    if causes:
        yield word(lang, "other_causes"), ", ".join(causes)
    questions = [str(question[lang]) for question in objects(result.get("questions"))]
    if questions:
        yield word(lang, "questions"), ITEM + ITEM.join(questions)


def _class(one: JsonObject, lang: str) -> str:
    figure = percent(number(one["probability"]))
    return f"{one[lang]}: {word(lang, str(one['likelihood']))}, {figure}"
