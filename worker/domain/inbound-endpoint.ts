/**
 * An endpoint: an address at which a tracker's deliveries arrive, and the secrets that prove where they come from. Up to
 * two secrets count at a time, so that a new one can be put in place without losing a delivery.
 */
import * as z from "zod";
import { TRACKERS } from "./issue-news.ts";
import { repositoryKeySchema } from "./repository.ts";

/**
 * `signature`: each delivery is signed with the secret. `address`: the secret is a part of the address, for servers that
 * cannot sign; whoever sees the address can send.
 */
export const ENDPOINT_AUTHENTICATIONS = ["signature", "address"] as const;
export type EndpointAuthentication = (typeof ENDPOINT_AUTHENTICATIONS)[number];

/** Endpoints of one workspace. */
export const ENDPOINTS_MAX = 200;
/** Bytes of a secret; both trackers take any text. */
export const ENDPOINT_SECRET_BYTES = 32;
/** Characters of a secret that stay visible. */
export const SECRET_HINT_CHARS = 4;
/** Secrets that count at a time: the newest, and the one that it replaces. */
export const ACTIVE_SECRETS_MAX = 2;
/** How long a replaced secret can go on, in seconds: nothing to a month. */
export const ROTATION_WINDOW_SECONDS = { min: 0, default: 24 * 3_600, max: 31 * 24 * 3_600 } as const;

export const newEndpointSchema = z
  .strictObject({
    tracker: z.enum(TRACKERS, "must be github or jira"),
    repositoryKey: repositoryKeySchema.nullable().default(null),
    authentication: z.enum(ENDPOINT_AUTHENTICATIONS, "must be signature or address").default("signature"),
  })
  .refine(({ tracker, authentication }) => tracker === "jira" || authentication === "signature", {
    path: ["authentication"],
    message: "must be signature: GitHub signs every delivery",
  });
export type NewEndpoint = z.output<typeof newEndpointSchema>;

export const rotationSchema = z.strictObject({
  /** For how long the replaced secret still counts. */
  keepOldSeconds: z
    .number()
    .int()
    .min(ROTATION_WINDOW_SECONDS.min)
    .max(ROTATION_WINDOW_SECONDS.max, `must be at most ${ROTATION_WINDOW_SECONDS.max}`)
    .default(ROTATION_WINDOW_SECONDS.default),
});

const instant = z.iso.datetime();

export const endpointSchema = z.strictObject({
  id: z.string(),
  tracker: z.enum(TRACKERS),
  repositoryKey: z.string().nullable(),
  authentication: z.enum(ENDPOINT_AUTHENTICATIONS),
  /** Where deliveries are sent, from the server's root. */
  path: z.string(),
  createdAt: instant,
  /** Newest first; the secret itself is never told again. */
  secrets: z.array(z.strictObject({ hint: z.string(), createdAt: instant, expiresAt: instant.nullable() })),
});
export type Endpoint = z.output<typeof endpointSchema>;

/** The one answer that holds the secret. */
export const createdEndpointSchema = endpointSchema.extend({ secret: z.string() });
export type CreatedEndpoint = z.output<typeof createdEndpointSchema>;

export const endpointListSchema = z.strictObject({ endpoints: z.array(endpointSchema) });

export function endpointPath({ tracker, id }: Pick<Endpoint, "tracker" | "id">): string {
  return `/webhook/${tracker}/${id}`;
}

/** `…a1b2`. */
export function secretHint(secret: string): string {
  return secret.slice(-SECRET_HINT_CHARS);
}
