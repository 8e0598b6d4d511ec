"""Makes the packaged corpus `web_clauses` from a public-domain text.

The source is Debian's package `sword-text-web` (the World English Bible,
public domain), read with `diatheke`:

    apt-get install sword-text-web diatheke
    python tools/make_web_clauses.py --overwrite

What is done, in this order:

*   The 66 books are printed with markup and footnotes marked; references,
    titles, footnotes, the closing glossary and markup are dropped.
*   The text is lower-cased and cut into words (apostrophes and hyphens inside
    a word kept), clause ends (, ; : . ? !) and marks. Quotation marks are
    dropped. A clause with any other mark in it (a dash, a parenthesis, a
    digit) is dropped.
*   A clause end closes a clause. ? and ! are kept; , ; and : become a full
    stop, like . itself: read alone, "when he had sat down ." is a sentence
    of the corpus and "when he had sat down ," the start of one that is
    missing, and two clauses that differ only there count as one.
*   Distinct clauses of 4 to 15 tokens are kept.
*   Fragments are dropped ("the salt sea .", "which you receive ."): clauses
    that open with a preposition, a relative pronoun or the like, and clauses
    without a verb. A verb is a word that often follows a subject pronoun and
    seldom an article or a possessive. This is a sieve, not a parser: some
    fragments pass, some sentences do not.
*   Of these, clauses made only of the 3,000 most frequent tokens are kept.
*   The SHA-256 digest of a clause decides its split (90/5/5) and its place
    in the file, so the first `n` lines of a file are a random sample.
    The same input gives the same bytes.
"""

import collections
import itertools
import re
import shutil
import subprocess

from absl import app
from absl import flags
from corpus import define_flags
from corpus import keep_frequent
from corpus import output_folder
from corpus import split_by_digest
from corpus import write_splits

MODULE = "engWEB2015eb"
BOOKS = ("Gen-Mal", "Matt-Rev")
MIN_TOKENS = 4
MAX_TOKENS = 15

NOTE = re.compile(r"<note\b.*?</note>")
TAG = re.compile(r"<[^>]*>")
REFERENCE = re.compile(r"^.*? \d+:\d+: ")
GLOSSARY = re.compile(r"The following words used in the World English Bible.*")
QUOTES = re.compile(r"[“”\"]")
# "don't", "yahweh's", "thirty-two"; "righteousness' sake", but not the quote
# mark that closes a speech.
TOKEN = re.compile(r"[a-z]+(?:['-][a-z]+)*(?:(?<=s)'(?= [a-z]))?|[^\sa-z']")
WORD = re.compile(r"[a-z]")
CLAUSE_ENDS = {",": ".", ";": ".", ":": ".", ".": ".", "?": "?", "!": "!"}


def words(text):
    return frozenset(text.split())


# Openers of phrases that lean on what was said before.
LEANING = words(
    "of to from by with in on at into who whom whose which nor or even both "
    "according than including throughout without among like"
)
SUBJECTS = words("i you he she we they who it")
DETERMINERS = words(
    "the a an my your his her their our its of every this these"
)
BE = words("be been being let am is are was were")
# Words that follow a subject as often as verbs do.
NOT_VERBS = words(
    "of to in and with for on not out up by as into before also at down away "
    "among like after if again through forever now according so therefore "
    "off around toward under until even because then here concerning without "
    "within yet both nor over alone beyond ever never neither apart beside "
    "astray quickly immediately suddenly soon already likewise diligently "
    "often something today himself herself themselves myself yourself "
    "yourselves ourselves who all when there greatly continually but utterly "
    "indeed from always certainly"
)

LICENSE = """\
web_clauses
===========

Clauses cut from the World English Bible, which is in the public domain; the
clauses are in the public domain too. The text was changed: lower-cased, cut
into clauses, clause-final punctuation replaced, clauses with rare words and
fragments left out, order lost. "World English Bible" is a trademark of
eBible.org, which asks that a changed text not be called by that name. Hence
this corpus is called `web_clauses`; it is not the World English Bible and
must not be presented as such.

Source: https://ebible.org/web/, as packaged in Debian's `sword-text-web`.
Made by `tools/make_web_clauses.py`.
"""

define_flags("web_clauses", vocabulary_size=3000)


def read_verses():
    """Prints the text with `diatheke` and yields one verse at a time."""
    if shutil.which("diatheke") is None:
        raise FileNotFoundError(
            "The program `diatheke` prints the text; install it and the text "
            "with `apt-get install sword-text-web diatheke`. Received: no "
            "`diatheke` on the search path"
        )
    for books in BOOKS:
        # Footnotes are asked for (`-o f`) to be cut out as marked: left out
        # by `diatheke`, they take the blank after the word with them.
        printed = subprocess.run(
            ["diatheke", "-b", MODULE, "-o", "f", "-f", "OSIS", "-k", books],
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout
        verses = [x for x in printed.splitlines() if REFERENCE.search(x)]
        if not verses:
            raise ValueError(
                "`diatheke` printed no verses; install the text with "
                "`apt-get install sword-text-web`. Received: "
                f"{printed[:200]!r}"
            )
        yield from verses


def clean(verse):
    """Leaves of a printed verse its lower-case text."""
    text = TAG.sub("", NOTE.sub(" ", verse))
    text = GLOSSARY.sub("", REFERENCE.sub("", text))
    text = QUOTES.sub(" ", text.replace("’", "'").replace("‘", " "))
    return " ".join(text.lower().split())


def split_clauses(text):
    """Yields the clauses of a verse as lists of tokens."""
    clause = []
    for token in TOKEN.findall(text):
        if token not in CLAUSE_ENDS:
            clause.append(token)
            continue
        if clause:
            yield [*clause, CLAUSE_ENDS[token]]
        clause = []
    # What a verse ends without a clause end goes on in the next verse and is
    # left out.


def is_plain(clause):
    """Whether a clause has the right length and no stray marks."""
    return MIN_TOKENS <= len(clause) <= MAX_TOKENS and all(
        WORD.match(token) for token in clause[:-1]
    )


def find_verbs(clauses):
    """Returns the words that look like verbs by their neighbours."""
    count, after_subject, after_determiner = (
        collections.Counter() for _ in range(3)
    )
    for clause in clauses:
        for before, word in itertools.pairwise(clause):
            count[word] += 1
            after_subject[word] += before in SUBJECTS
            after_determiner[word] += before in DETERMINERS
    return BE.union(
        word
        for word, n in count.items()
        if word.endswith("n't")
        or word.isalpha()
        and word not in NOT_VERBS
        and after_subject[word] >= max(2, 0.05 * n)
        and after_subject[word] > 2 * after_determiner[word]
    )


def drop_fragments(clauses):
    """Drops clauses that open as a phrase does or have no verb."""
    verbs = find_verbs(clauses)
    return [
        clause
        for clause in clauses
        if clause[0] not in LEANING and not verbs.isdisjoint(clause)
    ]


def main(argv):
    folder = output_folder(argv)
    clauses = {}
    for verse in read_verses():
        for clause in split_clauses(clean(verse)):
            if is_plain(clause):
                clauses[tuple(clause)] = None
    kept = keep_frequent(
        drop_fragments(list(clauses)), flags.FLAGS.vocabulary_size
    )
    write_splits(split_by_digest([" ".join(x) for x in kept]), folder, LICENSE)


if __name__ == "__main__":
    app.run(main)
