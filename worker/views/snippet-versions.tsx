/** The versions of a snippet, and what changed between two of them. */
import { structuredPatch } from "diff";
import type { SnippetVersion, SnippetVersionSummary } from "../domain/snippet.ts";
import { PostForm } from "./components/allowed.tsx";
import { RelativeTime } from "./components/time.tsx";

/** Changed lines that are worth working out: more take long, and nobody reads them. */
const CHANGES_MAX = 4_000;
const CONTEXT_LINES = 3;

export interface VersionListProps {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly SnippetVersionSummary[];
}

export function VersionList({ name, versions }: VersionListProps) {
  const newest = versions[0]?.version ?? 0;
  return (
    <section class="panel" aria-labelledby="versions-title">
      <h2 id="versions-title">Versions</h2>
      <ol class="versions">
        {versions.map(({ version, note, createdBy, createdAt }) => (
          <li>
            <p>
              <b>{version}</b> {note || (version === 1 ? "Saved" : "Changed")}
            </p>
            <p class="muted">
              {createdBy}, <RelativeTime at={createdAt} />
            </p>
            <div class="actions">
              {version > 1 ? (
                <a class="button" href={`/snippets/${name}?from=${version - 1}&to=${version}`}>
                  Changes
                </a>
              ) : null}
              {version < newest ? (
                <>
                  <a class="button" href={`/snippets/${name}?from=${version}&to=${newest}`}>
                    Since then
                  </a>
                  <PostForm action={`/snippets/${name}/restorations`}>
                    <input type="hidden" name="version" value={String(version)} />
                    <button type="submit" class="button">
                      Restore
                    </button>
                  </PostForm>
                </>
              ) : null}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

export interface VersionChangesProps {
  readonly from: SnippetVersion;
  readonly to: SnippetVersion;
}

export function VersionChanges({ from, to }: VersionChangesProps) {
  const [before, after] = [textsOf(from), textsOf(to)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => before[name] !== after[name]);
  return (
    <section class="panel" aria-labelledby="changes-title">
      <h2 id="changes-title">
        From version {from.version} to {to.version}
      </h2>
      {changed.length === 0 ? <p class="muted">Nothing changed.</p> : null}
      {changed.map((name) => (
        <FileChanges name={name} before={before[name]} after={after[name]} />
      ))}
    </section>
  );
}

/** The files, and everything else as one text. */
function textsOf({ files, description, language, entry, limits, parameters, manifest }: SnippetVersion) {
  const settings = { description, language, entry, parameters, manifest, limits };
  return { ...files, Settings: JSON.stringify(settings, null, 2) } as Readonly<Record<string, string>>;
}

interface FileChangesProps {
  readonly name: string;
  /** Undefined where the version has no such file. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function FileChanges({ name, before, after }: FileChangesProps) {
  const patch = structuredPatch(name, name, before ?? "", after ?? "", undefined, undefined, {
    context: CONTEXT_LINES,
    maxEditLength: CHANGES_MAX,
  });
  const what = before === undefined ? "added" : after === undefined ? "deleted" : null;
  return (
    <section class="file-changes" aria-label={`Changes of ${name}`}>
      <h3>
        {name} {what === null ? null : <span class="mark">{what}</span>}
      </h3>
      {patch === undefined ? (
        <p class="muted">They have too little in common to be compared line by line.</p>
      ) : (
        <pre class="changed-lines" tabindex={0}>
          {patch.hunks.map(({ oldStart, newStart, lines }) => (
            <>
              <span class="hunk">
                line {oldStart}, now {newStart}
                {"\n"}
              </span>
              {lines.map((line) => (
                <ChangedLine line={line} />
              ))}
            </>
          ))}
        </pre>
      )}
    </section>
  );
}

/** It begins with a sign, as in any patch: the colour says it again. */
function ChangedLine({ line }: { readonly line: string }) {
  if (line.startsWith("+")) return <ins>{`${line}\n`}</ins>;
  if (line.startsWith("-")) return <del>{`${line}\n`}</del>;
  return <span>{`${line}\n`}</span>;
}
