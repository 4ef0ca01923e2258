from accounts.bars import Part, parts


def test_lays_the_counts_end_to_end():
    counts = [("tls", 60), ("portal", 30), ("held", 0), ("bad", 10)]

    assert parts(counts, 200) == [
        Part("tls", "0.00%", "30.00%"),
        Part("portal", "30.00%", "15.00%"),
        Part("bad", "45.00%", "5.00%"),
    ]


def test_is_empty_when_there_is_nobody():
    assert parts([("tls", 0)], 0) == []
