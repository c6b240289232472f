/** What a person may do before a measurement: signing in, and lifting limits that would be measured instead. */
import { CALLS_PER_MINUTE, CALLS_PER_MINUTE_MAX } from "../../worker/domain/call-limits.ts";

/** @returns the cookie of the person whose link it is */
export async function signIn(signInUrl: string): Promise<string> {
  const signedIn = await fetch(signInUrl, { redirect: "manual" });
  return signedIn.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
}

/** No call of a model may wait for the workspace's own limit. */
export async function liftLimit(url: string, signInUrl: string): Promise<void> {
  const limits = Object.keys(CALLS_PER_MINUTE).map((service) => [service, String(CALLS_PER_MINUTE_MAX)]);
  const answer = await fetch(`${url}/settings/limits`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: await signIn(signInUrl), origin: url },
    body: new URLSearchParams(limits),
  });
  if (answer.status !== 303) throw new Error(`the limits were not set: ${answer.status}`);
}
