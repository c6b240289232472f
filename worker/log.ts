/**
 * Structured log lines with a fixed vocabulary of fields, as JSON or for people.
 * A field that is not listed here cannot be logged; none of them can hold a secret, a program or its output.
 */

export interface LogFields {
  readonly requestId?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly durationMs?: number;
  readonly workspaceId?: string;
  readonly runId?: string;
  readonly endpointId?: string;
  readonly deliveryId?: string;
  readonly lane?: string;
  readonly step?: string;
  readonly attempt?: number;
  readonly state?: string;
  readonly code?: string;
  readonly provider?: string;
  readonly messageId?: string;
  readonly error?: unknown;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LEVELS)[number];
export type LogFormat = "human" | "json";

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export function isLogLevel(text: string): text is LogLevel {
  return (LEVELS as readonly string[]).includes(text);
}

/**
 * What really went wrong. An error of the query builder repeats its parameters, which may be a program or its input: its
 * cause says the same without them.
 */
export function faultOf(error: unknown): unknown {
  return error instanceof Error && "params" in error ? (error.cause ?? error.name) : error;
}

function describe(error: unknown): string {
  const fault = faultOf(error);
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}

function plain(fields: LogFields): Record<string, unknown> {
  const { error, ...rest } = fields;
  if (error === undefined) return rest;
  return { ...rest, error: describe(error) };
}

function render(format: LogFormat, level: LogLevel, message: string, fields: LogFields): string {
  const values = plain(fields);
  if (format === "json") return JSON.stringify({ level, message, ...values });
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return [level.toUpperCase().padEnd(5), message, ...pairs].join(" ");
}

export function createLogger(level: LogLevel, format: LogFormat): Logger {
  const threshold = LEVELS.indexOf(level);
  const at =
    (own: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LEVELS.indexOf(own) >= threshold) console[own](render(format, own, message, fields));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
