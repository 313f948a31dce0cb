"""Results said the APA way: blocks of raw numbers first, strings last."""
