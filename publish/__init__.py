"""Publications: what leaves the house, and nothing else. A leaf: it imports neither `enforcement` nor `media`."""
