import { parseCents } from "./money.ts";

interface Order {
  id: string;
  lines: { item: string; quantity: number; price: string }[];
}

export function invoiceTotal(order: Order): string {
  let cents = 0;
  for (const line of order.lines) {
    if (line.quantity < 0) {
      throw new RangeError(`quantity of "${line.item}" is ${line.quantity}; it must not be negative`);
    }
    cents += line.quantity * priceOf(line.item, line.price);
  }
  return (cents / 100).toFixed(2);
}

function priceOf(item: string, price: string): number {
  try {
    return parseCents(price);
  } catch (cause) {
    throw new Error(`no price for "${item}"`, { cause });
  }
}
