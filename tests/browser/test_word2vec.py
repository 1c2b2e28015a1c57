"""word2vec as a person uses it: a training played back, trained live, stopped, waited for; windows and networks."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.lessons import word2vec as lesson
from embviz.tables import word2vec, word2vec_network, word2vec_training, word2vec_word

STATUS = ".st-key-w2v_training_status"


def cloud(page):
    return page.locator(".journey-stage canvas")


def snapshot(page):
    return page.get_by_role("slider", name="Snapshot")


def train(page):
    page.get_by_role("button", name="Train it yourself").click()


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_view_fits(open_page, idle, size, theme):
    page = open_page("word2vec", theme=theme, **SIZES[size])
    for view in lesson.VIEW.options:
        page.locator(".st-key-w2v_view").get_by_text(view, exact=True).click()
        idle(page)
        expect(page.locator("canvas, .lines, .js-plotly-plot").first).to_be_visible()
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
        if size == "wide":
            assert page.locator(".st-key-tries").bounding_box()["y"] < 660


def test_a_training_is_played_back_without_the_server_and_linked(open_page):
    page = open_page("word2vec?w2v_pairs=king+queen")
    expect(snapshot(page)).to_have_value("24")
    last = cloud(page).screenshot()
    page.evaluate(COUNT_SENT)
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(snapshot(page)).to_have_value("4")
    found = word2vec_training.shipped("kingdom", "skip-gram")
    expect(page.locator(".reading")).to_contain_text(f"epoch {found.epochs[4]:.3g}")
    expect(page.locator(".reading")).to_contain_text(f"{100 * found.purities[4]:.1f}%")
    assert page.evaluate("() => window.sent") == 0
    wait_url(page, "w2v_s=4")
    assert cloud(page).screenshot() != last

    page.get_by_role("button", name="Re-fit the plane here").click()
    wait_url(page, "w2v_fit=4")
    expect(page.get_by_role("button", name="Plane of the last snapshot")).to_be_visible()
    expect(page.get_by_text("components of snapshot 4")).to_be_visible()
    again = open_page(page.url)
    expect(snapshot(again)).to_have_value("4")
    again.get_by_role("button", name="Plane of the last snapshot").click()
    again.wait_for_function("() => !location.href.includes('w2v_fit')")
    expect(again.get_by_text("components of snapshot 24")).to_be_visible()


def test_space_plays_to_the_end_and_less_motion_jumps(open_page):
    page = open_page("word2vec?w2v_s=20")
    page.keyboard.press(" ")
    expect(snapshot(page)).to_have_value("24", timeout=8000)
    still = open_page("word2vec?w2v_s=3", reduced_motion="reduce")
    still.keyboard.press(" ")
    expect(snapshot(still)).to_have_value("24", timeout=1000)


def test_a_word_is_picked_and_says_its_neighbours(open_page):
    page = open_page("word2vec")
    box = cloud(page).bounding_box()
    found = word2vec.course(corpus="kingdom", architecture="skip-gram", fit=-1, pairs="")
    king = found.words.index("king")
    page = open_page(f"word2vec?w2v_pick={king}")
    expect(page.locator(".reading .equation")).to_have_text("king")
    n, s = len(found.words), 24
    near = [found.words[int(i)] for i in found.neighbours[s * n + king]]
    cosines = [f"{c:.2f}" for c in found.cosines[s * n + king].tolist()]
    said = page.locator(".reading small").inner_text()
    assert said.endswith(", ".join(f"{word} {c}" for word, c in zip(near, cosines, strict=True)))
    page.mouse.click(box["x"] + 4, box["y"] + 4)  # where no point is
    page.wait_for_function("() => !location.href.includes('w2v_pick')")
    cloud(page).focus()
    page.keyboard.press("ArrowDown")
    wait_url(page, "w2v_pick=0")
    expect(page.locator(".reading .equation")).to_have_text(found.words[0])


def test_the_curves_are_dragged(open_page):
    page = open_page("word2vec")
    box = cloud(page).bounding_box()
    y = box["y"] + 60
    page.evaluate(COUNT_SENT)
    page.mouse.move(box["x"] + box["width"] - 110, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 295, y, steps=10)
    expect(snapshot(page)).to_have_value(re.compile("^[0-2]$"))
    assert page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, "w2v_s=")


def test_a_person_trains_it_and_it_is_played_to_its_end(open_page):
    page = open_page("word2vec?w2v_seed=5&w2v_epochs=5")
    expect(page.get_by_text("The picture is of other settings")).to_be_visible()
    train(page)
    expect(page.get_by_text(re.compile(r"Trained in [\d.]+ s at [\d,]+ words a second"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text("The picture is of other settings")).to_have_count(0)
    expect(snapshot(page)).to_have_value("24", timeout=15_000)
    assert "w2v_seed=5" in page.url and "w2v_s=" not in page.url
    purity = float(page.locator(".reading small").inner_text().split(", ")[1].split("%")[0])
    assert purity > 80
    # the same training answers in the other views
    page.locator(".st-key-w2v_view").get_by_text("Words", exact=True).click()
    expect(page.locator(".near h3").nth(1)).to_have_text("Nearest after training")


def test_trainings_wait_are_stopped_and_end_with_the_tab(open_page):
    link = "word2vec?w2v_corpus=Shakespeare&w2v_epochs=20&w2v_dim=100&w2v_window=10&w2v_negative=20"
    first = open_page(link)
    train(first)
    expect(first.locator(STATUS)).to_contain_text("left", timeout=60_000)
    pages = [first]
    while True:  # as many as run at once, and one that waits
        pages.append(open_page(link))
        train(pages[-1])
        expect(pages[-1].locator(STATUS)).to_contain_text(re.compile("left|Waiting"), timeout=60_000)
        if "Waiting" in pages[-1].locator(STATUS).inner_text():
            break
    waits = pages[-1]
    expect(waits.locator(STATUS)).to_contain_text("Waiting: 1 before you")
    first.close()  # the tab is closed while it trains
    expect(waits.locator(STATUS)).to_contain_text(re.compile(r"loss [\d.]+, [\d,]+ words a second"), timeout=60_000)
    expect(cloud(waits)).to_be_visible()
    waits.get_by_role("button", name="Stop").click()
    expect(waits.get_by_text(re.compile(r"Stopped at \d+%\. What it had learned"))).to_be_visible(timeout=30_000)
    expect(snapshot(waits)).to_be_visible()
    waits.get_by_role("button", name="Go on").click()  # where it was
    expect(waits.locator(STATUS)).to_contain_text(re.compile(r"loss [\d.]+, [\d,]+ words a second"), timeout=60_000)
    waits.get_by_role("button", name="Stop").click()
    expect(waits.get_by_role("button", name="Go on")).to_be_visible(timeout=30_000)
    train(waits)  # and anew from its beginning
    expect(waits.locator(STATUS)).to_contain_text(re.compile(r"^[0-9]%, loss"), timeout=60_000)
    for page in pages[1:-1]:
        page.close()


def test_a_training_that_diverges_says_so_and_the_next_works(open_page):
    page = open_page("word2vec?w2v_rate=100")
    train(page)
    expect(page.get_by_text("the numbers are no longer finite")).to_be_visible(timeout=60_000)
    assert page.locator(".st-key-failure").count() == 0
    page.goto(page.url.replace("w2v_rate=100", "w2v_epochs=1"))
    train(page)
    expect(page.get_by_text(re.compile("Trained in"))).to_be_visible(timeout=60_000)


def test_a_text_of_ones_own_is_learned_and_stays_here(open_page, idle):
    page = open_page("word2vec?w2v_corpus=your+own&w2v_epochs=1")
    page.get_by_role("button", name="Use this text").click()
    expect(page.get_by_text("too few words to learn from: 0 of at least 100")).to_be_visible()
    page.get_by_label("Paste a text").fill("The Zebra ate green grass. A zebra saw the lion run. " * 40)
    page.get_by_role("button", name="Use this text").click()
    expect(page.get_by_text("No training by skip-gram on your text is shipped")).to_be_visible()
    train(page)
    expect(page.get_by_text(re.compile("Trained in"))).to_be_visible(timeout=60_000)
    page.locator(".st-key-w2v_view").get_by_text("Words", exact=True).click()
    page.get_by_label("Word", exact=True).fill("zebra")
    page.get_by_label("Word", exact=True).press("Enter")
    expect(page.get_by_text("“zebra” stands 80 times")).to_be_visible()
    expect(page.locator(".near li").first).to_be_visible()
    assert "Zebra" not in page.url and "own%3A" not in page.url and "own:" not in page.url
    other = open_page(page.url)  # a link does not carry the text
    expect(other.get_by_text("Give a text of your own")).to_be_visible()


def test_the_window_slides_and_counts(open_page):
    page = open_page("word2vec?w2v_view=Window&w2v_sentence=1&w2v_span=2")
    found = word2vec.window(corpus="kingdom", sentence=1, window=2)
    page.evaluate(COUNT_SENT)
    for at in range(6, 8):
        page.keyboard.press("ArrowRight")
        near = [found.words[int(o)] for c, o in found.skipgram.tolist() if c == at]
        expect(page.locator(".reading .query")).to_have_text(f"{found.words[at]} → {', '.join(near)}")
        expect(page.locator(".reading .key")).to_have_text(f"mean({', '.join(near)}) → {found.words[at]}")
    assert page.evaluate("() => window.sent") == 0
    wait_url(page, "w2v_at=7")
    box = page.locator(".picture canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 250, box["y"] + 196)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 196, steps=8)
    page.mouse.up()
    page.wait_for_function("() => /w2v_at=[0-3]/.test(location.href)")


def test_the_network_says_its_numbers(open_page):
    page = open_page("word2vec?w2v_view=Network&w2v_input=queen&w2v_cell=7&w2v_out=2")
    found = word2vec_network.shipped(corpus="kingdom", architecture="skip-gram", words="queen")
    expect(page.locator(".reading .equation")).to_have_text(
        f"h[7] = W[{found.ids[0]}, 7] = {found.hidden[7].item():.3f}".replace("-", "−")
    )
    for out in (3, 4):
        page.keyboard.press("ArrowRight")
        score, chance = found.scores[out].item(), found.chances[out].item()
        said = f"h · C[{found.outputs[out]}] = {score:.2f}, so σ = {chance:.3f}".replace("-", "−")
        expect(page.locator(".reading small")).to_have_text(said)
    wait_url(page, "w2v_out=4")


def test_a_neighbour_is_looked_up(open_page):
    page = open_page("word2vec?w2v_view=Words")
    found = word2vec_word.shipped(corpus="kingdom", architecture="skip-gram", word="bat")
    lists = page.locator(".near section")
    assert lists.nth(1).locator(".go").all_inner_texts() == [one["word"] for one in found.after]
    page.get_by_role("button", name="cat", exact=True).click()
    expect(page.get_by_label("Word", exact=True)).to_have_value("cat")
    expect(page.get_by_text("“cat” stands")).to_be_visible()
    wait_url(page, "w2v_word=cat")


def test_what_is_no_pair_is_said_in_a_sentence(open_page):
    page = open_page("word2vec?w2v_pairs=king")
    expect(page.get_by_text("“king” is not a pair")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    expect(cloud(page)).to_be_visible()
