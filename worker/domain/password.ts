/** What a password must be like, and the forms in which a person gives one. */
import * as z from "zod";

/** Below this, guessing is the shortest way in (NIST SP 800-63B asks for 15 where a password is all there is, 8 at least). */
export const PASSWORD_MIN_CHARS = 10;
/** Bounds the work of hashing; longer than any phrase that people type. */
export const PASSWORD_MAX_CHARS = 128;

/** A password that somebody chooses. */
export const newPasswordSchema = z
  .string()
  .min(PASSWORD_MIN_CHARS, `needs ${PASSWORD_MIN_CHARS} characters or more`)
  .max(PASSWORD_MAX_CHARS, `may have ${PASSWORD_MAX_CHARS} characters`);

/** One that is tried: whatever was chosen under rules of an earlier time. */
export const triedPasswordSchema = z.string().min(1, "is empty").max(1_000);

export const CURRENT_PASSWORD_FIELD = "current-password";
export const NEW_PASSWORD_FIELD = "new-password";

export const passwordChangeSchema = z.strictObject({
  [CURRENT_PASSWORD_FIELD]: triedPasswordSchema,
  [NEW_PASSWORD_FIELD]: newPasswordSchema,
});
