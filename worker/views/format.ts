/**
 * Numbers, times and sizes as people read them. Pure and independent of the locale of the machine, so that the same
 * run reads the same everywhere. Absent values become a dash, never a zero.
 */
import { dollarText } from "../domain/dollars.ts";
import { offsetAt, timeZoneOf } from "../domain/time-zone.ts";

const DASH = "–";

/** `840 ms`, `1.24 s`, `2 m 05 s`, `1 h 02 m`. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return DASH;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(ms % 1_000 === 0 ? 0 : ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(seconds / 3_600)} h ${String(Math.floor((seconds % 3_600) / 60)).padStart(2, "0")} m`;
}

/** Binary units: `512 B`, `64 KiB`, `1.5 MiB`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return DASH;
  if (bytes < 1_024) return `${bytes} B`;
  const unit = bytes < 2 ** 20 ? "KiB" : bytes < 2 ** 30 ? "MiB" : "GiB";
  const value = bytes / { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit];
  return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** Groups of three, with a narrow no-break space. */
export function formatCount(value: number | null): string {
  if (value === null) return DASH;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** `1.2 k`, `3.4 M`, `20 G`: for counters whose last digits say nothing. */
export function formatCompact(value: number | null): string {
  if (value === null) return DASH;
  if (value < 10_000) return formatCount(value);
  const [divisor, unit] = value < 1e6 ? [1e3, "k"] : value < 1e9 ? [1e6, "M"] : [1e9, "G"];
  const scaled = value / Number(divisor);
  return `${scaled >= 100 || Number.isInteger(scaled) ? Math.round(scaled) : scaled.toFixed(1)} ${unit}`;
}

/** A share from 0 to 1 as `98.2 %`; exactly everything and nothing lose the decimal. */
export function formatShare(share: number | null): string {
  if (share === null) return DASH;
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  // Neither "100.0 %" nor "0.0 %" may stand where something failed or succeeded.
  return `${Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`;
}

/** `2026-11-20 18:04:06 UTC`. */
export function formatInstant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** `2027-03-14 03:00 (UTC-4)`: what the clocks of a time zone show then. UTC for one that the runtime does not know. */
export function formatInZone(iso: string, timeZone: string): string {
  const zone = timeZoneOf(timeZone);
  if (zone === null) return formatInstant(iso);
  const at = Date.parse(iso);
  const offset = offsetAt(zone, at);
  const shown = new Date(at + offset).toISOString();
  const minutes = Math.abs(offset) / 60_000;
  const hours = `${Math.floor(minutes / 60)}${minutes % 60 === 0 ? "" : `:${String(minutes % 60).padStart(2, "0")}`}`;
  const ahead = offset === 0 ? "" : `${offset < 0 ? "-" : "+"}${hours}`;
  return `${shown.slice(0, 10)} ${shown.slice(11, 16)} (UTC${ahead})`;
}

/** Time of day with milliseconds in UTC, as log lines show it. */
export function formatLogTime(iso: string): string {
  return iso.slice(11, 23);
}

/** Milliseconds between two instants; null while one of them is missing. */
export function durationMs(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

/** Millionths of a US dollar, as {@link dollarText} writes every amount. */
export function formatMicros(micros: number | null): string {
  return micros === null ? DASH : dollarText(micros);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
