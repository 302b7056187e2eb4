"""Names as people and strangers write them disturb nothing that stands beside or above them."""

import base64

import pytest
from playwright.sync_api import Locator, Page

from leads.models import Lead
from tests.factories import at, make_lead
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAPED = "Z" + "\u0336\u0301\u0302\u0308\u030c\u035c\u0323" * 12 + "oe"
TURNED = "\u202eetarip"
FROM_THE_RIGHT = "محمد العلي"


@pytest.fixture
def leads(agency) -> list[Lead]:
    """Two in a row, the newer one first."""
    return [
        make_lead(
            agency, name=name, phone="+447700900123", status="hot", score=90,
            summary="A flat", created_at=at(day),
        )
        for name, day in (("Siân Hughes", "2026-06-02 09:00"), ("Named", "2026-06-01 09:00"))
    ]  # fmt: skip


def drawn(page: Page, place: Locator) -> bytes:
    """What is seen in the place, but for its outermost pixels: they are its neighbours' as well."""
    page.mouse.move(0, 0)
    box = place.bounding_box()
    inner = {"x": box["x"] + 2, "y": box["y"] + 2}
    size = {"width": box["width"] - 4, "height": box["height"] - 4}
    return page.screenshot(clip=inner | size, animations="disabled")


# The largest difference of two pictures' colours, of 255; an edge drawn anew may differ by 1.
DIFFERENCE = """async (pictures) => {
  const [one, other] = await Promise.all(pictures.map(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const place = new OffscreenCanvas(image.width, image.height).getContext("2d");
    place.drawImage(image, 0, 0);
    return place.getImageData(0, 0, image.width, image.height).data;
  }));
  if (one.length !== other.length) return 255;
  return one.reduce((most, level, at) => Math.max(most, Math.abs(level - other[at])), 0);
}"""


def look_alike(page: Page, one: bytes, other: bytes) -> bool:
    """Whether nobody would see a difference; a page without a policy compares them."""
    pictures = [base64.b64encode(picture).decode() for picture in (one, other)]
    blank = page.context.pages[0]
    return blank.evaluate(DIFFERENCE, pictures) <= 4


@pytest.mark.parametrize(("address", "row"), [("/leads/", "tbody .row"), ("/", ".waiting__lead")])
def test_marks_heaped_on_a_letter_stay_in_their_row(open_browser, agent, leads, address, row):
    page = open_browser(viewport={"width": 1366, "height": 768})
    signed_in(page, agent).goto(address)
    # On the overview who waits longest comes first, so there the other one is named.
    above, below = (leads[0], leads[1]) if address == "/leads/" else (leads[1], leads[0])
    neighbour = page.locator(row).first
    before = drawn(page, neighbour)

    Lead.objects.filter(id=below.id).update(name=HEAPED)
    page.reload()

    assert above.name in neighbour.inner_text()
    assert look_alike(page, drawn(page, neighbour), before)


def test_what_stands_beside_a_name_is_as_beside_any_other(open_browser, agent, leads):
    page = open_browser(viewport={"width": 1366, "height": 768})
    signed_in(page, agent).goto("/")
    named = page.locator(".waiting__lead").first
    parts = (".waiting__contact", ".waiting__wants", ".waiting__act")
    before = [drawn(page, named.locator(part)) for part in parts]

    for name in (TURNED, FROM_THE_RIGHT, HEAPED):
        Lead.objects.filter(id=leads[1].id).update(name=name)
        page.reload()

        assert name in page.content()
        for part, picture in zip(parts, before, strict=True):
            said = f"{part} beside {name!r}"
            assert look_alike(page, drawn(page, named.locator(part)), picture), said
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366
