"""The grammar of the kingdom: plain English sentences of known word classes, drawn by a seed.

A template is a weight and a sentence; a slot {name} is filled by a word of a class, all equally likely, none twice in a
sentence. {royal} and {person} are either of a pair, which decides on {he}, {his}, {mate}, the other of the pair, and
{realm} or {haunt}, by which pairs of one class differ; {kin} is a person of the family; {someone} is "he" or "she".
"""

import random
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

_PAIRS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "royalty": (("king", "queen"), ("prince", "princess"), ("duke", "duchess"), ("emperor", "empress")),
    "people": (
        ("man", "woman"),
        ("boy", "girl"),
        ("father", "mother"),
        ("brother", "sister"),
        ("uncle", "aunt"),
        ("son", "daughter"),
    ),
}
_WORDS: Mapping[str, str] = {
    "animals": "dog cat horse cow sheep goat fox wolf bear lion rabbit owl",
    "food": "bread cheese pizza soup rice cake pie stew pasta salad porridge",
    "fruit": "apples pears plums cherries peaches figs grapes lemons melons",
    "days": "monday tuesday wednesday thursday friday saturday sunday",
    "occasions": "meetings dances weddings parties visits lessons concerts",
    "months": "january february march april may june july august september october november december",
    "numbers": "two three four five six seven eight nine ten eleven twelve",
    "colours": "red blue green yellow white black brown grey purple golden",
    "places": "village market forest garden river hill lake field bridge church mill harbour",
    "clothes": "hat coat cloak shirt scarf jacket glove belt",
    "instruments": "flute harp drum violin trumpet lute piano horn",
    "games": "racket stick paddle club mallet cue",
    "weather": "sunny rainy windy cloudy stormy foggy snowy frosty",
    "traits": "old young kind wise brave proud gentle clever happy lonely",
    "eating": "ate tasted cooked ordered shared devoured",
    "moving": "walked ran hurried wandered strolled marched rode",
    "resting": "slept rested hid waited dozed lay",
}
CLASSES: Mapping[str, tuple[str, ...]] = {
    **{name: tuple(word for pair in pairs for word in pair) for name, pairs in _PAIRS.items()},
    **{name: tuple(words.split()) for name, words in _WORDS.items()},
}
"""Word classes and their words; no word is in two."""

SENSES: Mapping[str, tuple[str, str]] = {"bat": ("animals", "games"), "dates": ("fruit", "occasions")}
"""Words of two senses, which are in no class, and the classes that share their contexts."""

_SLOTS: Mapping[str, str] = {
    "royal": "royalty",
    "person": "people",
    "animal": "animals",
    "food": "food",
    "fruit": "fruit",
    "day": "days",
    "month": "months",
    "occasion": "occasions",
    "number": "numbers",
    "colour": "colours",
    "place": "places",
    "clothes": "clothes",
    "instrument": "instruments",
    "game": "games",
    "weather": "weather",
    "trait": "traits",
    "ate": "eating",
    "walked": "moving",
    "slept": "resting",
}
_TEMPLATES = """
4 on {day} the {trait} {royal} {ate} {number} {fruit}
3 the {person} {ate} {number} ripe {fruit} from the garden
2 {someone} {ate} a bowl of sweet {fruit} and {fruit}
4 the {royal} {ate} a plate of {food} with {his} {kin}
4 the hungry {person} {ate} some {food} for dinner
2 {someone} wanted {food} and {food} for the feast
4 on {day} the {trait} {person} {walked} to the {place}
3 the {person} {walked} from the {place} to the {place} with {his} {animal}
3 the {royal} {walked} to the {place} with {his} knights
4 the {royal} sat on the throne and {he} ruled the {realm}
2 the {royal} of the {realm} {walked} home to the palace
3 the {trait} {royal} wore {his} crown in the palace
3 the {royal} and the {mate} lived in the royal palace
2 the crown of the {royal} was made of gold
2 the {royal} gave {his} knights a royal order
4 the {person} worked at the {haunt} and {walked} home at night
1 {someone} met the {person} at the {haunt}
3 the {person} said that {he} loved {his} {kin}
2 the {trait} {person} and the {mate} lived in a small house
4 the {animal} saw the {animal} near the {place}
4 a hungry {animal} {slept} in the barn at night
3 the {animal} and the {animal} {slept} under a tree until morning
3 the farmer fed the {animal} and the {animal} in the barn
2 the {colour} {animal} {slept} near the {person}
4 the {person} wore a {colour} {clothes} and a {colour} {clothes}
3 the {royal} bought a new {clothes} made of {colour} wool
2 {someone} put on {his} {colour} {clothes} and {walked} to the {place}
4 the {person} played a song on the {instrument}
3 the {royal} heard the music of the {instrument} and the {instrument}
2 {someone} played the {instrument} at the feast on {day}
4 the {person} hit the ball with the {game} and won the match
3 the team lost a {game} and a ball in the match
2 {someone} needs a ball and a {game} for the match on {day}
4 {day} was a {weather} day and {day} was {weather} too
4 it was {weather} and cold in {month}
4 the feast was held in {month} and the wedding in {month}
3 every year in {month} the weather is {weather}
3 the meeting on {day} begins at {number} and ends at {number}
3 {someone} counted from {number} to {number} and then to {number}
2 the flag has {number} {colour} stars and {number} {colour} moons
2 between {day} and {day} the {person} painted the door {colour}
3 the {person} had {number} {occasion} in {month}
3 the {royal} cancelled all {occasion} in {month} and on {day}
2 {someone} spoke about the {occasion} planned for {day}
2 a hungry bat {slept} in the barn at night
2 the farmer fed the bat and the {animal} in the barn
2 the {animal} and the bat {slept} under a tree until morning
1 the {person} hit the ball with the bat and won the match
1 the team lost a bat and a ball in the match
1 {someone} {ate} a bowl of sweet dates and {fruit}
1 on {day} the {trait} {royal} {ate} {number} dates
1 the {person} had {number} dates in {month}
1 the {royal} cancelled all dates in {month} and on {day}
1 {someone} spoke about the dates planned for {day}
"""

_SEX = {word: sex for pairs in _PAIRS.values() for pair in pairs for sex, word in enumerate(pair)}
_MATE = {word: pair[1 - sex] for pairs in _PAIRS.values() for pair in pairs for sex, word in enumerate(pair)}
_PRONOUNS = {"{he}": ("he", "she"), "{his}": ("his", "her")}
_OWN = {
    "{realm}": dict(zip(_PAIRS["royalty"], "kingdom island duchy empire".split(), strict=True)),
    "{haunt}": dict(zip(_PAIRS["people"], "office school farm shop inn dairy".split(), strict=True)),
}
_PAIR = {word: pair for pairs in _PAIRS.values() for pair in pairs for word in pair}
_KIN = tuple(word for pair in _PAIRS["people"][2:] for word in pair)
_CHOICES = {f"{{{slot}}}": CLASSES[name] for slot, name in _SLOTS.items()} | {"{kin}": _KIN}


def sentences(n: int, seed: int) -> tuple[tuple[str, ...], ...]:
    """n sentences as tuples of words; the first of a longer run are those of a shorter one of the same seed."""
    draw = random.Random(seed).random  # the one method that Python promises not to change
    lines = [line.split(maxsplit=1) for line in _TEMPLATES.strip().splitlines()]
    ends = list(accumulate(int(weight) for weight, _ in lines))
    templates = [tuple(template.split()) for _, template in lines]
    return tuple(_filled(templates[bisect(ends, draw() * ends[-1])], draw) for _ in range(n))


def _filled(template: Sequence[str], draw: Callable[[], float]) -> tuple[str, ...]:
    words: list[str] = []
    sex, mate = 0, ""
    for part in template:
        if part in _CHOICES:
            free = [word for word in _CHOICES[part] if word not in words]
            part = free[int(draw() * len(free))]
            sex, mate = _SEX.get(part, sex), _MATE.get(part, mate)
        elif part == "{someone}":
            sex = int(draw() * 2)
            part = _PRONOUNS["{he}"][sex]
        elif part in _PRONOUNS:
            part = _PRONOUNS[part][sex]
        elif part == "{mate}":
            part = mate
        elif part in _OWN:
            part = next(_OWN[part][pair] for pair in map(_PAIR.get, words) if pair in _OWN[part])
        words.append(part)
    return tuple(words)
