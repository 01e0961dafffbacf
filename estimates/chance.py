"""How likely a count or a mean is by chance alone: the normal, t, chi-square, beta, gamma, binomial and Poisson curves.

Written here because SciPy takes seconds to import (DESIGN 7); checked against it to 1e-9 relative. Tails are computed
as tails, never as one minus the rest, so that small probabilities keep their digits.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, erfc, exp, floor, inf, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_TINY = 1e-300
_EPSILON = 1e-16
_STANDARD_NORMAL = NormalDist()


def normal_cdf(z: float) -> float:
    """P(Z <= z)."""
    return 0.5 * erfc(-z / sqrt(2))


def normal_quantile(p: float) -> float:
    """z with P(Z <= z) = p; 0 < p < 1."""
    return _STANDARD_NORMAL.inv_cdf(p)


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|)."""
    return erfc(abs(z) / sqrt(2))


def t_two_sided(t: float, degrees: float) -> float:
    """P(|T| >= |t|) for Student's t; `degrees` of freedom need not be whole."""
    square = t * t
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + square), square / (degrees + square))


def t_quantile(p: float, degrees: float) -> float:
    """t with P(T <= t) = p; 0 < p < 1, degrees > 0."""
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -_t_above(p, degrees)
    return _t_above(1 - p, degrees)


def chi_square_quantile(p: float, degrees: float) -> float:
    return 2 * gamma_quantile(p, degrees / 2)


def chi_square_upper(x: float, degrees: float) -> float:
    """P(X >= x)."""
    return incomplete_gamma(degrees / 2, x / 2)[1]


def binomial_at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) of n tries with chance p each."""
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    return incomplete_beta(k, n - k + 1, p)


def binomial_at_most(k: int, n: int, p: float) -> float:
    """P(X <= k) of n tries with chance p each."""
    if k < 0:
        return 0.0
    if k >= n:
        return 1.0
    return incomplete_beta(n - k, k + 1, 1 - p, p)


def binomial_exactly(k: int, n: int, p: float) -> float:
    """P(X = k)."""
    if not 0 <= k <= n:
        return 0.0
    if p in (0.0, 1.0):
        return 1.0 if k == n * p else 0.0
    if k == 0:
        return exp(n * log1p(-p))
    if k == n:
        return exp(n * log(p))
    # x^a y^b / B(a, b) is the chance times k (n - k) / n.
    return _beta_front(k, n - k, p, 1 - p) * n / (k * (n - k))


def binomial_two_sided(k: int, n: int, p: float) -> float:
    """Chance of a count as unlikely as k, or unlikelier, on either side (Fisher's rule, as SciPy's binomtest)."""
    if n == 0:
        return 1.0
    limit = binomial_exactly(k, n, p) * (1 + 1e-7)
    if k == n * p:
        return 1.0
    if k < n * p:
        # Above the expected count the chances only fall: the first one small enough begins the other tail.
        first = _first_true(ceil(n * p), n + 1, lambda at: binomial_exactly(at, n, p) <= limit)
        return min(1.0, binomial_at_most(k, n, p) + binomial_at_least(first, n, p))
    last = _first_true(0, floor(n * p) + 1, lambda at: binomial_exactly(at, n, p) > limit) - 1
    return min(1.0, binomial_at_most(last, n, p) + binomial_at_least(k, n, p))


def poisson_at_most(k: int, mean: float) -> float:
    return 1.0 if mean == 0 else incomplete_gamma(k + 1, mean)[1]


def poisson_at_least(k: int, mean: float) -> float:
    if k <= 0:
        return 1.0
    return 0.0 if mean == 0 else incomplete_gamma(k, mean)[0]


def incomplete_beta(a: float, b: float, x: float, y: float | None = None) -> float:
    """The regularised incomplete beta function I_x(a, b); y = 1 - x may be given where it is known more exactly.

    Continued fraction by Lentz's method (Press et al., Numerical Recipes, 3rd ed. 2007, section 6.4).
    """
    y = 1 - x if y is None else y
    if x <= 0:
        return 0.0
    if y <= 0:
        return 1.0
    front = _beta_front(a, b, x, y)
    if x * (a + b + 2) < a + 1:
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, y) / b


def beta_quantile(p: float, a: float, b: float) -> float:
    """x with I_x(a, b) = p."""
    if p <= 0:
        return 0.0
    if p >= 1:
        return 1.0
    return _solve(
        lambda x: incomplete_beta(a, b, x) - p,
        lambda x: _beta_front(a, b, x, 1 - x) / (x * (1 - x)),
        0.0,
        1.0,
        a / (a + b),
    )


def incomplete_gamma(a: float, x: float) -> tuple[float, float]:
    """The regularised incomplete gamma functions (P(a, x), Q(a, x)); they add up to 1, and the smaller one is exact."""
    if x <= 0:
        return 0.0, 1.0
    front = exp(-_deviance(a, x) - _stirling_error(a)) * sqrt(a / (2 * pi))  # x^a e^-x / Gamma(a)
    if x < a + 1:
        lower = front * _gamma_series(a, x)
        return lower, 1 - lower
    upper = front * _gamma_fraction(a, x)
    return 1 - upper, upper


def gamma_quantile(p: float, a: float) -> float:
    """x with P(a, x) = p, for a gamma variable of shape a and scale 1."""
    if p <= 0:
        return 0.0
    if p >= 1:
        return inf
    # Wilson and Hilferty 1931: the cube root of a gamma variable is nearly normal.
    start = a * max(1e-3, 1 - 1 / (9 * a) + normal_quantile(p) / (3 * sqrt(a))) ** 3
    high = start + 1
    while incomplete_gamma(a, high)[0] < p:
        high *= 2
    return _solve(
        lambda x: incomplete_gamma(a, x)[0] - p,
        lambda x: exp(-_deviance(a, x) - _stirling_error(a)) * sqrt(a / (2 * pi)) / x,
        0.0,
        high,
        start,
    )


def _t_above(tail: float, degrees: float) -> float:
    """t > 0 with P(T > t) = tail, tail < 1/2."""
    start = -normal_quantile(tail)
    high = start + 1
    while t_two_sided(high, degrees) > 2 * tail:
        high *= 2
    return _solve(
        lambda t: 2 * tail - t_two_sided(t, degrees),
        lambda t: 2 * _t_density(t, degrees),
        0.0,
        high,
        start,
    )


def _t_density(t: float, degrees: float) -> float:
    log_front = lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - 0.5 * log(degrees * pi)
    return exp(log_front - (degrees + 1) / 2 * log1p(t * t / degrees))


def _solve(
    rising: Callable[[float], float], slope: Callable[[float], float], low: float, high: float, start: float
) -> float:
    """Where a rising function between low and high is zero: Newton's steps, and halving where they lead astray."""
    at = start if low < start < high else (low + high) / 2
    for _ in range(300):
        value = rising(at)
        if value == 0:
            return at
        if value > 0:
            high = at
        else:
            low = at
        steepness = slope(at)
        step = at - value / steepness if steepness > 0 else low
        # Halving on the scale of the numbers themselves: a root near 1e-9 is found as fast as one near 1.
        middle = sqrt(low * high) if low > 0 and high > 4 * low else (low + high) / 2
        following = step if low < step < high else (high / 16 if low == 0 and step <= low else middle)
        if abs(following - at) <= 1e-13 * abs(at):
            return following
        at = following
    return at


def _first_true(low: int, high: int, is_so: Callable[[int], bool]) -> int:
    """The first number in [low, high) from which on it is so; high where it never is."""
    while low < high:
        middle = (low + high) // 2
        if is_so(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _beta_front(a: float, b: float, x: float, y: float) -> float:
    """x^a y^b / B(a, b), by saddle point, so that large a and b lose no digits (Loader 2000)."""
    n = a + b
    far = _deviance(a, n * x) + _deviance(b, n * y)
    return exp(_stirling_error(n) - _stirling_error(a) - _stirling_error(b) - far) * sqrt(a * b / (2 * pi * n))


def _deviance(x: float, mean: float) -> float:
    """x log(x / mean) + mean - x."""
    apart = (x - mean) / mean
    if abs(apart) < 0.5:
        return mean * ((1 + apart) * log1p(apart) - apart)
    return x * log(x / mean) + mean - x


def _stirling_error(x: float) -> float:
    """log Gamma(x) minus Stirling's formula for it."""
    if x < 10:
        return lgamma(x) - ((x - 0.5) * log(x) - x + 0.5 * log(2 * pi))
    square = x * x
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / x


def _beta_fraction(a: float, b: float, x: float) -> float:
    c = 1.0
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _not_zero(1 + even * d)
        c = _not_zero(1 + even / c)
        total *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _not_zero(1 + odd * d)
        c = _not_zero(1 + odd / c)
        factor = d * c
        total *= factor
        if abs(factor - 1) < _EPSILON:
            break
    return total


def _gamma_series(a: float, x: float) -> float:
    term = total = 1 / a
    step = a
    while term > total * _EPSILON:
        step += 1
        term *= x / step
        total += term
    return total


def _gamma_fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c = 1 / _TINY
    d = 1 / _not_zero(b)
    total = d
    for i in range(1, 1_000_000):
        numerator = -i * (i - a)
        b += 2
        d = 1 / _not_zero(numerator * d + b)
        c = _not_zero(b + numerator / c)
        factor = d * c
        total *= factor
        if abs(factor - 1) < _EPSILON:
            break
    return total


def _not_zero(value: float) -> float:
    return _TINY if abs(value) < _TINY else value
