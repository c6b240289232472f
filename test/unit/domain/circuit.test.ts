import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admit, type CallVerdict, CIRCUIT, type Circuit, NEW_CIRCUIT, report } from "../../../worker/domain/circuit.ts";

const START = 1_000_000;

/** Calls one after another at one instant, each reported at once. */
function told(circuit: Circuit, now: number, ...verdicts: CallVerdict[]): Circuit {
  return verdicts.reduce((state, verdict) => {
    const admission = admit(state, now);
    return admission.epoch === null ? admission.circuit : report(admission.circuit, admission.epoch, verdict, now);
  }, circuit);
}

const faults = (count: number): CallVerdict[] => Array.from({ length: count }, () => "fault");
const opened = () => told(NEW_CIRCUIT, START, ...faults(CIRCUIT.faultsToOpen));

type Step =
  | { readonly do: "ask"; readonly passes: number }
  | { readonly do: "report"; readonly which: number; readonly verdict: CallVerdict; readonly passes: number };

const passes = fc.integer({ min: 0, max: 90_000 });
const verdicts = fc.constantFrom<CallVerdict>("ok", "fault", "nothing");
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("ask" as const), passes }),
    fc.record({ do: fc.constant("report" as const), which: fc.nat(20), verdict: verdicts, passes }),
  ),
  { maxLength: 200 },
);

describe("a circuit breaker", () => {
  it("opens at the fifth fault within a minute, and lets nothing through until its time is over", () => {
    expect(told(NEW_CIRCUIT, START, ...faults(CIRCUIT.faultsToOpen - 1)).name).toBe("closed");
    const open = opened();
    expect(open).toMatchObject({ name: "open", until: START + CIRCUIT.openMs });
    expect(admit(open, START + CIRCUIT.openMs - 1)).toMatchObject({ epoch: null, retryAt: START + CIRCUIT.openMs });
    expect(admit(open, START + CIRCUIT.openMs).circuit.name).toBe("half-open");
  });

  it("does not open at faults that lie further apart, or among many more calls that went well", () => {
    let circuit: Circuit = NEW_CIRCUIT;
    for (let at = 0; at < 50; at++) circuit = told(circuit, START + at * CIRCUIT.windowMs, "fault");
    expect(circuit.name).toBe("closed");
    for (let at = 0; at < 50; at++) circuit = told(circuit, START, "ok", "ok", "fault");
    expect(circuit.name).toBe("closed");
  });

  it("closes at a probe that goes well; each one that fails doubles the time, up to the most", () => {
    expect(told(opened(), START + CIRCUIT.openMs, "ok")).toMatchObject({ name: "closed", calls: [] });
    let circuit = opened();
    const times: number[] = [];
    for (let at = 0; at < 8 && circuit.name === "open"; at++) {
      times.push(circuit.openMs);
      circuit = told(circuit, circuit.until, "fault");
    }
    expect(times).toEqual([15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
  });

  it("lets one probe through at a time, and another one when nobody reports on it", () => {
    const probe = admit(opened(), START + CIRCUIT.openMs);
    expect(admit(probe.circuit, START + CIRCUIT.openMs + 1).epoch).toBeNull();
    const second = admit(probe.circuit, START + CIRCUIT.openMs + CIRCUIT.probeMs);
    expect(second.epoch).not.toBeNull();
    // The first one comes back after all: it decides nothing any more.
    expect(report(second.circuit, probe.epoch!, "ok", START)).toBe(second.circuit);
  });

  it("takes a probe that its caller gave up for none: the next call is one", () => {
    const given = told(opened(), START + CIRCUIT.openMs, "nothing");
    expect(given.name).toBe("open");
    expect(admit(given, START + CIRCUIT.openMs).epoch).not.toBeNull();
  });

  it("keeps its rules, whatever is asked and reported, late, twice or never", () => {
    fc.assert(
      fc.property(steps, (each) => {
        let circuit: Circuit = NEW_CIRCUIT;
        let now = START;
        const epochs: number[] = [];
        for (const step of each) {
          now += step.passes;
          const before: Circuit = circuit;
          if (step.do === "ask") {
            const admission = admit(circuit, now);
            circuit = admission.circuit;
            if (admission.epoch === null) expect(admission.retryAt).toBeGreaterThan(now);
            else {
              expect(admission.epoch).toBe(circuit.epoch);
              epochs.push(admission.epoch);
            }
          } else if (epochs.length > 0) {
            const epoch = epochs[step.which % epochs.length]!;
            circuit = report(circuit, epoch, step.verdict, now);
            // Stragglers of another epoch change nothing.
            if (epoch !== before.epoch) expect(circuit).toBe(before);
          }
          // Each change of state has an epoch of its own, and epochs only grow.
          expect(circuit.epoch).toBeGreaterThanOrEqual(before.epoch);
          if (circuit.name !== before.name) expect(circuit.epoch).toBeGreaterThan(before.epoch);
          // Bounded, and never open for longer than the most.
          if (circuit.name === "closed") expect(circuit.calls.length).toBeLessThanOrEqual(CIRCUIT.window);
          else expect(circuit.openMs).toBeLessThanOrEqual(CIRCUIT.openMsMax);
          // Nobody waits for ever: after the longest time somebody is let through.
          expect(admit(circuit, now + CIRCUIT.openMsMax + CIRCUIT.probeMs).epoch).not.toBeNull();
          // Only a fault, or a probe that was given up, opens.
          if (circuit.name === "open" && before.name === "closed") expect(step).toMatchObject({ verdict: "fault" });
        }
      }),
      { numRuns: 300 },
    );
  });
});
