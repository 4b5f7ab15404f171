"""Sample agencies, one told story and believable volume: only where MINGJIAN_DEMO=1, and only through the same acts."""
