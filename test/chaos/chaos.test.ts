/**
 * The short form of `npm run chaos`: twenty kills. The seed differs from run to run; CHAOS_SEED repeats one. Whether the
 * checks can fail at all is for test/unit/chaos to say.
 */
import { describe, expect, it } from "vitest";
import { runCampaign } from "./campaign.ts";

const KILLS = 20;
const SEED = Number(process.env["CHAOS_SEED"] ?? Date.now() % 1_000_000);

describe("the product that is killed while it works", () => {
  it("loses, doubles and blocks nothing that it accepted, showed or sent", async () => {
    const { faults, timeline, kills, interrupted, reconnects, states } = await runCampaign({
      kills: KILLS,
      seed: SEED,
    });
    expect(faults, `seed ${SEED}\n${timeline}\nseed ${SEED}`).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    // A campaign that hit nothing would prove nothing.
    expect(interrupted).toBeGreaterThan(5);
    expect(reconnects).toBeGreaterThan(50);
    expect(states["succeeded"]).toBeGreaterThan(25);
  });
});
