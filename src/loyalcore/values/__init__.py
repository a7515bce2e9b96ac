"""The values that every other room speaks in: points, money, ids, instants, calendar rules, periods, codes, digests."""
