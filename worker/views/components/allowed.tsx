/**
 * What is shown to those alone who may use it. The page's route says what its reader may do, and everything that leads
 * elsewhere asks here: nobody sees a form or a button that would answer "forbidden". Without such a page nothing is allowed.
 */
import { type Child, createContext, useContext } from "hono/jsx";

/** Whether the reader may use the route that answers at an address. */
export type May = (method: "GET" | "POST", address: string) => boolean;

/** Provided around each page and fragment by `page` of worker/routes/console/page.tsx. */
export const ReaderRights = createContext<May>(() => false);

export function useMay(): May {
  return useContext(ReaderRights);
}

type Asked = { readonly get: string; readonly post?: never } | { readonly post: string; readonly get?: never };

/** Its children, where the reader may use the address. */
export function Allowed({ get, post, children }: Asked & { readonly children: Child }) {
  const may = useMay();
  const isAllowed = get === undefined ? may("POST", post) : may("GET", get);
  return <>{isAllowed ? children : null}</>;
}

interface PostFormProps {
  readonly action: string;
  readonly children: Child;
  readonly class?: string;
  readonly id?: string;
  readonly enctype?: "multipart/form-data";
  readonly novalidate?: boolean;
  /** Of htmx, or of the form's own script. */
  readonly [attribute: `hx-${string}` | `data-${string}`]: string | undefined;
}

/** A form that changes something: there for those alone who may. */
export function PostForm({ action, children, ...attributes }: PostFormProps) {
  if (!useMay()("POST", action)) return null;
  return (
    <form method="post" action={action} {...attributes}>
      {children}
    </form>
  );
}

/** A form whose fields are worth reading also for those who may not send it: they see it locked. */
export function ReadableForm({ action, children, ...attributes }: PostFormProps) {
  if (useMay()("POST", action))
    return (
      <PostForm action={action} {...attributes}>
        {children}
      </PostForm>
    );
  return (
    <fieldset class={`locked ${attributes.class ?? ""}`} disabled>
      {children}
    </fieldset>
  );
}
