/**
 * `toLocaleString` of numbers as English (US) writes them, because QuickJS has no locales and would leave numbers
 * ungrouped without a word. Other locales and styles are not known; dates keep QuickJS's own format.
 */

interface NumberFormat {
  readonly minimumFractionDigits?: number;
  readonly maximumFractionDigits?: number;
  readonly useGrouping?: boolean;
  readonly style?: string;
  readonly currency?: string;
}

export function installLocale(): void {
  const { toLocaleString } = {
    toLocaleString(this: unknown, _locales?: unknown, format: NumberFormat = {}) {
      return formatNumber(Number(this), format);
    },
  };
  const property = { value: toLocaleString, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(Number.prototype, "toLocaleString", property);
}

const SYMBOLS: Readonly<Record<string, string>> = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" };

function formatNumber(value: number, format: NumberFormat): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "-∞" : "∞";
  const isCurrency = format.style === "currency";
  const isPercent = format.style === "percent";
  const least = format.minimumFractionDigits ?? (isCurrency ? 2 : 0);
  const most = Math.max(least, format.maximumFractionDigits ?? (isCurrency ? 2 : isPercent ? 0 : 3));
  const [whole = "", fraction = ""] = Math.abs(isPercent ? value * 100 : value)
    .toFixed(Math.min(most, 100))
    .split(".");
  const grouped = format.useGrouping === false ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  const kept = fraction.slice(0, least) + fraction.slice(least).replace(/0+$/, "");
  const symbol = isCurrency ? (SYMBOLS[String(format.currency)] ?? `${format.currency} `) : "";
  const text = `${symbol}${grouped}${kept === "" ? "" : `.${kept}`}${isPercent ? "%" : ""}`;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}
