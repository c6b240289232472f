/**
 * Lets a request through to its route if the route's row in {@link ROUTE_ACCESS} allows it. It runs before every route
 * that needs somebody, and fails closed: a route that nobody declared is refused, and so is who nobody knows.
 */
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { refusalOf } from "../domain/access.ts";
import { type Failure, fail } from "../domain/errors.ts";
import { ownPathOf } from "../domain/own-path.ts";
import type { AppEnv } from "./context.ts";
import { problem, wantsProblem } from "./problem.ts";
import { ROUTE_ACCESS, routeName } from "./route-access.ts";

type AppContext = Parameters<MiddlewareHandler<AppEnv>>[0];

/** How a failure is answered: as a problem, or as a page. */
type Answer = (c: AppContext, failure: Failure) => Response | Promise<Response>;

export function authorize(answer: Answer): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const principal = c.get("principal");
    // Middleware is mounted for all methods; of routes that match, the one that was mounted first answers.
    const route = matchedRoutes(c).find(({ method }) => method !== "ALL");
    if (!route) return principal || !wantsProblem(c) ? next() : signInFirst(c);
    const name = routeName(route.method, route.path);
    const access = ROUTE_ACCESS[name];
    if (access === undefined) throw new Error(`Nobody declared who may use ${name}`);
    if (access === "open") return next();
    if (!principal) return signInFirst(c);
    const refusal = refusalOf(principal, access);
    return refusal ? answer(c, refusal) : next();
  };
}

/** People are sent to the sign-in page, machines are told what to send. */
function signInFirst(c: AppContext): Response {
  if (wantsProblem(c)) return problem(c, fail("unauthenticated", "Send Authorization: Bearer TOKEN, or sign in."));
  const next = pageOf(c);
  const login = next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`;
  if (c.req.header("hx-request-type")) return c.body(null, 401, { "hx-redirect": login });
  return c.redirect(login, 303);
}

/** The page that somebody wants to see or has open: of a form and of a fragment, the one that they are on. */
function pageOf(c: AppContext): string {
  const { url, method } = c.req;
  const isPage = method === "GET" && c.req.header("hx-request-type") !== "partial";
  const open = () => c.req.header("hx-current-url") ?? c.req.header("referer") ?? "";
  return ownPathOf(isPage ? url : open(), new URL(url).origin);
}
