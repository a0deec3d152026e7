"""Small symmetric systems, one for each person, people last in memory.

A D x D matrix is a packed lower triangle, D(D+1)/2 rows (row by row) of n people. Each step of the textbook
algorithm then works on n numbers that lie side by side, which for D = 6 is many times faster than LAPACK
called once a person.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = list[list[Floats]]  # lower triangle, [i][j] with j <= i, each (n,)


def pack(matrix: Floats) -> Floats:
    """The lower triangle of a (D, D, ...) array, (D(D+1)/2, ...)."""
    return np.asarray(matrix[np.tril_indices(len(matrix))])


def unpack(rows: Rows) -> Floats:
    """The whole symmetric matrices, (D, D, n)."""
    return np.array([[rows[max(i, j)][min(i, j)] for j in range(len(rows))] for i in range(len(rows))])


def cholesky(packed: Floats, dimensions: int) -> Rows:
    """L with L L' = the packed matrices; the diagonal holds 1 / L_ii, which is what solving needs."""
    rows: Rows = []
    for i in range(dimensions):
        row: list[Floats] = []
        for j in range(i):
            row.append(_less(packed[i * (i + 1) // 2 + j], row[:j], rows[j][:j]) * rows[j][j])
        row.append(1.0 / np.sqrt(_less(packed[i * (i + 3) // 2], row, row)))
        rows.append(row)
    return rows


def solve(factor: Rows, right: Floats) -> Floats:
    """x (D, n) with L L' x = right."""
    x: list[Floats] = []
    for i, row in enumerate(factor):
        x.append(_less(right[i], row[:i], x) * row[i])
    for i in reversed(range(len(x))):
        below = [row[i] for row in factor[i + 1 :]]
        x[i] = _less(x[i], below, x[i + 1 :]) * factor[i][i]
    return np.array(x)


def inverse(factor: Rows) -> Rows:
    """The lower triangle of (L L')^-1 = X' X with X = L^-1."""
    x: Rows = []
    for i, row in enumerate(factor):
        x.append([_less(np.zeros(1), row[j:i], [x[k][j] for k in range(j, i)]) * row[i] for j in range(i)])
        x[i].append(row[i])
    result: Rows = []
    for i in range(len(x)):
        columns = [(row[i], row) for row in x[i:]]
        result.append([np.asarray(sum(last * row[j] for last, row in columns)) for j in range(i + 1)])
    return result


def log_determinant(factor: Rows) -> Floats:
    """log det(L L'), (n,)."""
    return np.asarray(-2.0 * sum(np.log(row[-1]) for row in factor))


def _less(start: Floats, left: list[Floats], right: list[Floats]) -> Floats:
    """start - sum of left[k] right[k]."""
    for a, b in zip(left, right, strict=True):
        start = start - a * b
    return start
