/**
 * What can be done to a run that waits: forms that work without a script. A button names what it does in `do`, so that
 * one address takes them all. The lesser ones are in a menu.
 */
import type { Child } from "hono/jsx";
import { PRIORITIES, type Priority } from "../../domain/lane.ts";
import type { ActView } from "../../domain/lane-view.ts";
import { byId, ELEMENT_ID } from "../element-id.ts";
import { type HxOptions, hx } from "../hx.ts";
import type { IconName } from "../icon-names.ts";
import { PostForm, useMay } from "./allowed.tsx";
import { Icon } from "./icon.tsx";

/** Where the forms stand, and so what they get back: the board, or the run's header. */
export type SteeringPlace = "queue" | "run";

export interface SteeringProps {
  readonly runId: string;
  readonly title: string;
  readonly priority: Priority;
  readonly position: number;
  readonly waitingCount: number;
  readonly hold: ActView | null;
  readonly from: SteeringPlace;
  /** The lane that the board is restricted to. */
  readonly filter?: string | null;
}

/** What a form does with its answer, by its place. A refusal has a place of its own; what is shown stays. */
export const STEERING_SWAPS: Readonly<Record<SteeringPlace, HxOptions>> = {
  queue: swapInto(ELEMENT_ID.queueBoard, ELEMENT_ID.queueNotice),
  run: swapInto(ELEMENT_ID.runHeader, ELEMENT_ID.runNotice),
};

function swapInto(target: string, notice: string): HxOptions {
  const refusal = `target:${byId(notice)} swap:innerHTML`;
  return { target: byId(target), swap: "outerMorph", status: { "4xx": refusal, "5xx": refusal } };
}

export function Steering(props: SteeringProps) {
  const { runId, title, position, waitingCount, hold, priority } = props;
  const menu = `steer-${runId}`;
  if (!useMay()("POST", steeringPath(runId))) return null;
  return (
    <div class="steering">
      <SteeringForm {...props}>
        <Act {...props} what="up" icon="chevron-up" label={`Move ${title} up`} />
        <Act {...props} what="down" icon="chevron-down" label={`Move ${title} down`} />
        <Act
          {...props}
          what={hold ? "unhold" : "hold"}
          icon={hold ? "play" : "hand"}
          label={`${hold ? "Let go of" : "Hold"} ${title}`}
        >
          {hold ? "Let go" : "Hold"}
        </Act>
      </SteeringForm>
      <button
        type="button"
        id={`${menu}-button`}
        class="icon-button"
        popovertarget={menu}
        aria-label={`More for ${title}`}
      >
        <Icon name="ellipsis" />
      </button>
      <div id={menu} class="menu steering-menu" popover="auto">
        <SteeringForm {...props}>
          <MenuAct what="first" icon="arrow-up-to-line" label="Move to the front" />
          <MenuAct what="last" icon="arrow-down-to-line" label="Move to the end" />
        </SteeringForm>
        <SteeringForm {...props}>
          <label class="menu-field">
            Place{" "}
            <input
              type="number"
              id={`${menu}-place`}
              name="position"
              min="1"
              max={String(waitingCount)}
              value={String(position)}
              required
            />
          </label>
          <button type="submit" class="button" name="do" value="move">
            Move
          </button>
        </SteeringForm>
        <SteeringForm {...props}>
          <label class="menu-field">
            Priority{" "}
            <select id={`${menu}-priority`} name="priority">
              {PRIORITIES.map((each) => (
                <option value={each} selected={each === priority}>
                  {each}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" class="button" name="do" value="priority">
            Set
          </button>
        </SteeringForm>
        {props.from === "queue" ? (
          <SteeringForm {...props}>
            <MenuAct what="cancel" icon="ban" label="Cancel" />
          </SteeringForm>
        ) : null}
      </div>
    </div>
  );
}

const steeringPath = (runId: string) => `/runs/${runId}/steering`;

function SteeringForm({ runId, from, filter, children }: SteeringProps & { readonly children: Child }) {
  const action = steeringPath(runId);
  return (
    <PostForm action={action} {...hx({ post: action, sync: "this:drop", ...STEERING_SWAPS[from] })}>
      <input type="hidden" name="from" value={from} />
      {filter ? <input type="hidden" name="lane" value={filter} /> : null}
      {children}
    </PostForm>
  );
}

interface ActProps {
  readonly what: string;
  readonly icon: IconName;
  readonly label: string;
}

function Act({ runId, what, icon, label, children }: SteeringProps & ActProps & { readonly children?: string }) {
  // Holding and letting go are one switch: the focus stays on it.
  const id = `do-${what === "unhold" ? "hold" : what}-${runId}`;
  return (
    <button
      type="submit"
      id={id}
      class={children ? "button quiet" : "icon-button"}
      name="do"
      value={what}
      aria-label={label}
    >
      <Icon name={icon} /> {children}
    </button>
  );
}

function MenuAct({ what, icon, label }: ActProps) {
  return (
    <button type="submit" class="menu-item" name="do" value={what}>
      <Icon name={icon} /> {label}
    </button>
  );
}
