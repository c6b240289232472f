/** Set-up of every file of tests in workerd. */
import { afterAll } from "vitest";
import { beginWithout } from "./canary.ts";
import { expectNoTracesOfFile } from "./searched-traces.ts";

beginWithout();
afterAll(expectNoTracesOfFile);
