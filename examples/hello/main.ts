// Welcome! Press Run, or Ctrl+Enter (Cmd+Enter on a Mac).
import { args } from "runyard";

interface Greeting {
  name: string;
  text: string;
}

function greet(name: string): Greeting {
  return { name, text: `Hello, ${name}!` };
}

// The arguments are set beside the editor: change them and run again.
const names = args.length > 0 ? args : ["world"];
const greetings = names.map(greet);

for (const { text } of greetings) console.log(text);
console.error("This line went to standard error.");

// A program's result is what it exports by default, as data.
export default { greeted: greetings.length, greetings };
