/**
 * The rewritten QuickJS file's interface: its exports, its imports and what of its memory layout the host relies on.
 * `scripts/engine/wasm-rewrite.ts` gives the names. Layout facts hold for the pinned artifact only; `scripts/engine/engine-image.ts`
 * checks them when it builds the artifact.
 * Source: quickjs-emscripten 0.32.0 `interface.c`; QuickJS 2025-09-13 `quickjs.c`.
 */

/** An address in the guest's linear memory. */
export type Pointer = number;

export interface EngineExports {
  /** Fuel that is left before `interrupt` is called. */
  readonly fuel: { value: number };
  readonly rejection_tracker_slot: { readonly value: number };
  /** Starts the C library. Called at build time only. */
  initialize(): void;
  stack_save(): Pointer;
  /** Returns 0 where memory is exhausted, as everything here that returns a pointer. */
  malloc(bytes: number): Pointer;
  free(pointer: Pointer): void;
  QTS_NewRuntime(): Pointer;
  QTS_NewContext(runtime: Pointer, intrinsics: number): Pointer;
  QTS_RuntimeSetMaxStackSize(runtime: Pointer, bytes: number): void;
  QTS_RuntimeEnableInterruptHandler(runtime: Pointer): void;
  QTS_RuntimeEnableModuleLoader(runtime: Pointer, customNames: number): void;
  QTS_Eval(context: Pointer, code: Pointer, bytes: number, file: Pointer, detectModule: number, flags: number): Pointer;
  QTS_Call(context: Pointer, callee: Pointer, self: Pointer, count: number, args: Pointer): Pointer;
  QTS_ExecutePendingJob(runtime: Pointer, most: number, contextOut: Pointer): Pointer;
  /** The exception behind an exceptional value, or 0. */
  QTS_ResolveException(context: Pointer, value: Pointer): Pointer;
  QTS_Throw(context: Pointer, error: Pointer): Pointer;
  QTS_NewError(context: Pointer): Pointer;
  QTS_NewString(context: Pointer, text: Pointer): Pointer;
  QTS_NewFloat64(context: Pointer, value: number): Pointer;
  QTS_NewObject(context: Pointer): Pointer;
  QTS_NewFunction(context: Pointer, name: Pointer, parameters: number, isConstructor: number, id: number): Pointer;
  QTS_GetFloat64(context: Pointer, value: Pointer): number;
  QTS_GetString(context: Pointer, value: Pointer): Pointer;
  QTS_GetProp(context: Pointer, object: Pointer, name: Pointer): Pointer;
  QTS_GetPropNumber(context: Pointer, object: Pointer, index: number): Pointer;
  QTS_SetProp(context: Pointer, object: Pointer, name: Pointer, value: Pointer): void;
  QTS_GetUndefined(): Pointer;
  QTS_DupValuePointer(context: Pointer, value: Pointer): Pointer;
  QTS_FreeValuePointer(context: Pointer, value: Pointer): void;
  QTS_FreeCString(context: Pointer, text: Pointer): void;
  QTS_PromiseResult(context: Pointer, promise: Pointer): Pointer;
  QTS_ArgvGetJSValueConstPointer(argv: Pointer, index: number): Pointer;
}

/** What the guest may ask of the host while it runs. */
export interface GuestImports {
  /** Fuel is used up: 0 continues, 1 throws an error that the guest cannot catch (at a poll only), 2 suspends. */
  interrupt(atPoll: number): number;
  /** The one import that may suspend the guest. */
  suspend(): Promise<number>;
  /** The guest's clock, in milliseconds since 1970. */
  now(): number;
  /** 1 where the memory now has at least that many bytes, 0 where it must not, -1 to suspend until that is known. */
  resizeHeap(bytes: number): number;
  /** A host function: returns an owned value, 0 for undefined, -1 to suspend. */
  callFunction(argv: Pointer, id: number): Pointer;
  /** Returns the resolved name as an owned C string. */
  normalizeModule(base: Pointer, specifier: Pointer): Pointer;
  /** Returns the module's source as an owned C string; 0 after an exception was thrown in the guest. */
  loadModule(name: Pointer): Pointer;
  /** A promise was rejected without a handler, or such a promise got its first handler. */
  promiseRejection(promise: bigint, handled: boolean): void;
}

export const EVAL_FLAGS = { script: 0, asyncScript: 1 << 7 } as const;

/** QuickJS boxes values in 64 bits; the upper half is the tag. */
export const TAGS = { string: -7, stringRope: -6, object: -1 } as const;
export const TAG_OFFSET = 4;

/** A string value's lower half points to its header; bits 0–30 there are its length in UTF-16 units. */
export const STRING_LENGTH_OFFSET = 4;

/** A C string from `QTS_GetString` lies behind its string's header; bits 0–30 there are its length in bytes. */
export const TEXT_LENGTH_OFFSET = -12;

/** JSContext: the state of `Math.random` is followed by the count of jumps and calls until the interpreter's next poll. */
export const RANDOM_STATE_TO_POLL_COUNTER = 8;

/**
 * JSRuntime: the interrupt handler is followed by its argument, the promise rejection tracker, the tracker's argument,
 * and the list of pending jobs, which when empty consists of two pointers to itself.
 */
export const HANDLER_TO_TRACKER = 8;
export const HANDLER_TO_JOBS = 16;

/** JSRuntime, further on: a byte that says what compiled functions leave out. With 1 they do not keep their source. */
export const HANDLER_TO_STRIP_FLAGS = 76;
