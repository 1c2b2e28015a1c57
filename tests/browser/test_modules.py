"""The modules of assets/components, each by itself: numbers, colours, what Python sends, the slider under a hand."""

import numpy as np
import pytest

from embviz.ui.cached import Tensors


@pytest.fixture
def run(browser, modules):
    """`run(code)` evaluates code in which `load(name)` imports a module; the page is at hand as `run.page`."""
    context = browser.new_context(has_touch=True)
    page = context.new_page()
    page.goto(f"{modules}/base.css")
    page.set_content("<body style='margin:40px'></body>")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def run(code: str, *arguments):
        script = f"async (given) => {{ const load = (name) => import('{modules}/' + name + '.js'); {code} }}"
        return page.evaluate(script, list(arguments))

    run.page = page
    yield run
    context.close()
    assert errors == []


def test_tensors_arrive_to_the_bit(run):
    arrays = {
        "a": np.random.default_rng(0).standard_normal((3, 5)).astype("<f4"),
        "b": np.array([1e-38, -0.0, 3.4e38], "<f4"),
    }
    data = Tensors.pack(arrays, {"text": "🦁 “quoted”"}).bytes
    got = run(
        "const { readTensors } = await load('tensors'); const { arrays, facts } = readTensors(new Uint8Array(given[0]));"
        "return { facts, a: [...new Uint8Array(arrays.a.numbers.buffer)], b: [...new Uint8Array(arrays.b.numbers.buffer)],"
        " shape: [arrays.a.rows, arrays.a.width, arrays.b.rows] };",
        list(data),
    )
    assert got["facts"] == {"text": "🦁 “quoted”"} and got["shape"] == [3, 5, 3]
    assert bytes(got["a"]) == arrays["a"].tobytes() and bytes(got["b"]) == arrays["b"].tobytes()


@pytest.mark.parametrize(
    ("terms", "result", "decimals", "sign"),
    [
        ([0.030, -0.017], 0.013, 3, "="),
        ([0.0304, -0.0168], 0.0136, 4, "="),  # three decimals would say 0.030 − 0.017 = 0.014
        ([0.03044, 0.01004], 0.04048, 3, "="),
        ([0.0004, 0.0004], 0.0008, 4, "="),
        ([0.00004, 0.00004, 0.00004], 0.00012, 3, "="),
        ([0.1004, 0.1004, 0.0004], 0.2012, 4, "="),
        ([0.00044, 0.00004, 0.00004], 0.00052, 3, "≈"),
    ],
)
def test_a_shown_sum_is_true(run, terms, result, decimals, sign):
    code = "const { settle } = await load('numbers'); return settle(given[0], (...t) => t.reduce((a, b) => a + b), given[1]);"
    got = run(code, terms, result)
    assert got == {"decimals": decimals, "sign": sign}
    rounded = sum(round(term, decimals) for term in terms)
    assert (round(rounded, decimals) == round(result, decimals)) == (sign == "=")


def test_numbers_have_a_true_minus(run):
    code = "const { number, term } = await load('numbers'); return [number(-1.5), number(-0.0001), term(-0.25, 2), term(0.25, 2)];"
    assert run(code) == ["−1.500", "0.000", "(−0.25)", "0.25"]


def test_zero_is_the_page_and_the_limit_is_full_colour(run):
    code = "const { signedFill } = await load('scale'); return given[0].map((v) => signedFill(v, 2));"
    zero, half, full, beyond, negative = run(code, [0, 1, 2, 9, -2])
    assert zero.endswith(",0.000)") and full.endswith(",1.000)") and beyond == full
    assert float(half.rstrip(")").split(",")[-1]) == pytest.approx(0.5**0.7, abs=0.01)
    assert full.startswith("rgba(217,97,26") and negative.startswith("rgba(58,102,224")


def test_prose_names_roles_and_never_markup(run):
    code = (
        "const { prose, element } = await load('dom'); const node = element('p', {}, ...prose(given[0]));"
        "return [node.textContent, [...node.querySelectorAll('*')].map((n) => n.tagName + '.' + n.className)];"
    )
    text, nodes = run(code, "*W* + *P* = *x*, <b>not bold</b>")
    assert text == "W + P = x, <b>not bold</b>" and nodes == ["I.token", "I.position", "I.sum"]


SLIDER = """
const { slider } = await load('slider');
window.heard = [];
const track = slider({ label: 'Stage', count: 8, drag: (at) => (heard.push(['drag', at]), track.show(at, 'now')),
  drop: (at) => (heard.push(['drop', at]), track.show(at, 'now')), key: (at) => (heard.push(['key', at]), track.show(at, 'now')) });
track.node.style.cssText = 'position:relative;height:20px;width:800px';
document.body.append(track.node);
track.show(0, 'first');
"""


def test_the_slider_follows_the_pointer_and_lands_on_a_step(run):
    run(SLIDER)
    mouse = run.page.mouse
    mouse.move(90, 50)
    mouse.down()
    mouse.move(265, 50)
    mouse.move(512, 50, steps=4)
    mouse.up()
    heard = run.page.evaluate("heard")
    drags = [at for kind, at in heard if kind == "drag"]
    assert drags == sorted(drags) and drags[0] == pytest.approx(0, abs=0.01)
    assert drags[1] == pytest.approx((265 - 40) / 800 * 8 - 0.5)
    assert heard[-1] == ["drop", 4]
    assert run.page.get_by_role("slider").get_attribute("aria-valuenow") == "5"


def test_the_slider_stays_within_its_ends(run):
    run(SLIDER)
    mouse = run.page.mouse
    mouse.move(200, 50)
    mouse.down()
    mouse.move(5, 50)
    mouse.move(1200, 50)
    mouse.up()
    heard = run.page.evaluate("heard")
    assert {at for _, at in heard[1:]} == {0, 7} and heard[-1] == ["drop", 7]


def test_the_slider_takes_touch(run):
    run(SLIDER)
    run.page.touchscreen.tap(640, 50)
    assert run.page.evaluate("heard").pop() == ["drop", 6] or run.page.evaluate("heard").pop() == ["drop", 5]


def test_the_slider_takes_keys(run):
    run(SLIDER)
    run.page.get_by_role("slider").focus()
    for key in ("End", "PageDown", "Home", "ArrowUp"):
        run.page.keyboard.press(key)
    assert run.page.evaluate("heard") == [["key", 7], ["key", 6], ["key", 0], ["key", 1]]


def test_python_hears_once_and_only_when_the_hand_lets_go(run):
    heard = run(
        "const { committer } = await load('store'); const sent = []; const c = committer((s) => sent.push(s), { after: 60 });"
        "const at = (stage) => ({ stage }); c.later(at(1)); c.later(at(2)); c.flush(); c.flush(); c.later(at(2)); c.flush();"
        "c.now(at(3)); c.later(at(4)); const stages = () => sent.map((s) => s.stage); const early = stages();"
        "await new Promise((r) => setTimeout(r, 120)); return [early, stages()];"
    )
    assert heard == [[2, 3], [2, 3, 4]]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"n": 1, "k": "1"}, "1 word, once"),
        ({"n": 0, "k": 11}, "0 words, 11 times"),
        ({"n": "1,000"}, "1,000 words,  times"),
    ],
)
def test_a_sentence_has_a_form_for_one(run, values, said):
    code = "const { filled } = await load('dom'); return filled('{n} {n|word|words}, {k|once|# times}', given[0]);"
    assert run(code, values) == said


def test_a_call_that_came_late_ends_nothing(run):
    """Streamlit ends a call at once if the next change was there before the script; the part lives on, and there is one."""
    got = run("""
      const { mounting } = await load('mount'); const said = [];
      const part = (parent, data) => {
        const root = document.createElement('b');
        parent.append(root);
        return { root, update: (now) => said.push(now), destroy: () => said.push(`end ${data}`) };
      };
      const call = mounting(part); const parent = document.createElement('div');
      const late = call({ data: 1, parentElement: parent });
      const newest = call({ data: 2, parentElement: parent });
      late();
      call({ data: 3, parentElement: parent });
      newest();
      const alive = [...said, parent.childNodes.length];
      call({ data: 4, parentElement: parent })();
      const ended = [...said.slice(alive.length - 1), parent.childNodes.length];
      call({ data: 5, parentElement: parent });
      return [alive, ended, parent.childNodes.length];""")
    assert got == [[1, 2, 3, 1], [4, "end 1", 0], 1]


def test_what_python_says_drops_what_it_has_yet_to_hear(run):
    heard = run(
        "const { committer } = await load('store'); const sent = []; const c = committer((s) => sent.push(s.stage), { after: 20 });"
        "c.later({ stage: 5 }); c.known({ stage: 2 }); c.flush(); await new Promise((r) => setTimeout(r, 60)); c.now({ stage: 2 });"
        "const quiet = [...sent]; c.now({ stage: 5 }); return [quiet, sent];"
    )
    assert heard == [[], [5]]


def test_a_heatmap_with_more_cells_than_pixels_shows_their_mean(run):
    code = """
      const { heatmap } = await load('heatmap');
      const read = (image) => [...image.getContext('2d').getImageData(0, 0, image.width, image.height).data];
      const numbers = new Float32Array(given[0]);
      const fine = heatmap({ numbers, rows: 4, width: 2 }, 1, 100, 100);
      const coarse = heatmap({ numbers, rows: 4, width: 2 }, 1, 2, 2);
      return { size: [fine.width, fine.height], fine: read(fine), coarse: read(coarse) };"""
    got = run(code, [1, -1, 1, -1, 1, -0.5, -1, 0.5])  # rows 2 and 3 cancel
    assert got["size"] == [2, 4]
    assert got["fine"][:8] == [217, 97, 26, 255, 58, 102, 224, 255]
    assert got["coarse"][3] == got["coarse"][7] == 255 and got["coarse"][11] == got["coarse"][15] == 0


@pytest.mark.parametrize(
    ("count", "most", "mine", "pairs"),
    [
        (4, 8, 2, [0, 1, 2, 3]),
        (9, 3, 0, [0, 4, 8]),
        (9, 3, 5, [0, 5, 8]),
        (9, 3, 8, [0, 4, 8]),
        (512, 2, 300, [0, 300]),
    ],
)
def test_the_chosen_pair_has_a_clock(run, count, most, mine, pairs):
    code = "const { chosenPairs } = await load('clocks'); return chosenPairs(...given);"
    assert run(code, count, most, mine) == pairs


@pytest.mark.parametrize(
    ("value", "bounds", "within"), [(5.4, [0, 9], 5), (-3, [0, 9], 0), (99, [0, 9], 9), (13, [8, 64, 8], 16)]
)
def test_a_state_stays_within_its_bounds(run, value, bounds, within):
    assert (
        run("const { withinBounds } = await load('picture'); return withinBounds(...given);", value, bounds) == within
    )


def test_parts_of_different_scripts_share_a_store(run):
    code = """
      const { openStore } = await load('store');
      const other = (await import(new URL('store.js?again', (await load('store'), given[0])))).openStore;
      const heard = [];
      other('a').listen((state) => heard.push(state.p));
      openStore('a').set({ p: 3 });
      openStore('b').set({ p: 4 });
      return heard;"""
    assert run(code, run.page.url) == [3]
