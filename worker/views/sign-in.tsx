/**
 * `/login`: how to get in. There is no password to type: whoever started the server has the link.
 */
import { Icon } from "./components/icon.tsx";
import { BareLayout } from "./layout.tsx";

export interface SignInProps {
  /** Why a link did not work; null on a plain visit. */
  readonly problem: "invalid" | "expired" | "signed-out" | null;
}

const PROBLEMS: Readonly<Record<NonNullable<SignInProps["problem"]>, string>> = {
  invalid: "This sign-in link is not valid. It may have been cut short when it was copied.",
  expired: "This sign-in link has expired or was used already. Restart Runyard to get a new one.",
  "signed-out": "You are signed out.",
};

export function SignInPage({ problem }: SignInProps) {
  return (
    <BareLayout title="Sign in">
      <div class="card">
        <h1>Sign in</h1>
        {problem === null ? null : (
          <p class={problem === "signed-out" ? "notice" : "notice notice-failed"} role="alert">
            <Icon name={problem === "signed-out" ? "check" : "triangle-alert"} /> {PROBLEMS[problem]}
          </p>
        )}
        <p>
          Open the sign-in link of this installation. <code>npm start</code> prints it in the terminal when the server
          is ready, and it is kept in <code>credentials.json</code> beside the data:
        </p>
        <pre tabindex={0}>{"$ npm start\n  Runyard is ready\n  Sign in   http://127.0.0.1:8787/login?token=…"}</pre>
        <p class="muted">
          Machines do not sign in: they send a bearer token, which lies in the same file. Everything stays on this
          machine.
        </p>
      </div>
    </BareLayout>
  );
}
