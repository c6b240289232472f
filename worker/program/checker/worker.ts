/**
 * The checker Worker: answers type checks of programs, one after the other. It has no bindings: no network, no storage.
 * Invariant: a check that is asked for is answered, at worst with "not checked" and why.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { Slots } from "../../domain/slots.ts";
import { systemClock } from "../../system-ports.ts";
import type { TypeCheck, TypeChecker, TypeCheckRequest } from "../type-check.ts";
import { createCompiler } from "./generated/compiler.js";
import { LIBRARY } from "./generated/library.ts";
import { ProgramCheck } from "./program-check.ts";

/** Checks that wait; more than some seconds of work would come too late for whoever asked. */
const WAITING_MAX = 32;

/** A check is one piece of work that nothing interrupts. */
const slots = new Slots(1, systemClock);
const programs = new ProgramCheck({ createCompiler, library: LIBRARY, clock: systemClock });

export default class CheckerWorker extends WorkerEntrypoint implements TypeChecker {
  async check(request: TypeCheckRequest): Promise<TypeCheck> {
    if (slots.length > WAITING_MAX) {
      return { kind: "not-checked", reason: "busy", message: `${WAITING_MAX} checks wait already.` };
    }
    return slots.use(async () => {
      // Lets those that came meanwhile be counted, and others have their turn between two checks.
      await systemClock.sleep(0);
      return programs.check(request);
    });
  }
}
