/**
 * What the mock provider calls what it finds: the words that were said, without what people say around them. Nothing is
 * put into other words, but for the form of a verb; what means nothing outside of its moment gets no title.
 */

/** Longer ones end at a clause, or at a word. */
const TITLE_CHARS = 120;
/** Shorter ones say nothing. */
const TITLE_CHARS_MIN = 8;

/** Said on the way to the point. */
const LEAD =
  /^(?:(?:so|and|but|then|well|okay|ok|yes|just|simply|also|maybe|actually|definitely|certainly|quickly|i think|i guess|we should|we'll|we will|we need to|we're going to|please)[, ]+)+/i;
const TRAIL =
  /[,\s]+(?:though|then|too|as well|actually|anyway|at the moment|right now|please|okay|though|no more|with love|either way|provisionally)$/i;
/** Where somebody goes on with another sentence. */
const NEXT_SENTENCE =
  /,? (?:so that|because|whereas)\b|(?:, (?:and (?:then )?)?| and )(?:I|we|you|he|she|they|it|that|there|this|who(?:ever)?|nobody|everybody|somebody)(?:'(?:ll|s|re|d|ve|m))?\b/i;
/** Words that need what was said before them. */
const LIGHT_WORDS =
  /\b(?:it|that|this|those|these|them|him|her|me|you|us|one|so|up|down|over|there|to|at|for|with|on|in|as|now|first|today|soon|later|(?:this|next) (?:week|afternoon|morning|month)|way|like)\b/gi;
const QUOTES = /["“”„]/g;
const EDGES = /^[\s.,;:–-]+|[\s.!?,;:–-]+$/g;

/**
 * Something to do, as an order. Null where nobody could tell later what it was.
 * @param asker who asks somebody for it; null where it is one's own promise, or nobody knows
 */
export function actionTitle(said: string, asker: string | null): string | null {
  const words = plain(said)
    .split(NEXT_SENTENCE, 1)[0]!
    .replace(/\s+(?:to|with|for) you\b/gi, "")
    .replace(/^(\S+) you (?=(?:the|an?|how|my|our|that|those|some|what)\b)/i, "$1 ");
  const named =
    asker === null ? words : words.replace(/, \p{Lu}[\p{L}-]+$/u, "").replace(/\bme\b/g, asker.split(" ")[0]!);
  const rest = named.replace(/^\S+/, "").replace(LIGHT_WORDS, "");
  return /[\p{L}\p{N}]{2}/u.test(rest) ? titleOf(named) : null;
}

/** `Ana tests the export`, as an order. */
export function asOrder(said: string): string {
  return said.replace(/^\p{Ll}+/u, (verb) => {
    if (/^(?:goes|does)$/.test(verb)) return verb.slice(0, -2);
    if (/(?:[sxz]|ch|sh)es$/.test(verb)) return verb.slice(0, -2);
    if (/[^aeiou]ies$/.test(verb)) return `${verb.slice(0, -3)}y`;
    return /[^s]s$/.test(verb) ? verb.slice(0, -1) : verb;
  });
}

/** When, where and with whom it was decided is not what was decided. */
const DECIDED_HOW = /^(?:with (?:\S+ ){1,4}that |(?:yesterday|today|earlier|last \S+)\b[^:]{0,60}: ?)/i;
const NO_DECISION = /^(?:[,;.]|by\b|(?:that )?(?:an?|some|two|three) (?:\S+ )?(?:hour|day|week|month|moment)s? ago\b)/i;

export function decisionTitle(said: string): string | null {
  return NO_DECISION.test(said.trim()) ? null : titleOf(plain(plain(said).replace(DECIDED_HOW, "")));
}

/** @param what what is waited for, without the words for waiting */
export function blockerTitle(waiting: string, what: string): string | null {
  const named = plain(what);
  return /[\p{L}\p{N}]{2}/u.test(named.replace(LIGHT_WORDS, "").replace(/\b(?:the|at|moment)\b/gi, ""))
    ? titleOf(waiting + named)
    : null;
}

/** A new story is called as its words in quotes say, where it begins with them. */
export function newStoryTitle(said: string): string | null {
  return titleOf(/^\W*["“„]([^"“”„]+)["“”]/.exec(said)?.[1] ?? said);
}

/** `KEY, the retry on failed payments`, `KEY is the retry on failed payments`: what the key is said to stand for. */
const CALLED =
  "(?:,|,? (?:is|was)(?= (?:the|an?) )) (?:the |an? |our )?(?:ticket (?:for|about) (?:the )?)?(.+?)(?=[,.;?!]|$)";
/** What stands before a key that a sentence begins with. */
const BEFORE_KEY =
  /^(?:\W|\b(?:so|and|but|then|next|also|well|okay|today|still on|I finished|I begin|it's|in|\p{Lu}\p{L}+,)(?= |$))*$/iu;
/** What follows a key, and says nothing of what its story is; a name says whose it is. */
const NO_NAME =
  /^(?:I|we|you|he|she|it|that|this|there|they|so|and|but|let|is|was|are|what|who|which|mostly|or|for|in|on|by|if|then|from|as|with|to|at)\b|^\p{Lu}|\b(?:ticket|story|key|one|time|thing)$|\b(?:it|not)\b/u;

export function storyCalled(said: string, key: string): string | null {
  const called = new RegExp(`\\b${key}${CALLED}`).exec(said);
  if (!called || !BEFORE_KEY.test(said.slice(0, called.index)) || NO_NAME.test(called[1]!)) return null;
  return called[1]!.includes(" ") ? titleOf(called[1]!) : null;
}

export function titleOf(said: string): string | null {
  const words = plain(said);
  const cut = words.length <= TITLE_CHARS ? words : shortened(words);
  return cut.length < TITLE_CHARS_MIN ? null : cut.charAt(0).toUpperCase() + cut.slice(1);
}

/** At the last clause that is complete, where most of it is there by then; else at a word, which is marked. */
function shortened(words: string): string {
  const head = words.slice(0, TITLE_CHARS);
  const clause = /^(.*\S)(?:[,;:] | (?:and|so that|but|because|when|if) )/.exec(head)?.[1];
  if (clause !== undefined && clause.length >= TITLE_CHARS / 4)
    return clause.replace(/(?:[,\s]+(?:and|but|or|so))?[,\s]*$/, "");
  return `${head.replace(/\s+\S*$/, "")} …`;
}

function plain(said: string): string {
  const words = said
    .replace(/\s+/g, " ")
    .replace(/ ([,;:.])/g, "$1")
    .replace(EDGES, "");
  const isPaired = (words.match(QUOTES)?.length ?? 0) % 2 === 0;
  const unquoted = isPaired ? words.replace(/^["“„]([^"“”„]+)["“”]$/, "$1") : words.replace(QUOTES, "");
  return unquoted.replace(LEAD, "").replace(TRAIL, "").replace(EDGES, "");
}
