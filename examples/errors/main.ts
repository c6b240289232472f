// An error that nobody catches ends the run. Its stack names your files and your lines.
import { invoiceTotal } from "./lib/invoice.ts";

const orders = [
  { id: "A-1", lines: [{ item: "keyboard", quantity: 2, price: "49.90" }] },
  { id: "A-2", lines: [{ item: "cable", quantity: 3, price: "4,50" }] },
  { id: "A-3", lines: [{ item: "monitor", quantity: -1, price: "219.00" }] },
];

function tryOrder(order: (typeof orders)[number]) {
  try {
    console.log(`${order.id}: ${invoiceTotal(order)}`);
  } catch (error) {
    // Caught here, so the program goes on. The cause tells what went wrong further down.
    if (!(error instanceof Error) || !(error.cause instanceof SyntaxError)) throw error;
    console.error(`${order.id}: ${error.message} (${error.cause.message})`);
    console.error(error.cause.stack?.trimEnd());
  }
}

orders.forEach(tryOrder);

console.log("Never printed: the last order ended the run.");
