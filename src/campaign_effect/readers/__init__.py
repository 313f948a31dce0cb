"""Files of many sources, read as text: one file per source, recognised from its content."""
