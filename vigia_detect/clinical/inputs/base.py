"""What all input models share: closed, strict and unchangeable."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticUseDefault


class Form(BaseModel):
    """A part of the input document: an unknown key or a wrong type is an error, never ignored."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, hide_input_in_errors=True
    )


def _whole(value: Any) -> Any:
    """A JSON number such as 3.0 is an integer too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def default_for_null(value: Any) -> Any:
    """``null`` means missing, also where missing means a default."""
    if value is None:
        raise PydanticUseDefault
    return value


Whole = BeforeValidator(_whole)
FromList = BeforeValidator(_list)

Hours = Annotated[float, Field(ge=0)]
Days = Annotated[float, Field(ge=0)]
Weeks = Annotated[float, Field(ge=0)]
Centimetres = Annotated[float, Field(ge=0)]
Percent = Annotated[float, Field(ge=0, le=100)]
