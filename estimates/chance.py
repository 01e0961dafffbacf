"""How likely a count or a mean is by chance alone: the normal, t, gamma, beta and binomial curves, from scipy.

scipy.special is imported where it is needed first: it takes as long as half a start of `./run read`, and CSAT, NPS and the
other shares need none of it. Tails are computed as tails, never as one minus the rest, so small probabilities keep their digits.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, erfc, floor, lgamma, log, log1p, sqrt
from statistics import NormalDist


def normal_quantile(p: float) -> float:
    """z with P(Z <= z) = p; 0 < p < 1."""
    return NormalDist().inv_cdf(p)


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|)."""
    return erfc(abs(z) / sqrt(2))


def t_two_sided(t: float, degrees: float) -> float:
    """P(|T| >= |t|) for Student's t; `degrees` of freedom need not be whole."""
    from scipy import special

    return 2 * float(special.stdtr(degrees, -abs(t)))


def t_quantile(p: float, degrees: float) -> float:
    """t with P(T <= t) = p; 0 < p < 1, degrees > 0."""
    from scipy import special

    return float(special.stdtrit(degrees, p))


def gamma_quantile(p: float, shape: float) -> float:
    """x with P(X <= x) = p for a gamma variable of scale 1."""
    from scipy import special

    return float(special.gammaincinv(shape, p))


def binomial_at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) of n tries with chance p each."""
    from scipy import special

    if k <= 0:
        return 1.0
    return 0.0 if k > n else float(special.betainc(k, n - k + 1, p))


def binomial_at_most(k: int, n: int, p: float) -> float:
    """P(X <= k) of n tries with chance p each."""
    from scipy import special

    if k < 0:
        return 0.0
    return 1.0 if k >= n else float(special.betaincc(k + 1, n - k, p))


def binomial_two_sided(k: int, n: int, p: float) -> float:
    """Chance of a count as unlikely as k, or unlikelier, on either side (Fisher's rule), 0 < p < 1.

    scipy.stats.binomtest gives the same within 1e-12, relative too; its import alone takes twice as long as scipy.special's.
    """
    limit = _binomial_log(k, n, p) + 1e-7
    if k < n * p:
        # Above the expected count the chances only fall: the first one small enough begins the other tail.
        first = _first_true(ceil(n * p), n + 1, lambda at: _binomial_log(at, n, p) <= limit)
        return min(1.0, binomial_at_most(k, n, p) + binomial_at_least(first, n, p))
    last = _first_true(0, floor(n * p) + 1, lambda at: _binomial_log(at, n, p) > limit) - 1
    return min(1.0, binomial_at_most(last, n, p) + binomial_at_least(k, n, p))


def _binomial_log(k: int, n: int, p: float) -> float:
    """log P(X = k)."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p)


def _first_true(low: int, high: int, is_so: Callable[[int], bool]) -> int:
    """The first number in [low, high) from which on it is so; high where it never is."""
    while low < high:
        middle = (low + high) // 2
        if is_so(middle):
            high = middle
        else:
            low = middle + 1
    return low
