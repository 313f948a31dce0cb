"""Results made into reports: one file, or a folder with everything."""

from campaign_effect.report.folder import save_folder
from campaign_effect.report.model import Report, show_result

__all__ = ["Report", "save_folder", "show_result"]
