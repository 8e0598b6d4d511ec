"""The page in a real browser: what a visitor types, clicks and sees."""

import os
import shutil

import pytest
import spaces
from playwright.sync_api import expect
from playwright.sync_api import sync_playwright
from server_of import served

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)

expect.set_options(timeout=30_000)  # The machine may be busy.

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="no Chromium is installed (Debian: apt-get install chromium)",
    ),
]


@pytest.fixture(scope="module")
def browser():
    # Chromium refuses to sandbox itself for root, as in containers.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=options
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def text():
    space = spaces.space(spaces.text_model(epochs=10), spaces.TEXT)
    space.warm_up()  # As the command does.
    with served(space) as visitor:
        yield visitor


@pytest.fixture
def opened(browser):
    """Opens pages; at the end, none has complained or asked elsewhere."""
    pages, complaints, asked = [], [], set()

    def open_page(visitor, **options):
        page = browser.new_page(**options)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda one: asked.add(one.url.split("/")[2]))
        page.on(
            "console",
            # What the page shows, the console says as well.
            lambda one: (
                "Failed to load" in one.text or complaints.append(one.text)
            ),
        )
        page.goto(f"http://{visitor.host}/")
        pages.append((page, visitor))
        return page

    yield open_page
    assert complaints == []
    assert asked <= {visitor.host for _, visitor in pages}
    for page, _ in pages:
        page.close()


def tab(page, name):
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name)


def test_a_sentence_is_typed_walked_moved_and_found(opened, text):
    page = opened(text)
    for letter, sentence in (("A", "a man sleeps ."), ("B", "my cat sings ?")):
        box = page.get_by_label(f"{letter}: a sentence")
        box.fill(sentence)
        box.press("Enter")
    expect(page.locator(".slot.a .copy")).to_contain_text("comes back as")
    near = tab(page, "Neighbours").get_by_role("listitem")
    expect(near).to_have_count(6)
    expect(near.first).to_contain_text("a man sleeps .0.00")

    walk = tab(page, "Walk")
    slider = walk.get_by_role("slider")
    space_of = text.post("read", {"piece": "a man sleeps ."}).json()
    slider.press("Home")
    expect(walk.locator("output")).to_have_text("0.00")
    start = space_of["copy"]["piece"]["text"]
    expect(walk.locator(".stage .text")).to_have_text(start)
    slider.press("End")
    expect(walk.locator("output")).to_have_text("1.00")

    moved = tab(page, "Arithmetic")
    moved.get_by_label("feature").select_option("ends with: ?")
    expect(moved).to_contain_text("25 have it, 25 lack it")
    moved.get_by_label("feature").select_option("a word of your own")
    moved.get_by_label("word", exact=True).fill("zebra")
    moved.get_by_label("word", exact=True).press("Enter")
    expect(moved.get_by_role("alert")).to_contain_text("0 that have it")


def test_samples_become_the_ends_of_a_walk(opened, text):
    page = opened(text)
    samples = tab(page, "Samples")
    items = samples.get_by_role("listitem")
    expect(items).to_have_count(10)
    plain = {"count": 10, "seed": 1}
    refined = {**plain, "decoding": {"num_refinements": 1}}
    plain, wanted = (
        text.post("sample", asked).json()["items"] for asked in (plain, refined)
    )
    assert spaces.texts_of(plain) != spaces.texts_of(wanted)
    samples.get_by_role("button", name="Draw others").click()
    texts = items.locator(".text")
    again = samples.get_by_label("encode and decode again")
    expect(again).to_be_checked()  # Of sentences.
    expect(texts).to_have_text(spaces.texts_of(wanted))
    again.uncheck()
    expect(texts).to_have_text(spaces.texts_of(plain))
    again.check()
    expect(texts).to_have_text(spaces.texts_of(wanted))
    items.nth(2).get_by_role("button", name="Hold as A").click()
    box = page.get_by_label("A: a sentence")
    expect(box).to_have_value(wanted[2]["piece"]["text"])
    samples.get_by_label("how many").fill("65")
    samples.get_by_label("how many").press("Enter")
    expect(samples.get_by_role("alert")).to_contain_text("from 1 to 64")
    page.get_by_label("decoder").select_option("random")
    samples.get_by_label("how many").fill("5")
    samples.get_by_label("how many").press("Enter")
    expect(items).to_have_count(5)


def test_the_map_is_for_mice_and_keys(opened, text):
    page = opened(text)
    chart = page.get_by_label("Map of codes", exact=True)
    card = page.locator(".here .card")
    expect(chart).to_be_visible()  # Its codes have come.
    box = chart.bounding_box()
    # The outermost dot lies at a side, 94% of the way out.
    places = text.get("/api/map").json()["places"]
    index = max(range(len(places)), key=lambda i: max(map(abs, places[i])))
    side = 0.47 * min(box["width"], box["height"])
    x, y = places[index]
    at = {"x": box["width"] / 2 + side * x, "y": box["height"] / 2 - side * y}
    chart.hover(position=at)
    expect(page.locator(".tip")).to_have_text(spaces.TEXT[index])
    chart.click(position=at)
    expect(card).to_contain_text("the nearest of the data")
    card.get_by_role("button", name="Hold as B").click()
    expect(page.locator(".slot.b .copy")).to_contain_text("which decodes to")
    first = card.element_handle()
    chart.press("ArrowLeft")
    chart.press("Enter")
    page.wait_for_function("card => !card.isConnected", arg=first)
    expect(card).to_have_count(1)
    expect(page.locator(".legend .bar")).to_be_visible()
    page.get_by_label("coloured by").select_option("ends with")
    sign = page.locator(".legend").get_by_role("button", name="?")
    sign.click()
    expect(sign).to_have_attribute("aria-pressed", "true")


def test_two_visitors_and_one_who_leaves(opened, text):
    one, other = opened(text), opened(text)
    one.get_by_label("A: a sentence").fill("a man sleeps .")
    other.get_by_label("A: a sentence").fill("the dog runs .")
    other.get_by_label("A: a sentence").press("Enter")
    one.close()
    near = tab(other, "Neighbours").get_by_role("listitem")
    expect(near.first).to_contain_text("the dog runs .")


def test_a_server_that_is_gone_is_said_to_be(opened):
    space = spaces.space(spaces.text_model(prior=None))
    with served(space) as visitor:
        page = opened(visitor)
        expect(page.locator("#chart .cannot")).to_contain_text("without data")
        expect(tab(page, "Samples")).to_contain_text("no generator")
        expect(tab(page, "Change")).to_contain_text("without labels")
        expect(tab(page, "Arithmetic")).to_contain_text("without data")
    page.get_by_label("A: a sentence").fill("a man sleeps .")
    page.get_by_label("A: a sentence").press("Enter")
    alert = page.locator(".slot.a").get_by_role("alert")
    expect(alert).to_contain_text("does not answer")


def test_images_are_drawn_and_molecules_shown(opened):
    images = spaces.space(spaces.image_model(), *spaces.digits())
    with served(images) as visitor:
        page = opened(visitor)
        slot = page.locator(".slot.a")
        expect(slot).to_contain_text("comes back")
        slot.get_by_role("button", name="clear").click()
        expect(slot.get_by_label("to draw on")).to_be_visible()
        slot.get_by_label("to draw on").click(position={"x": 50, "y": 50})
        walk = tab(page, "Walk")
        expect(walk.locator(".stage").get_by_role("img")).to_be_visible()
        again = tab(page, "Samples").get_by_label("encode and decode again")
        expect(again).not_to_be_checked()
    molecules = spaces.space(spaces.molecule_model(), spaces.MOLECULES)
    with served(molecules) as visitor:
        page = opened(visitor)
        box = page.get_by_label("A: a molecule")
        box.fill("OCC")
        box.press("Enter")
        picture = page.locator(".slot.a img").first
        expect(picture).to_have_attribute("alt", "CCO")
        # The policy of the page lets it be seen.
        page.wait_for_function(
            "image => image.naturalWidth", arg=picture.element_handle()
        )
        box.fill("C1CC")
        box.press("Enter")
        alert = page.locator(".slot.a").get_by_role("alert")
        expect(alert).to_contain_text("no molecule")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [340, 1280])
def test_it_fits_and_can_be_read(opened, text, width, scheme):
    size = {"width": width, "height": 700}
    page = opened(text, viewport=size, color_scheme=scheme)
    for name in ("Samples", "Arithmetic", "Walk"):
        tab(page, name)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.body.scrollWidth") <= width
    colours = page.evaluate(
        "['color', 'backgroundColor'].map("
        "name => getComputedStyle(document.body)[name])"
    )
    ink, paper = (
        sum(map(int, one.strip("rgb()").split(","))) for one in colours
    )
    assert (ink < paper) == (scheme == "light") and abs(ink - paper) > 500
