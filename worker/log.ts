/**
 * Structured log lines: as JSON, for people, or for people at a terminal. What a line may say is log-fields.ts's to decide.
 * A logger can be bound to what it speaks of, so that no line about a run forgets which run it was.
 */
import { toIso } from "./domain/instant.ts";
import type { Clock } from "./domain/ports.ts";
import { type LogFieldName, type LogFields, shownFields } from "./log-fields.ts";
import { systemClock } from "./system-ports.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LEVELS)[number];

/** `terminal` is `human` in colours. */
export const LOG_FORMATS = ["human", "json", "terminal"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Only what stands in our source: a message that was put together could hold anything. */
type Written<Text extends string> = string extends Text ? never : Text;

type Say = <Text extends string>(message: Written<Text>, fields?: LogFields) => void;

export interface Logger {
  readonly debug: Say;
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
  /** The same logger, each line of which has these fields, too. */
  with(fields: LogFields): Logger;
}

export function isLogLevel(text: string): text is LogLevel {
  return (LEVELS as readonly string[]).includes(text);
}

interface Line {
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: readonly [LogFieldName, string | number][];
}

const RENDERERS: Readonly<Record<LogFormat, (line: Line) => string>> = {
  json: ({ at, level, message, fields }) => JSON.stringify({ at, level, message, ...Object.fromEntries(fields) }),
  human: (line) => forPeople(line, (_, text) => text),
  terminal: (line) => forPeople(line, (colour, text) => `\u001b[${colour}m${text}\u001b[0m`),
};

/** SGR codes. */
const DIM = 2;
const BOLD = 1;
const COLOURS: Readonly<Record<LogLevel, number>> = { debug: DIM, info: 36, warn: 33, error: 31 };
/** Where the time of day begins and ends in an ISO 8601 instant. */
const TIME_OF_DAY = [11, 23] as const;

/** Time, level and message in columns, then the fields; an error on lines of its own. */
function forPeople({ at, level, message, fields }: Line, paint: (colour: number, text: string) => string): string {
  const pairs = fields.flatMap(([name, value]) => (name === "error" ? [] : [`${paint(DIM, `${name}=`)}${value}`]));
  const error = fields.find(([name]) => name === "error")?.[1];
  const head = [
    paint(DIM, at.slice(...TIME_OF_DAY)),
    paint(COLOURS[level], level.toUpperCase().padEnd(5)),
    level === "error" ? paint(BOLD, message) : message,
    ...pairs,
  ].join(" ");
  return error === undefined ? head : `${head}\n${String(error).replace(/^/gm, "    ")}`;
}

export function createLogger(level: LogLevel, format: LogFormat, clock: Pick<Clock, "now"> = systemClock): Logger {
  const threshold = LEVELS.indexOf(level);
  const boundTo = (bound: LogFields): Logger => {
    const at =
      (own: LogLevel): Say =>
      (message, fields = {}) => {
        if (LEVELS.indexOf(own) < threshold) return;
        const shown = shownFields({ ...bound, ...fields });
        console[own](RENDERERS[format]({ at: toIso(clock.now()), level: own, message, fields: shown }));
      };
    const say = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
    return { ...say, with: (fields) => boundTo({ ...bound, ...fields }) };
  };
  return boundTo({});
}
