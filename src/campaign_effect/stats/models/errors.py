"""What can go wrong in a model and is known with its place.

CollinearityError
  + DependentColumnsError   which columns
StatisticsError
  + SingleClusterError      no variation between clusters
"""

from __future__ import annotations

from campaign_effect.errors import CollinearityError, StatisticsError


class DependentColumnsError(CollinearityError):
    """Columns of a design matrix are linear combinations of the columns before them.

    Attributes
    ----------
    columns : tuple of int
        Positions of the dependent columns, counted from 0, ascending.
    """

    columns: tuple[int, ...]

    @classmethod
    def of(cls, columns: tuple[int, ...]) -> DependentColumnsError:
        """Name the dependent columns.

        Examples
        --------
        >>> DependentColumnsError.of((2, 5)).columns
        (2, 5)
        """
        error = cls(
            "Columns of the design are linear combinations of columns before them "
            f"({len(columns)}).",
            received=f"columns {list(columns)}, counted from 0",
            hint="leave these terms out, or merge levels that occur together.",
        )
        error.columns = columns
        return error


class SingleClusterError(StatisticsError):
    """All answers come from one cluster, so nothing varies between clusters."""
