/**
 * The frame of every page: head, header, navigation, account menu, keyboard help. Owns which scripts and styles load.
 * Invariant: no inline script and no style attribute, so that the strict content security policy holds.
 */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { RunStateName } from "../domain/run.ts";
import { asset } from "./assets.ts";
import { AccountMenu } from "./components/account-menu.tsx";
import { Icon } from "./components/icon.tsx";
import { ShortcutsDialog } from "./components/shortcuts-dialog.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import type { IconName } from "./icon-names.ts";

/** What every signed-in page knows of its surroundings. */
export interface Shell {
  readonly workspace: { readonly name: string; readonly isSample: boolean };
  readonly provider: { readonly name: string; readonly isMock: boolean };
  readonly person: { readonly name: string };
}

export type PageScript = "run-log.js" | "playground.js" | "snippet.js";

export interface DocumentProps {
  readonly title: string;
  readonly scripts?: readonly PageScript[];
  /** State of the run that the page shows: the client keeps the tab's title and icon in step with it. */
  readonly runState?: RunStateName;
  readonly children: Child;
}

export interface LayoutProps extends DocumentProps {
  readonly shell: Shell;
  readonly section:
    | "overview"
    | "queue"
    | "runs"
    | "playground"
    | "snippets"
    | "executions"
    | "meetings"
    | "stories"
    | "repositories"
    | "docs"
    | null;
}

/** htmx 4.0.1: no own style element, a reload instead of a restored body, and no content for an unchanged answer. */
const HTMX_CONFIG = JSON.stringify({ includeIndicatorCSS: false, history: "reload", noSwap: [204, 304, 401] });

const NAVIGATION: readonly { section: LayoutProps["section"]; href: string; label: string; icon: IconName }[] = [
  { section: "overview", href: "/", label: "Overview", icon: "activity" },
  { section: "queue", href: "/queue", label: "Queue", icon: "layers" },
  { section: "runs", href: "/runs", label: "Runs", icon: "list" },
  { section: "playground", href: "/playground", label: "Playground", icon: "square-terminal" },
  { section: "snippets", href: "/snippets", label: "Snippets", icon: "library" },
  { section: "meetings", href: "/meetings", label: "Meetings", icon: "messages-square" },
  { section: "stories", href: "/stories", label: "Stories", icon: "square-kanban" },
  { section: "executions", href: "/executions", label: "Calls", icon: "sparkles" },
  { section: "repositories", href: "/repos", label: "Repos", icon: "folder-git-2" },
  { section: "docs", href: "/docs", label: "API", icon: "book-open" },
];

const STATE_ICONS = ["queued", "running", "succeeded", "failed", "cancelled", "timed-out"] as const;

function Head({ title, scripts = [] }: Pick<DocumentProps, "title" | "scripts">) {
  const stateIcons = Object.fromEntries(STATE_ICONS.map((state) => [`data-${state}`, asset(`favicon-${state}.svg`)]));
  return (
    <head>
      <meta charset="utf-8" />
      <title>{`${title} · Runyard`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content={HTMX_CONFIG} />
      <link rel="icon" type="image/svg+xml" href={asset("favicon.svg")} {...stateIcons} />
      <link rel="stylesheet" href={asset("console.css")} />
      <script src={asset("theme.js")}></script>
      <script src={asset("htmx.js")} defer></script>
      <script type="module" src={asset("console.js")}></script>
      {scripts.map((name) => (
        <script type="module" src={asset(name)}></script>
      ))}
    </head>
  );
}

/** A page without navigation: signing in, and errors for people who are not signed in. */
export function BareLayout({ children, ...document }: DocumentProps) {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <Head {...document} />
        <body class="bare">
          <header class="bare-header">
            <Brand />
          </header>
          <main id={ELEMENT_ID.main}>{children}</main>
        </body>
      </html>
    </>
  );
}

export function Layout({ shell, section, children, runState, ...document }: LayoutProps) {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <Head {...document} />
        <body data-run-state={runState}>
          <a class="skip-link" href={`#${ELEMENT_ID.main}`}>
            Skip to content
          </a>
          <Header shell={shell} section={section} />
          <main id={ELEMENT_ID.main} tabindex={-1}>
            {children}
          </main>
          <ShortcutsDialog />
        </body>
      </html>
    </>
  );
}

function Brand() {
  return (
    <a class="brand" href="/">
      <svg class="brand-mark" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="currentColor" />
        <path class="brand-stroke" d="M9 9.5 15.5 16 9 22.5M17.5 22.5H23" />
      </svg>
      Runyard
    </a>
  );
}

function Header({ shell, section }: Pick<LayoutProps, "shell" | "section">) {
  return (
    <header class="top">
      <Brand />
      <span class="workspace">
        <span class="workspace-name">{shell.workspace.name}</span>
        {shell.workspace.isSample ? <span class="mark">Sample</span> : null}
      </span>
      <nav class="main-nav" aria-label="Main">
        {NAVIGATION.map((item) => (
          <a href={item.href} aria-current={item.section === section ? "page" : undefined}>
            <Icon name={item.icon} />
            <span>{item.label}</span>
          </a>
        ))}
      </nav>
      <span class={shell.provider.isMock ? "pill pill-mock" : "pill"} title="Model provider of this workspace">
        {shell.provider.isMock ? "Mock provider" : shell.provider.name}
      </span>
      <AccountMenu person={shell.person} />
    </header>
  );
}
