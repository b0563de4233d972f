"""Which Kalshi market and which Polymarket market pay the same, and why.

A pair is read in this order; each line names the modules that do one step.

**From texts to facts.** `passages` says which part of a market's texts is the question and which sentence decides, with
the shapes of a question in `questions`. `lexicon` turns words into canonical ones, after `joined`, `sporting` and
`turns` have put house style into plain words; `naming` says whose names hold.
`denial` reads what is asked in positive words. `dates` and `timing` read when, `numbers` how much, `sources` by whom,
`essence` what in the rules decides. `facts` is the record of all that.

**From two facts to findings.** `compare` asks for every kind of fact in turn, and each answer is one of `findings`:
- words: `wording`, with what may be left out (`understood`, `beside`), other spellings (`spelling`), the same sentence
  (`alike`), who does it (`actors`), the sides of a match (`sides`), what a series says (`inticker`);
- opposites: `opposed`; numbers: `steps`; time: `calendar`, with spans of days (`spans`) and the next vote (`coming`);
- kinds that exclude each other: `kinds`, `manner`, `editions`, `counted`, `narrowed`, `rulings`;
- the rules against their own title and the other side: `fineprint`, `finedates`, `ruled` with small words that turn a
  question (`ways`); exceptions: `clauses`.

**From findings to a verdict.** `judge` weighs them; `verdict` is what is kept, `card` what a reviewer is shown,
`opinion` what a language model is asked.

**Among two catalogues.** `texts` and `tokens` tell what a market is found by, `columns` reads many at once, `lookup`
files them, `candidates` finds the few that could be twins, `engine` has them judged. `shares` and `errand` are what
other processes are given, `memory` is what is kept from one run to the next.

Data without code stand in `entities`.
"""
