"""The two scales: theta in code, T in files and pages. T = 50 + 10 theta."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def t_from_theta(theta: ArrayLike) -> NDArray[np.float64]:
    """T = 50 + 10 theta, any shape; T = 50 is the average person of the pilot."""
    return 50.0 + 10.0 * np.asarray(theta, dtype=np.float64)


def theta_from_t(t: ArrayLike) -> NDArray[np.float64]:
    """theta = (T - 50) / 10, any shape; open ends (+-inf) stay open."""
    return (np.asarray(t, dtype=np.float64) - 50.0) / 10.0
