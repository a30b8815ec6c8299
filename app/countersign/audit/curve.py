"""Whether 32 bytes are a sound Ed25519 public key: canonical, on the curve, in the group of prime order.

Integer arithmetic on the twisted Edwards curve of RFC 8032, section 5.1; public keys are no secrets, so
nothing here needs constant time.
"""

from countersign.audit.flaw import Flaw

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T)."""
_NOTHING: Point = (0, 1, 1, 0)


def refuse_weak(public: bytes) -> None:
    """Raise Flaw when a public key is not canonical, not on the curve, or of low or mixed order."""
    if len(public) != 32:
        raise Flaw(f"a public key has 32 bytes, this one {len(public)}")
    point = _decode(public)
    if _is_nothing(_times(point, 8)):
        raise Flaw("the public key is a point of low order, under which anyone can sign")
    if not _is_nothing(_times(point, _L)):
        raise Flaw("the public key is a point of mixed order")


def _decode(public: bytes) -> Point:
    number = int.from_bytes(public, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        raise Flaw("the public key is not in canonical form")
    squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(squared, (_P + 3) // 8, _P)
    if (x * x - squared) % _P:
        x = x * _SQRT_OF_MINUS_ONE % _P
    if (x * x - squared) % _P:
        raise Flaw("the public key is no point of the curve")
    if x == 0 and sign:
        raise Flaw("the public key is not in canonical form")
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(point: Point, factor: int) -> Point:
    total = _NOTHING
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


def _is_nothing(point: Point) -> bool:
    return point[0] == 0 and (point[1] - point[2]) % _P == 0
