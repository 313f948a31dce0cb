"""Mathematics only: arrays in, small frozen records out. No pandas, schema or text."""
