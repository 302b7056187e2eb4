"""Numbers with what they count."""


def so_many(number: int, one: str, many: str = "", *, more: bool = False) -> str:
    """`1 lead`, `1,204 leads`, with `more` `10,000+ leads`; `many` where an s makes no plural."""
    unit = one if number == 1 else many or f"{one}s"
    return f"{number:,}{'+' if more else ''} {unit}"
