"""Polymarket's Data API: what wallets hold. Read side only; it lags the order book service."""

from arbkit.venues.sim.wire.message import Answer, Reply, Request, json_answer


class PositionReads:
    """Answers for positions; no wallet holds anything yet."""

    def routes(self) -> list[tuple[str, str, Reply]]:
        """What is answered here."""
        return [
            ("GET", "/v2/positions", self.positions),
            ("GET", "/positions", self.positions_v1),
            ("GET", "/", lambda _request: json_answer({"data": "OK"})),
        ]

    def positions(self, request: Request) -> Answer:
        """GET /v2/positions?user=."""
        if not request.one("user"):
            return json_answer({"error": "required query param 'user' not provided"}, 400)
        return json_answer({"data": [], "pagination": {"has_more": False, "next_cursor": None}})

    def positions_v1(self, request: Request) -> Answer:
        """GET /positions?user=."""
        if not request.one("user"):
            return json_answer({"error": "required query param 'user' not provided"}, 400)
        return json_answer([])
