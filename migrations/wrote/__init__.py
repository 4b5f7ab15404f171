"""What each migration after the base does to one row of a projected table, in a file named as the migration's.

    def carried(table, key, values):        # names and canonical texts; what the chain wrote of the row beside its key
        yield table, key, values            # the rows of this revision that come of it: none, one or several

Records are never rewritten: replaying them carries every row through these functions (`enforcement.replay`). So each is
pure, imports the standard library alone, and is frozen with its migration. A row that several chains write is whole in
none of them, so a carry asks which values are there.
"""
