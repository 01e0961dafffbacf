"""Problems that nobody has filed: tickets without a bug that say much the same, found by the words they share.

Area first, then the words. Each ticket is a TF-IDF vector of its subject and excerpt; two are alike if the cosine of
their vectors is at least ALIKE. First come cores in which every ticket is alike to every other (complete linkage) and
three different customers speak (METHODOLOGY 5.4). People word one problem in several ways, and each way makes its own
core: so cores of one area whose centres are alike are joined, and lone tickets go to the core whose centre they are like.
The same tickets always give the same groups, in whatever order they come.

How the numbers were chosen (four seeds of the sample company, its last 60 days: one problem that 26 tickets tell in 20
wordings, among about 180 unlinked tickets that are about nothing in common). Complete linkage alone could not do it: at
0.2 it found it whole and 20 groups that are none; at 0.4, 6 such groups and that problem in three pieces. Cores at
0.5, then joined at 0.5, found all of its tickets in one group, nothing else in it, and 0 to 2 groups of three
or four that are none; so too on two seeds not looked at before. The square root of the rarity is part of that: with the
plain logarithm a chance-shared rare word decides. On tickets that are linked to bugs the groups are almost pure (97 % of
pairs belong to one bug) but a bug that people word in many ways falls apart: it is a list of suggestions, not a count.
On 1,716 real remarks of a shop (not among the project's files) it found nine groups, each of people who say the same.
Limit: when more than about half of all unlinked tickets tell of one outage, its words count as common, and it shows up
once for each way of wording it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from math import log, sqrt

from store.publishing.clusters import Cluster, UnlinkedTicket

ALIKE = 0.5
FEWEST_CUSTOMERS = 3
DAYS = 60  # how far back tickets are looked at ...
NEWEST = 2000  # ... and how many at most
SUBJECT_WEIGHS = 1.5  # a word of the subject says more than one of the excerpt
STEM = 6  # "jumping" and "jumped" are the same word, in any language that bends its ends
TITLE = 80

Vector = dict[str, float]
_WORD = re.compile(r"[^\W_]{2,}")


def cluster(tickets: list[UnlinkedTicket]) -> list[Cluster]:
    """Groups of alike tickets of at least three customers, most customers first; the newest 2,000 tickets are looked at.

    The id of a group is that of its oldest ticket, so it stays the same while that ticket is in the window and in the
    group, whatever is added. The title is the subject most like all others of the group.
    """
    newest = sorted(tickets, key=lambda ticket: (-ticket.opened_on.toordinal(), ticket.id))[:NEWEST]
    newest.sort(key=lambda ticket: (ticket.opened_on, ticket.id))
    vectors = _vectors(newest)
    by_area: dict[str, list[int]] = defaultdict(list)
    for index, ticket in enumerate(newest):
        if vectors[index]:
            by_area[ticket.area or ""].append(index)
    found = []
    for area, members in sorted(by_area.items()):
        groups = _complete_linkage(members, _alike(members, vectors))
        cores = [group for group in groups if _customers(group, newest) >= FEWEST_CUSTOMERS]
        if not cores:
            continue
        in_core = {index for core in cores for index in core}
        alone = [index for index in members if index not in in_core]
        for group in _with_the_lone(_joined(cores, vectors), alone, vectors):
            found.append(_group(area, sorted(group), newest, vectors))
    found.sort(key=lambda each: (-len({ticket.customer for ticket in each.tickets}), each.id))
    return found


def _customers(group: list[int], tickets: list[UnlinkedTicket]) -> int:
    return len({tickets[index].customer for index in group})


def _group(area: str, members: list[int], tickets: list[UnlinkedTicket], vectors: list[Vector]) -> Cluster:
    centre = _centre(members, vectors)
    said = [index for index in members if tickets[index].subject.strip()] or members
    # Of equally central ones the oldest: max() keeps the first.
    central = max(said, key=lambda index: round(_dot(vectors[index], centre), 9))
    title = " ".join((tickets[central].subject.strip() or tickets[central].excerpt).split())
    if len(title) > TITLE:
        title = title[: TITLE - 1].rstrip() + "…"
    return Cluster(tickets[members[0]].id, title, area, tuple(tickets[index] for index in members))


# --- words ---------------------------------------------------------------------------------------------------------------


def _vectors(tickets: Iterable[UnlinkedTicket]) -> list[Vector]:
    """Per ticket: word -> weight, of length 1. Weight = 1 (1.5 in the subject) x sqrt(log(1 + tickets / tickets with the word))."""
    said = []
    for ticket in tickets:
        weights = dict.fromkeys(_words(ticket.excerpt), 1.0)
        weights.update(dict.fromkeys(_words(ticket.subject), SUBJECT_WEIGHS))
        said.append(weights)
    in_tickets = Counter(word for weights in said for word in weights)
    rarity = {word: sqrt(log(1 + len(said) / n)) for word, n in in_tickets.items()}
    vectors = []
    for weights in said:
        weighed = {word: weight * rarity[word] for word, weight in weights.items()}
        length = sqrt(sum(weight * weight for weight in weighed.values()))
        # A word of a single ticket cannot be shared: it only says how much else is said.
        vectors.append(
            {word: weight / length for word, weight in weighed.items() if in_tickets[word] > 1 and weight > 0}
        )
    return vectors


def _words(text: str) -> list[str]:
    return [word[:STEM] if word.isalpha() else word for word in _WORD.findall(text.casefold())]


def _dot(a: Vector, b: Vector) -> float:
    if len(a) > len(b):
        a, b = b, a
    return sum([weight * b[word] for word, weight in a.items() if word in b])


def _centre(group: list[int], vectors: list[Vector]) -> Vector:
    """The mean direction of a group, of length 1."""
    total: Vector = defaultdict(float)
    for index in group:
        for word, weight in vectors[index].items():
            total[word] += weight
    length = sqrt(sum(weight * weight for weight in total.values()))
    return {word: weight / length for word, weight in total.items()}


def _alike(members: list[int], vectors: list[Vector]) -> dict[int, dict[int, float]]:
    """For each ticket those that are alike, with the cosine.

    The words that weigh least in a ticket, and together weigh less than ALIKE, cannot make it alike to anything. They
    are the common ones, so leaving them out of the search for pairs is most of the speed (prefix filtering: Bayardo,
    Ma, Srikant, "Scaling up all pairs similarity search", WWW 2007). The cosine of a pair that is found counts them.
    """
    said_by: dict[str, list[tuple[int, float]]] = defaultdict(list)
    rests: dict[int, tuple[Vector, float]] = {}
    alike: dict[int, dict[int, float]] = {index: {} for index in members}
    for index in members:
        vector = vectors[index]
        shared: dict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for other, their_weight in said_by.get(word, ()):
                shared[other] += weight * their_weight
        for other, part in shared.items():
            rest, length = rests[other]
            if part + length >= ALIKE and (cosine := round(part + _dot(rest, vector), 9)) >= ALIKE:
                alike[index][other] = alike[other][index] = cosine
        rests[index] = _rest(vector)
        for word, weight in vector.items():
            if word not in rests[index][0]:
                said_by[word].append((index, weight))
    return alike


def _rest(vector: Vector) -> tuple[Vector, float]:
    """The least weighty words that together are shorter than ALIKE, and their length."""
    rest: Vector = {}
    squares = 0.0
    for word, weight in sorted(vector.items(), key=lambda pair: (pair[1], pair[0])):
        if squares + weight * weight >= ALIKE * ALIKE * 0.999:
            break
        squares += weight * weight
        rest[word] = weight
    return rest, sqrt(squares)


# --- groups --------------------------------------------------------------------------------------------------------------


def _complete_linkage(members: list[int], alike: dict[int, dict[int, float]]) -> list[list[int]]:
    """Joins the two groups whose least alike pair is most alike, until no two groups are wholly alike.

    Ties go to the older tickets. A group is named by its oldest member.
    """
    groups = {index: [index] for index in members}
    between = {index: dict(others) for index, others in alike.items()}
    waiting = [(-cosine, a, b) for a, others in between.items() for b, cosine in others.items() if a < b]
    heapify(waiting)
    while waiting:
        negative, a, b = heappop(waiting)
        if a not in groups or b not in groups or between[a].get(b) != -negative:
            continue  # one of them has been joined to another group since
        groups[a] += groups.pop(b)
        theirs = between.pop(b)
        ours = between[a]
        del ours[b]
        for other in list(ours):
            if other not in theirs:
                del ours[other], between[other][a]
                continue
            least = min(ours[other], theirs[other])
            if least != ours[other]:
                ours[other] = between[other][a] = least
                heappush(waiting, (-least, min(a, other), max(a, other)))
        for other in theirs:
            if other != a:
                del between[other][b]
    return list(groups.values())


def _joined(cores: list[list[int]], vectors: list[Vector]) -> list[list[int]]:
    """Joins the two cores whose centres are most alike, until no two centres are alike; ties go to the older."""
    groups = {min(core): core for core in cores}
    centres = {name: _centre(core, vectors) for name, core in groups.items()}
    names = sorted(groups)
    waiting = [(-_dot(centres[a], centres[b]), a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
    waiting = [pair for pair in waiting if -pair[0] >= ALIKE]
    heapify(waiting)
    times_joined = dict.fromkeys(names, 0)
    seen = {(a, b): (0, 0) for _, a, b in waiting}
    while waiting:
        _, a, b = heappop(waiting)
        if a not in groups or b not in groups or seen[a, b] != (times_joined[a], times_joined[b]):
            continue  # one of them has changed since
        groups[a] = groups[a] + groups.pop(b)
        centres[a] = _centre(groups[a], vectors)
        times_joined[a] += 1
        for other in groups:
            if other != a and (cosine := _dot(centres[a], centres[other])) >= ALIKE:
                pair = (min(a, other), max(a, other))
                seen[pair] = (times_joined[pair[0]], times_joined[pair[1]])
                heappush(waiting, (-cosine, *pair))
    return list(groups.values())


def _with_the_lone(groups: list[list[int]], alone: list[int], vectors: list[Vector]) -> list[list[int]]:
    """Each lone ticket goes to the group whose centre it is most like, if it is alike at all. The centres do not move."""
    centres = [_centre(group, vectors) for group in groups]
    grown = [list(group) for group in groups]
    for index in alone:
        cosines = [round(_dot(vectors[index], centre), 9) for centre in centres]
        best = max(cosines)
        if best >= ALIKE:
            grown[cosines.index(best)].append(index)
    return grown
