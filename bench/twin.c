/* The twin: the same job in C, as a measure of what the machine could do. Frames in, decisions out.
 *
 *   twin SETUP < frames
 *
 * SETUP: per couple one line "ticker condition yes_token". Frames: one line each, "k" or "p", then the JSON; lines that
 * begin with a capital letter show a book first and are not measured. It parses JSON (unknown keys are skipped, not
 * assumed away), keeps both books as slots of a tick, checks Kalshi's sequence and Polymarket's own best prices, asks an
 * integer gate, and behind it tries every whole number of contracts with the exact fees. Output: the hits, then "took"
 * and the nanoseconds of each message.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int64_t i64;
typedef __int128 i128;

enum { TICKS = 10000, MICRO = 1000000, HASH = 1 << 16, COUPLES = 4096, FINGERS = 2 };

/* Bids of one outcome: a size for each tick, in millionths of a contract, and the best tick. */
typedef struct { i64 size[TICKS + 1]; int best; } Ladder;
typedef struct { Ladder side[2]; } Book; /* 0 yes, 1 no */
typedef struct { const char *text; int length; } Slice;
typedef struct { Slice key; int couple; } Entry;

static Book *books[COUPLES][2];
static Entry tickers[HASH], tokens[HASH];
static i64 last_ms[COUPLES];
static int gate_kalshi[TICKS + 1], gate_polymarket[TICKS + 1];
static i64 last_seq, last_sid = 1;
static const i64 MOST = MICRO - 100000 / 50; /* a profit of $0.10 with 50 contracts wants so much of each dollar */

static void die(const char *why) { fprintf(stderr, "twin: %s\n", why); exit(1); }

static i64 ceil_div(i128 a, i128 b) { return (i64)((a + b - 1) / b); }

/* -- names */

static uint64_t hash_of(Slice s) {
    uint64_t h = 1469598103934665603u;
    for (int i = 0; i < s.length; i++) h = (h ^ (unsigned char)s.text[i]) * 1099511628211u;
    return h;
}

static void put_entry(Entry *table, Slice key, int couple) {
    uint64_t at = hash_of(key) % HASH;
    while (table[at].key.text) at = (at + 1) % HASH;
    table[at] = (Entry){key, couple};
}

static int find(const Entry *table, Slice key) {
    for (uint64_t at = hash_of(key) % HASH; table[at].key.text; at = (at + 1) % HASH)
        if (table[at].key.length == key.length && !memcmp(table[at].key.text, key.text, key.length))
            return table[at].couple;
    return -1;
}

/* -- JSON: as much of it as frames need, and every value can be skipped */

typedef struct { const char *at, *end; } Reader;

static void space(Reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r')) r->at++;
}
static char peek(Reader *r) { space(r); return r->at < r->end ? *r->at : 0; }
static void expect(Reader *r, char c) { if (peek(r) != c) die("unexpected character"); r->at++; }
static int comma(Reader *r) { if (peek(r) == ',') { r->at++; return 1; } return 0; }

static Slice string(Reader *r) {
    expect(r, '"');
    const char *start = r->at;
    while (r->at < r->end && *r->at != '"') r->at += *r->at == '\\' ? 2 : 1;
    if (r->at >= r->end) die("a string without end");
    return (Slice){start, (int)(r->at++ - start)};
}

static i64 integer(Reader *r) {
    space(r);
    i64 n = 0; const char *start = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') n = n * 10 + (*r->at++ - '0');
    if (r->at == start) die("not a whole number");
    return n;
}

static void skip(Reader *r) {
    char c = peek(r);
    if (c == '"') { string(r); return; }
    if (c == '{' || c == '[') {
        char close = c == '{' ? '}' : ']';
        r->at++;
        if (peek(r) == close) { r->at++; return; }
        do { if (c == '{') { string(r); expect(r, ':'); } skip(r); } while (comma(r));
        expect(r, close);
        return;
    }
    const char *start = r->at;
    while (r->at < r->end && !strchr(",]} ", *r->at)) r->at++;
    if (r->at == start) die("no value");
}

static int is(Slice s, const char *word) { return (int)strlen(word) == s.length && !memcmp(s.text, word, s.length); }

/* A plain decimal in units of 10^-digits; more decimals than that must be zeros. */
static i64 decimal(Slice s, int digits) {
    const char *at = s.text, *end = s.text + s.length;
    int negative = at < end && *at == '-'; at += negative;
    i64 n = 0; const char *start = at;
    while (at < end && *at >= '0' && *at <= '9') n = n * 10 + (*at++ - '0');
    if (at == start) die("not a decimal");
    if (at < end && *at == '.') {
        at++;
        while (at < end && *at >= '0' && *at <= '9') {
            if (digits) { n = n * 10 + (*at - '0'); digits--; } else if (*at != '0') die("too many decimals");
            at++;
        }
    }
    while (digits-- > 0) n *= 10;
    if (at != end) die("not a plain decimal");
    return negative ? -n : n;
}

/* -- books */

static int put(Ladder *l, int tick, i64 size) {
    if (tick <= 0 || tick >= TICKS || size < 0) return 0;
    l->size[tick] = size;
    if (size) { if (tick > l->best) l->best = tick; }
    else if (tick == l->best) { while (l->best > 0 && !l->size[l->best]) l->best--; }
    return 1;
}

/* -- fees, exact */

static const i128 E24 = (i128)1000000000000 * 1000000000000;
static const i64 KALSHI_RATE = 70000ll * 1000000, POLYMARKET_PPM = 40000;

static i64 kalshi_fill(i64 price, i64 qty) {
    i128 bare = (i128)KALSHI_RATE * qty; /* 7e10 x 5e7 x 1e6 x 1e6 < 2^127 */
    i64 fee = ceil_div(bare * price * (MICRO - price), E24 * 100) * 100;
    i64 cost = price * qty; /* below 2^63 for less than nine million contracts */
    return ceil_div((i128)cost + (i128)fee * MICRO, 100 * (i64)MICRO) * 100 - cost / MICRO;
}

static i64 polymarket_fee(i64 qty, i64 cost) { /* cost in 1e-12 dollar: rate x c x (w - c) / w, w = qty x 1e6 */
    i128 spread = (i128)cost * ((i128)qty * MICRO - cost);
    i128 below = (i128)MICRO * MICRO * MICRO * qty * 10;
    return ceil_div(spread * POLYMARKET_PPM, below) * 10;
}

typedef struct { i64 price[64], end[65], cost[65], fee[65]; int levels; i64 total; } Depth;

/* The asks of an outcome are the bids of the other one, mirrored; no more of them than 50 contracts need. */
static void depth_of(const Ladder *l, Depth *d, i64 most, int kalshi) {
    d->levels = 0; d->total = 0; d->end[0] = d->cost[0] = d->fee[0] = 0;
    for (int tick = l->best; tick > 0 && d->total < most && d->levels < 64; tick--)
        if (l->size[tick]) {
            i64 price = (i64)(TICKS - tick) * 100, size = l->size[tick]; int n = d->levels++;
            d->price[n] = price;
            d->end[n + 1] = d->total += size;
            d->cost[n + 1] = d->cost[n] + price * size;
            d->fee[n + 1] = kalshi ? d->fee[n] + kalshi_fill(price, size) : 0;
        }
}

static i64 cost_at(const Depth *d, i64 qty, int *level) {
    while (d->end[*level + 1] < qty) ++*level;
    return d->cost[*level] + d->price[*level] * (qty - d->end[*level]);
}

typedef struct { i64 qty, net, cost[2], fee[2]; int side; } Found;

static int best_size(const Book *k, const Book *p, int side, Found *best) {
    static Depth kd, pd;
    const i64 most = 50ll * MICRO;
    depth_of(&k->side[!side], &kd, most, 1);
    depth_of(&p->side[side], &pd, most, 0); /* the opposite outcome is bought there */
    i64 high = kd.total < pd.total ? kd.total : pd.total;
    if (high > most) high = most;
    best->net = 0; best->qty = 0;
    int kl = 0, pl = 0;
    for (i64 qty = 5ll * MICRO; qty <= high; qty += MICRO) {
        i64 kc = cost_at(&kd, qty, &kl), pc = cost_at(&pd, qty, &pl);
        if (qty - kc / MICRO - pc / MICRO < best->net) break; /* past its top, it falls for good */
        i64 yes = side == 0 ? kc : pc;
        if (pc % (10000ll * MICRO) || pc < (i64)MICRO * MICRO || yes < 5ll * MICRO * MICRO) continue;
        i64 kf = kd.fee[kl] + kalshi_fill(kd.price[kl], qty - kd.end[kl]), pf = polymarket_fee(qty, pc);
        i64 net = qty - ceil_div(kc, MICRO) - ceil_div(pc, MICRO) - kf - pf;
        if (net > best->net) *best = (Found){qty, net, {ceil_div(kc, MICRO), ceil_div(pc, MICRO)}, {kf, pf}, side};
    }
    return best->net >= 100000 && best->net > 20000;
}

static int decide(int couple, Found *found) {
    const Book *k = books[couple][0], *p = books[couple][1];
    int ky = k->side[0].best, kn = k->side[1].best, py = p->side[0].best, pn = p->side[1].best;
    if (!ky || !kn || !py || !pn || ky + kn >= TICKS || py + pn >= TICKS) return 0;
    for (int side = 0; side < 2; side++) {
        int a = TICKS - k->side[!side].best, b = TICKS - p->side[side].best;
        if (gate_kalshi[a] + gate_polymarket[b] <= MOST) return best_size(k, p, side, found);
    }
    return 0;
}

/* -- frames */

static void kalshi_levels(Reader *r, Ladder *l, int mirrored) {
    expect(r, '[');
    if (peek(r) == ']') { r->at++; return; }
    do {
        expect(r, '[');
        int tick = (int)decimal(string(r), 4); expect(r, ',');
        i64 size = decimal(string(r), 2) * 10000; expect(r, ']');
        if (!put(l, mirrored ? TICKS - tick : tick, size)) die("a level that cannot be");
    } while (comma(r));
    expect(r, ']');
}

static int kalshi(Reader *r) {
    Slice type = {0}, ticker = {0}, price = {0}, delta = {0}, side = {0};
    i64 sid = 0, seq = 0; int couple = -1;
    expect(r, '{');
    do {
        Slice key = string(r); expect(r, ':');
        if (is(key, "type")) type = string(r);
        else if (is(key, "sid")) sid = integer(r);
        else if (is(key, "seq")) seq = integer(r);
        else if (is(key, "msg")) {
            expect(r, '{');
            do {
                Slice name = string(r); expect(r, ':');
                if (is(name, "market_ticker")) { ticker = string(r); couple = find(tickers, ticker); }
                else if (is(name, "price_dollars")) price = string(r);
                else if (is(name, "delta_fp")) delta = string(r);
                else if (is(name, "side")) side = string(r);
                else if (is(name, "yes_dollars_fp")) kalshi_levels(r, &books[couple][0]->side[0], 0);
                else if (is(name, "no_dollars_fp")) kalshi_levels(r, &books[couple][0]->side[1], 1);
                else skip(r);
            } while (comma(r));
            expect(r, '}');
        } else skip(r);
    } while (comma(r));
    expect(r, '}');
    if (couple < 0 || sid != last_sid || seq != last_seq + 1) die("out of sequence");
    last_seq = seq;
    if (is(type, "orderbook_snapshot")) return couple;
    if (!is(type, "orderbook_delta")) die("an unknown frame");
    int no = is(side, "no"), tick = (int)decimal(price, 4);
    if (!no && !is(side, "yes")) die("neither yes nor no");
    if (no) tick = TICKS - tick; /* use_yes_price */
    Ladder *l = &books[couple][0]->side[no];
    if (tick <= 0 || tick >= TICKS || !put(l, tick, l->size[tick] + decimal(delta, 2) * 10000)) die("does not fit");
    return couple;
}

static void polymarket_levels(Reader *r, Slice *prices, Slice *sizes, int *count) {
    expect(r, '['); *count = 0;
    if (peek(r) == ']') { r->at++; return; }
    do {
        expect(r, '{');
        do {
            Slice key = string(r); expect(r, ':');
            if (is(key, "price")) prices[*count] = string(r);
            else if (is(key, "size")) sizes[*count] = string(r);
            else skip(r);
        } while (comma(r));
        expect(r, '}'); ++*count;
    } while (comma(r));
    expect(r, ']');
}

typedef struct { Slice asset, price, size, side, bid, ask; } Change;

static int polymarket(Reader *r) {
    static Change changes[16]; static Slice prices[2][128], sizes[2][128];
    int n = 0, levels[2] = {0, 0}; Slice type = {0}, asset = {0}, stamp = {0};
    expect(r, '{');
    do {
        Slice key = string(r); expect(r, ':');
        if (is(key, "event_type")) type = string(r);
        else if (is(key, "asset_id")) asset = string(r);
        else if (is(key, "timestamp")) stamp = string(r);
        else if (is(key, "bids")) polymarket_levels(r, prices[0], sizes[0], &levels[0]);
        else if (is(key, "asks")) polymarket_levels(r, prices[1], sizes[1], &levels[1]);
        else if (is(key, "price_changes")) {
            expect(r, '[');
            do {
                Change *c = &changes[n++];
                memset(c, 0, sizeof *c);
                expect(r, '{');
                do {
                    Slice name = string(r); expect(r, ':');
                    if (is(name, "asset_id")) c->asset = string(r);
                    else if (is(name, "price")) c->price = string(r);
                    else if (is(name, "size")) c->size = string(r);
                    else if (is(name, "side")) c->side = string(r);
                    else if (is(name, "best_bid")) c->bid = string(r);
                    else if (is(name, "best_ask")) c->ask = string(r);
                    else skip(r);
                } while (comma(r));
                expect(r, '}');
            } while (comma(r) && n < 16);
            expect(r, ']');
        } else skip(r);
    } while (comma(r));
    expect(r, '}');
    i64 ms = decimal(stamp, 0);
    if (is(type, "book")) {
        int couple = find(tokens, asset);
        if (couple < 0) die("an unknown token");
        Book *book = books[couple][1];
        for (int side = 0; side < 2; side++)
            for (int i = 0; i < levels[side]; i++) {
                int tick = (int)decimal(prices[side][i], 4);
                if (!put(&book->side[side], side ? TICKS - tick : tick, decimal(sizes[side][i], 6))) die("a level");
            }
        last_ms[couple] = ms;
        return couple;
    }
    if (!is(type, "price_change")) die("an unknown event");
    int couple = -1; Change *top = 0;
    for (int i = 0; i < n; i++) {
        int known = find(tokens, changes[i].asset);
        if (known < 0) continue;
        if (ms < last_ms[known]) die("older than the book");
        int buy = is(changes[i].side, "BUY"), tick = (int)decimal(changes[i].price, 4);
        if (!buy && !is(changes[i].side, "SELL")) die("neither BUY nor SELL");
        couple = known; top = &changes[i];
        if (!put(&books[couple][1]->side[!buy], buy ? tick : TICKS - tick, decimal(changes[i].size, 6))) die("no fit");
    }
    if (!top) die("nothing of ours");
    Book *book = books[couple][1];
    if (book->side[0].best != decimal(top->bid, 4) || TICKS - book->side[1].best != decimal(top->ask, 4))
        die("our best prices are not the venue's");
    last_ms[couple] = ms;
    return couple;
}

/* -- the run */

static i64 now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 2) die("usage: twin SETUP < frames");
    FILE *setup = fopen(argv[1], "r");
    char ticker[256], condition[256], token[256]; int couples = 0;
    while (setup && fscanf(setup, "%255s %255s %255s", ticker, condition, token) == 3) {
        if (couples == COUPLES) die("too many couples");
        put_entry(tickers, (Slice){strdup(ticker), (int)strlen(ticker)}, couples);
        put_entry(tokens, (Slice){strdup(token), (int)strlen(token)}, couples);
        for (int venue = 0; venue < 2; venue++) books[couples][venue] = calloc(1, sizeof(Book));
        couples++;
    }
    for (int tick = 0; tick <= TICKS; tick++) { /* floors: never above the true price of a contract with its fee */
        i64 price = tick * 100;
        gate_kalshi[tick] = (int)(price + (i64)((i128)KALSHI_RATE * MICRO * price * (MICRO - price) / E24));
        gate_polymarket[tick] = (int)(price + POLYMARKET_PPM * price / MICRO * (MICRO - price) / MICRO);
    }
    size_t room = 0, used = 0; char *text = 0;
    for (size_t got = 1; got;) {
        if (room - used < 1 << 20) text = realloc(text, room = room * 2 + (1 << 22));
        used += got = fread(text + used, 1, room - used, stdin);
    }
    int lines = 0;
    for (size_t i = 0; i < used; i++) lines += text[i] == '\n';
    Reader *frames = malloc(sizeof(Reader) * lines); i64 *took = malloc(sizeof(i64) * lines);
    Found *hits = malloc(sizeof(Found) * lines); int *at = malloc(sizeof(int) * lines), count = 0, measured = 0;
    const char *line = text;
    for (int i = 0; i < lines; i++) {
        const char *end = memchr(line, '\n', text + used - line);
        frames[i] = (Reader){line, end};
        line = end + 1;
    }
    for (int i = 0; i < lines; i++) {
        Reader r = {frames[i].at + 1, frames[i].end}; char whose = *frames[i].at; Found found;
        if (whose == 'K' || whose == 'P') { if (whose == 'K') kalshi(&r); else polymarket(&r); continue; }
        i64 started = now_ns();
        int couple = whose == 'k' ? kalshi(&r) : polymarket(&r), hit = decide(couple, &found);
        i64 ns = now_ns() - started;
        if (hit) { at[count] = measured; hits[count++] = found; }
        took[measured++] = ns;
    }
    for (int i = 0; i < count; i++)
        printf("hit %d %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", at[i],
               hits[i].side ? "no" : "yes", hits[i].qty, hits[i].net, hits[i].cost[0], hits[i].fee[0], hits[i].cost[1],
               hits[i].fee[1]);
    printf("took");
    for (int i = 0; i < measured; i++) printf(" %" PRId64, took[i]);
    printf("\n");
    return 0;
}
